"""Each assertion is used once: the replay store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from accounts.prepared import prepared_cursor
from accounts.scoping import active_tenant_id
from saml_sso.models import ConsumedAssertion
from saml_sso.protocol.errors import MessageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from saml_sso.services.evidence import Evidence

PRUNED_EVERY = 100

# Each waits for a rival who is using the same assertion, and then tells who was first.
_CONSUME: Final = """
INSERT INTO saml_sso_consumedassertion (tenant_id, digest, expires) VALUES (%s, %s, %s)
ON CONFLICT (tenant_id, digest) DO NOTHING RETURNING id
"""
# The lock is shared, so that people of one tenant sign in side by side.
_CONSUME_UNDER_SETTINGS: Final = """
WITH now AS (
    SELECT settings.tenant_id, settings.revision
    FROM saml_sso_identityprovidersettings AS settings
    JOIN accounts_tenant AS tenant ON tenant.id = settings.tenant_id
    WHERE settings.tenant_id = %s AND tenant.saml_enabled
    FOR SHARE
), used AS (
    INSERT INTO saml_sso_consumedassertion (tenant_id, digest, expires)
    SELECT now.tenant_id, %s, %s FROM now WHERE now.revision = %s
    ON CONFLICT (tenant_id, digest) DO NOTHING RETURNING id
)
SELECT now.revision, used.id FROM now LEFT JOIN used ON true
"""


def consume_assertion(evidence: Evidence) -> None:
    """Use the assertion up, in the transaction of what it is used for.

    Raises:
        MessageError: Check ``replay``: it was used before, or is being used by another request.
    """
    row = _fetch(_CONSUME, [active_tenant_id(), evidence.digest, evidence.expires])
    _require_first(row[0] if row else None, evidence)


def consume_under_settings_of_now(evidence: Evidence) -> None:
    """Use the assertion up if the settings are still those that it was verified with.

    Their row and the tenant's stay locked against changes until the transaction ends.

    Raises:
        MessageError: Check ``settings_changed``, and nothing is used up; check ``replay``.
    """
    row = _fetch(
        _CONSUME_UNDER_SETTINGS,
        [active_tenant_id(), evidence.digest, evidence.expires, evidence.revision],
    )
    if row is None or row[0] != evidence.revision:
        raise MessageError(
            "settings_changed",
            expected="the settings that the response was checked with",
            got="settings that were changed meanwhile",
            remedy="Start the sign-in again.",
        )
    _require_first(row[1], evidence)


def prune_consumed() -> int:
    """Forget assertions that are refused as expired anyway; return how many."""
    removed, _counts = ConsumedAssertion.objects.filter(expires__lt=timezone.now()).delete()
    return removed


def _fetch(statement: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    with prepared_cursor() as cursor:
        cursor.execute(statement, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _require_first(used: int | None, evidence: Evidence) -> None:
    """Refuse unless a row was made; now and then forget old ones."""
    if used is None:
        raise MessageError(
            "replay",
            expected="an assertion that was not used before",
            got=evidence.assertion_id,
            remedy="Start the sign-in again; going back in the browser, or reloading, sends the "
            "same response twice.",
        )
    if used % PRUNED_EVERY == 0:
        prune_consumed()
