"""Each assertion, and each request to log out, is used once: the replay store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from accounts.storage.prepared import prepared_cursor
from accounts.storage.session_rows import Condition
from accounts.tenancy.scoping import active_tenant_id
from saml_sso.models import ConsumedAssertion
from saml_sso.protocol.errors import MessageError
from saml_sso.services.evidence import message_digest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from saml_sso.protocol.logout import LogoutRequest
    from saml_sso.services.evidence import Evidence

# Each waits for a rival who is using the same assertion, and then tells who was first.
_CONSUME: Final = """
INSERT INTO saml_sso_consumedassertion (tenant_id, digest, expires) VALUES (%s, %s, %s)
ON CONFLICT (tenant_id, digest) DO NOTHING RETURNING id
"""
# The lock on the settings is shared, so that people of one tenant sign in side by side.
_CONSUME_UNDER_SETTINGS: Final = """
now AS (
    SELECT settings.tenant_id, settings.revision
    FROM saml_sso_identityprovidersettings AS settings
    JOIN accounts_tenant AS tenant ON tenant.id = settings.tenant_id
    WHERE settings.tenant_id = %s AND tenant.saml_enabled
    FOR SHARE
), allowed AS (
    INSERT INTO saml_sso_consumedassertion (tenant_id, digest, expires)
    SELECT now.tenant_id, %s, %s FROM now WHERE now.revision = %s
    ON CONFLICT (tenant_id, digest) DO NOTHING RETURNING id
)
"""
_ANSWER: Final = "SELECT now.revision, allowed.id FROM now LEFT JOIN allowed ON true"


def consume_assertion(evidence: Evidence) -> None:
    """Use the assertion up, in the transaction of what it is used for.

    Raises:
        MessageError: Check ``replay``: it was used before, or is being used by another request.
    """
    if not _is_first(evidence.digest, evidence.expires):
        raise replayed(evidence.assertion_id)


def was_used(evidence: Evidence) -> bool:
    """Tell whether the assertion was used before."""
    return ConsumedAssertion.objects.filter(digest=evidence.digest).exists()


def consume_logout(logout: LogoutRequest) -> None:
    """Use the request up, in the transaction that ends the sessions it names.

    Raises:
        MessageError: Check ``replay``: it was used before, or is being used by another request.
    """
    digest = message_digest(logout.issuer, logout.id, kind="LogoutRequest")
    if not _is_first(digest, logout.remember_until):
        raise MessageError(
            "replay",
            expected="a request to log out that was not used before",
            got=logout.id,
            remedy="Sign out at the identity provider again; going back in the browser, or "
            "reloading, sends the same request twice.",
        )


def used_under_settings_of_now(evidence: Evidence) -> Condition:
    """Return the condition that uses the assertion up, once, under the settings it was judged by.

    The settings and the tenant stay locked against changes meanwhile, so that no session begins
    with a certificate that was removed, or after SAML was switched off.
    """
    values = (active_tenant_id(), evidence.digest, evidence.expires, evidence.revision)
    return Condition(_CONSUME_UNDER_SETTINGS, values, _ANSWER)


def refusal_of(answer: Sequence[Any], evidence: Evidence) -> MessageError:
    """Return why :func:`used_under_settings_of_now`, which answered so, let no session begin."""
    revision, used = answer or (None, None)
    if revision is None:
        return saml_is_off()
    if revision != evidence.revision:
        return MessageError(
            "settings_changed",
            expected="the settings that the response was checked with",
            got="settings that were changed meanwhile",
            remedy="Start the sign-in again; it is checked with the settings of now then.",
        )
    if used is None:
        return replayed(evidence.assertion_id)
    return MessageError(
        "user",
        expected=f"an active user whose e-mail address is {evidence.identifier}",
        got="one who was deactivated meanwhile",
        remedy="Activate the user at the identity provider or in the user list.",
    )


def saml_is_off() -> MessageError:
    """Return why nobody signs in with SAML now."""
    return MessageError(
        "enabled",
        expected="SAML sign-on that is switched on",
        got="SAML sign-on that is off",
        remedy="Switch on “Enable SAML sign-on” on the page SAML & SCIM.",
    )


def prune_consumed() -> int:
    """Forget assertions that are refused as expired anyway; return how many."""
    removed, _counts = ConsumedAssertion.objects.filter(expires__lt=timezone.now()).delete()
    return removed


def _is_first(digest: str, expires: datetime) -> bool:
    with prepared_cursor() as cursor:
        cursor.execute(_CONSUME, [active_tenant_id(), digest, expires])
        return cursor.fetchone() is not None


def replayed(name: str) -> MessageError:
    """Return why an assertion that was used, called by ``name``, signs nobody in."""
    return MessageError(
        "replay",
        expected="an assertion that was not used before",
        got=name,
        remedy="Start the sign-in again; going back in the browser, or reloading, sends the same "
        "response twice.",
    )
