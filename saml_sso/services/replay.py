"""Each assertion, and each request to log out, is used once: the replay store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from saml_sso.models import ConsumedAssertion
from saml_sso.protocol.errors import MessageError
from saml_sso.services.evidence import message_digest
from saml_sso.storage.assertions import Use, consume

if TYPE_CHECKING:
    from collections.abc import Sequence

    from saml_sso.protocol.logout import LogoutRequest
    from saml_sso.services.evidence import Evidence


def consume_assertion(evidence: Evidence) -> None:
    """Use the assertion up, in the transaction of what it is used for.

    Raises:
        MessageError: Check ``replay``: it was used before, or is being used by another request.
    """
    if not consume(evidence.digest, evidence.expires):
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
    if not consume(digest, logout.remember_until):
        raise MessageError(
            "replay",
            expected="a request to log out that was not used before",
            got=logout.id,
            remedy="Sign out at the identity provider again; going back in the browser, or "
            "reloading, sends the same request twice.",
        )


def use_of(evidence: Evidence) -> Use:
    """Return the assertion to be used up, once, under the settings it was judged by."""
    return Use(evidence.digest, evidence.expires, evidence.revision)


def refusal_of(answer: Sequence[Any], evidence: Evidence) -> MessageError:
    """Return why no session began, from what the statement that would have begun it answered."""
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


def replayed(name: str) -> MessageError:
    """Return why an assertion that was used, called by ``name``, signs nobody in."""
    return MessageError(
        "replay",
        expected="an assertion that was not used before",
        got=name,
        remedy="Start the sign-in again; going back in the browser, or reloading, sends the same "
        "response twice.",
    )
