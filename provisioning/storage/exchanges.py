"""Writing what was said to a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
from django.db import connection

from provisioning.storage.soon import SOON

if TYPE_CHECKING:
    from provisioning.client.exchanges import Exchange

_INSERT: Final = f"""
INSERT INTO provisioning_exchange (
  tenant_id, operation_id, at, method, url, status, seconds, request_body, response_body, sealed
) VALUES (
  %(tenant)s, %(operation)s, clock_timestamp(), %(method)s, %(url)s, %(status)s, %(seconds)s,
  %(request)s::jsonb, %(response)s::jsonb, %(sealed)s
)
RETURNING {SOON}
"""  # noqa: S608


def insert_exchange(*, tenant_id: int, operation_id: int, shown: Exchange, sealed: str) -> None:
    """Write a request and its answer, as they may be shown; nobody waits for the disk."""
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "operation": operation_id,
        "method": shown.method,
        "url": shown.url,
        "status": shown.status,
        "seconds": shown.seconds,
        "request": _as_json(shown.request_body),
        "response": _as_json(shown.response_body),
        "sealed": sealed,
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)


def _as_json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
