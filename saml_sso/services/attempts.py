"""The log of sign-ins: recording, reading what is masked, and keeping it short."""

from __future__ import annotations

import logging
import re
import secrets
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.secrets.encryption import seal_json, unseal_json
from accounts.storage.prepared import insert_row
from accounts.tenancy.scoping import active_tenant_id
from accounts.trail import audit
from saml_sso.models import SignInAttempt
from saml_sso.models.attempts import ATTEMPT
from saml_sso.services.evidence import as_json
from saml_sso.services.strangers import (
    carries_valid_signature,
    forget_quiet_strangers,
    note_stranger,
)
from saml_sso.storage.assertions import LoggedSignIn

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from saml_sso.protocol.errors import SAMLError

logger = logging.getLogger(__name__)

Outcome = SignInAttempt.Outcome
Kind = SignInAttempt.Kind
KEPT_OF_EACH_SHARE = 1000
TESTS: Final = Q(kind=Kind.TEST)
SHARES: Final = (TESTS, *(~TESTS & Q(outcome=outcome) for outcome in Outcome))
"""Tests, sign-ins that passed, and those that were refused push none of another share away."""
KEPT_FOR = timedelta(days=90)
TRIMMED_EVERY = 50
# Thirty-two of them, so that a byte of chance stands for one and none is likelier.
_ALPHABET = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LETTERS = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))
_ADDRESS = re.compile(r"([^\s@<>“”\"',;()]{1,64})@([^\s@<>“”\"',;()]+)")
_LONGEST_USER_AGENT = 300
_LONGEST_IDENTIFIER = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What is known of an attempt, whatever its outcome."""

    kind: str
    revision: int = 0
    identifier: str = ""
    issuer: str = ""
    attributes: dict[str, list[str]] = field(default_factory=dict)


def new_reference() -> str:
    """Return what a person reads to their admin over the phone, such as ``7KQ2-M4XB``."""
    letters = secrets.token_bytes(8).translate(_LETTERS).decode()
    return f"{letters[:4]}-{letters[4:]}"


def mask(text: str) -> str:
    """Return ``text`` with the local parts of e-mail addresses hidden.

    >>> mask("got ada@acme.example")
    'got a•••@acme.example'
    """
    if "@" not in text:
        return text
    return _ADDRESS.sub(lambda found: f"{found[1][:1]}•••@{found[2]}", text)


def mask_identifier(identifier: str) -> str:
    """Return an identifier of any form with all but its beginning hidden."""
    masked = mask(identifier)
    return masked if masked != identifier else f"{identifier[:1]}•••" if identifier else ""


def record_accepted(
    *, request: HttpRequest, outline: Outline, trace: list[dict[str, Any]]
) -> SignInAttempt | None:
    """Log a response that passed every check; return nothing when the log cannot be written."""
    verdict: dict[str, str] = {"outcome": Outcome.ACCEPTED}
    return _write(_attempt(request, outline, trace, verdict, new_reference()), _keep)


def logged_beside(
    *, request: HttpRequest, outline: Outline, trace: list[dict[str, Any]], reference: str
) -> LoggedSignIn:
    """Return what logs a response that passed every check together with the session it led to."""
    return LoggedSignIn(
        kind=outline.kind,
        reference=reference,
        identifier=mask_identifier(outline.identifier)[:_LONGEST_IDENTIFIER],
        sealed=_sealed(outline, "", trace),
        revision=outline.revision,
        ip_address=request.META.get("REMOTE_ADDR") or None,
        user_agent=_printable(request.headers.get("User-Agent", "")),
    )


def record_refused(
    *, request: HttpRequest, outline: Outline, error: SAMLError, reference: str
) -> SignInAttempt | None:
    """Log a refusal with its reason; return nothing when the log cannot be written.

    What anybody may have sent shares a bounded part of the log.
    """
    verdict = {
        "outcome": Outcome.REFUSED,
        "check_name": error.check,
        "reason": f"Expected {error.expected}, got {error.got}.",
        "remedy": error.remedy,
    }
    attempt = _attempt(request, outline, as_json(error.trace), verdict, reference)
    is_kept = outline.kind == Kind.TEST or carries_valid_signature(error)
    return _write(attempt, _keep if is_kept else note_stranger)


def _attempt(
    request: HttpRequest,
    outline: Outline,
    trace: list[dict[str, Any]],
    verdict: dict[str, str],
    reference: str,
) -> SignInAttempt:
    hide = _hider(outline.identifier)
    return SignInAttempt(
        tenant_id=active_tenant_id(),
        kind=outline.kind,
        reference=reference,
        identifier=mask_identifier(outline.identifier)[:_LONGEST_IDENTIFIER],
        sealed=_sealed(outline, verdict.get("reason", ""), trace),
        revision=outline.revision,
        ip_address=request.META.get("REMOTE_ADDR") or None,
        user_agent=_printable(request.headers.get("User-Agent", "")),
        **{**verdict, "reason": hide(verdict.get("reason", ""))},
    )


def _sealed(outline: Outline, reason: str, trace: list[dict[str, Any]]) -> bytes:
    return seal_json(
        {
            "identifier": outline.identifier,
            "issuer": outline.issuer,
            "attributes": outline.attributes,
            "reason": reason,
            "trace": trace,
        },
        ATTEMPT,
    )


def _write(attempt: SignInAttempt, write: Callable[[SignInAttempt], None]) -> SignInAttempt | None:
    """Write one row; a log that is full or away never decides whether somebody gets in."""
    try:
        # One statement is a transaction of its own; inside of one, its failure must not spread.
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            write(attempt)
    except DatabaseError:
        logger.exception("The attempt %s could not be logged.", attempt.reference)
        return None
    return attempt


def _keep(attempt: SignInAttempt) -> None:
    """Write a row of its own."""
    insert_row(attempt)
    if attempt.pk % TRIMMED_EVERY == 0:
        _drop_beyond_limit(share_of(attempt))


def _hider(identifier: str) -> Callable[[str], str]:
    stand_in = mask_identifier(identifier)

    def hide(text: str) -> str:
        return mask(text.replace(identifier, stand_in) if identifier else text)

    return hide


def _printable(text: str) -> str:
    text = text[:_LONGEST_USER_AGENT]
    return text if text.isprintable() else "".join(c for c in text if c.isprintable())


def kept_attempts() -> QuerySet[SignInAttempt]:
    """Return the tests and what carried a valid signature, the newest first."""
    return SignInAttempt.objects.filter(place=None)


def noted_strangers() -> QuerySet[SignInAttempt]:
    """Return what is kept of the rest, the newest first."""
    return SignInAttempt.objects.exclude(place=None)


def share_of(attempt: SignInAttempt) -> Q:
    """Return the share of the log in which ``attempt`` makes the oldest one go."""
    return TESTS if attempt.is_test else ~TESTS & Q(outcome=attempt.outcome)


def _drop_beyond_limit(share: Q) -> None:
    same = kept_attempts().filter(share).order_by("-id")
    oldest_kept = same.values_list("pk", flat=True)[KEPT_OF_EACH_SHARE - 1 :].first()
    if oldest_kept is not None:
        same.filter(pk__lt=oldest_kept).delete()


def reveal_attempt(*, attempt: SignInAttempt) -> dict[str, Any]:
    """Return what is masked: identifier, issuer, attributes, reason, trace.  This is audited."""
    audit.record("saml.attempt_revealed", attempt, reference=attempt.reference)
    return sealed_detail(attempt)


def sealed_detail(attempt: SignInAttempt) -> dict[str, Any]:
    """Return the encrypted part of an attempt; callers show it to its own tester or audit it.

    Raises:
        SealError: It was encrypted with a key that is configured no more.
    """
    detail: dict[str, Any] = unseal_json(attempt.sealed, ATTEMPT)
    return detail


def masked_trace(attempt: SignInAttempt) -> list[dict[str, Any]]:
    """Return every check that was made, in order, with personal values hidden.

    Raises:
        SealError: It was encrypted with a key that is configured no more.
    """
    detail = sealed_detail(attempt)
    hide = _hider(detail["identifier"])
    return [
        {**check, "expected": hide(check["expected"]), "got": hide(check["got"])}
        for check in detail["trace"]
    ]


def prune_attempts() -> int:
    """Forget attempts older than 90 days, all but the newest 1,000 of each share, and strangers.

    Strangers are forgotten when nothing came of them for a week.

    Returns:
        How many were forgotten.
    """
    before = SignInAttempt.objects.count()
    SignInAttempt.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
    for share in SHARES:
        _drop_beyond_limit(share)
    forget_quiet_strangers()
    return before - SignInAttempt.objects.count()
