"""Exchanges as rows: the log itself, and what the pages show of each source and token."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import IntegrityError, connection, transaction
from psycopg import IntegrityError as DriverIntegrityError

from accounts.storable import storable
from accounts.storage.violations import refers_to_nothing
from scim.http.clients import client_called
from scim.log.expected import asks_whether_there_is
from scim.log.redaction import readable_body

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from scim.http.exchanges import Exchange

SECONDS_BETWEEN_USES: Final = 60
"""A token's *last used* is written at most once in so many seconds."""

_COPY: Final = """
COPY scim_requestlogentry (
  tenant_id, at, source_id, source_name, token_name, client, user_agent, method, route,
  resource_id, status, scim_type, detail, duration_ms, request_body, response_body
) FROM STDIN
"""
_SOURCES_SEEN: Final = """
UPDATE scim_source source SET
  last_request_at = greatest(source.last_request_at, seen.request_at),
  last_success_at = greatest(source.last_success_at, seen.success_at),
  last_error = CASE WHEN seen.error_at IS NULL OR seen.error_at < source.last_error_at
    THEN source.last_error ELSE seen.error END,
  last_error_at = greatest(source.last_error_at, seen.error_at)
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::text[])
  AS seen(source_id, request_at, success_at, error_at, error)
WHERE source.id = seen.source_id
"""
_TOKENS_USED: Final = """
UPDATE scim_bearertoken token SET last_used = greatest(token.last_used, used.at)
FROM unnest(%s::bigint[], %s::timestamptz[]) AS used(token_id, at)
WHERE token.id = used.token_id
"""


class _Seen(NamedTuple):
    """What was last heard of a source."""

    request_at: datetime
    success_at: datetime | None = None
    error_at: datetime | None = None
    error: str = ""


def write_exchanges(exchanges: Collection[Exchange]) -> None:
    """Write the log entries of exchanges of any tenants, with a fixed number of statements."""
    try:
        _write(exchanges, known_sources=None)
    except (IntegrityError, DriverIntegrityError) as error:
        if not refers_to_nothing(error):
            raise
        # A source was deleted meanwhile: its entries stay under its name, if the tenant does.
        credentials = [each.credential for each in exchanges]
        tenants = _existing("accounts_tenant", {each.tenant_id for each in credentials})
        sources = _existing("scim_source", {each.source_id for each in credentials})
        rest = [each for each in exchanges if each.credential.tenant_id in tenants]
        if rest:
            _write(rest, known_sources=sources)


@transaction.atomic
def _write(exchanges: Iterable[Exchange], known_sources: Collection[int] | None) -> None:
    sources: dict[int, _Seen] = {}
    tokens: dict[int, datetime] = {}
    with connection.cursor() as cursor:
        with cursor.copy(_COPY) as rows:
            for exchange in exchanges:
                is_known = known_sources is None or exchange.credential.source_id in known_sources
                rows.write_row(_row(exchange, is_known=is_known))
                _note(exchange, sources, tokens)
        columns = zip(*((key, *seen) for key, seen in sources.items()), strict=True)
        cursor.execute(_SOURCES_SEEN, [list(column) for column in columns])
        if tokens:
            cursor.execute(_TOKENS_USED, [list(tokens), list(tokens.values())])


def _row(exchange: Exchange, *, is_known: bool) -> tuple[Any, ...]:
    credential = exchange.credential
    return (
        credential.tenant_id,
        exchange.at,
        credential.source_id if is_known else None,
        _text(credential.source_name, 200),
        _text(credential.token_name, 200),
        client_called(exchange.user_agent),
        _text(exchange.user_agent, 300),
        _text(exchange.method, 10),
        _text(exchange.route, 100),
        _text(exchange.resource_id, 320),
        exchange.status,
        _text(exchange.scim_type, 30),
        _text(exchange.detail, 10_000),
        round(exchange.duration_ms, 3),
        readable_body(exchange.request_body),
        readable_body(exchange.response_body),
    )


def _note(exchange: Exchange, sources: dict[int, _Seen], tokens: dict[int, datetime]) -> None:
    key, at = exchange.credential.source_id, exchange.at
    seen = sources.get(key, _Seen(at))._replace(request_at=at)
    if exchange.status < HTTPStatus.BAD_REQUEST or asks_whether_there_is(exchange):
        seen = seen._replace(success_at=at)
    else:
        reason = f"{exchange.method} {exchange.route}: {exchange.status} {exchange.detail}"
        seen = seen._replace(error_at=at, error=_text(reason, 1_000))
    sources[key] = seen
    used = exchange.credential.last_used
    if used is None or at.timestamp() - used >= SECONDS_BETWEEN_USES:
        tokens[exchange.credential.token_id] = at


def _existing(table: str, keys: Iterable[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE id = ANY(%s)", [list(keys)])  # noqa: S608
        return {row[0] for row in cursor.fetchall()}


def _text(value: str, length: int) -> str:
    """Return ``value`` as a column takes it."""
    return storable(value[:length])
