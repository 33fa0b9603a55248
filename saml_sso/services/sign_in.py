"""From verified evidence to a session: which user, once, and under the settings of now."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Final

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.errors import SessionRefusedError, UserNameTakenError
from accounts.services.users import UserFields, create_user
from accounts.signing_in.sign_in import begin_session
from accounts.trail import audit
from saml_sso.protocol.assertion_rules import session_is_over
from saml_sso.protocol.errors import MessageError
from saml_sso.protocol.identifiers import require_unmistakable
from saml_sso.services.attempts import logged_beside, new_reference
from saml_sso.services.configuration import METHOD
from saml_sso.services.finding import find_user, find_user_under, nobody
from saml_sso.services.profile_names import ACTOR, names_sent, refresh_names
from saml_sso.services.replay import (
    refusal_of,
    replayed,
    use_of,
    was_used,
)
from saml_sso.services.requests import consume_request
from saml_sso.storage.assertions import write_session_of_assertion

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import Session, User
    from saml_sso.models import IdentityProviderSettings, PendingRequest
    from saml_sso.services.attempts import Outline
    from saml_sso.services.evidence import Evidence
    from saml_sso.storage.assertions import LoggedSignIn
    from saml_sso.trust import Trust

logger = logging.getLogger(__name__)

ASSERTION: Final = "assertion"
"""Where a session keeps the digest of the assertion that it began with."""
LED_TO: Final = "led_to"
"""Where a session keeps the path that the sign-in led to."""


class SomebodyElseError(Exception):
    """Somebody else is signed in in this browser, and has not been asked."""


def sign_in_with_evidence(  # noqa: PLR0913 - what a sign-in is, each by name
    *,
    request: HttpRequest,
    trust: Trust,
    evidence: Evidence,
    outline: Outline,
    leads_to: str,
    pending: PendingRequest | None = None,
    instead_of: Session | None = None,
) -> User:
    """Begin a session for the person the evidence names, and use the assertion up.

    All or nothing: of two requests with the same assertion, one gets a session.

    Args:
        request: The browser's request; its session becomes the user's.
        trust: What the evidence was verified with.
        evidence: What was verified.
        outline: What the log of sign-ins says of it.
        leads_to: The path that the browser goes to afterwards.
        pending: The request of this browser that it answers, if any; it is used up, too.
        instead_of: The session in this browser that nobody has said may be replaced, if any.

    Raises:
        MessageError: Checks ``enabled``, ``in_response_to``, ``settings_changed``, ``replay``,
            ``session_not_on_or_after``, ``user``.
        SomebodyElseError: ``instead_of`` is somebody else's; nothing has happened.
        TrustChangedError: ``trust`` was remembered, and is not what the tenant trusts now.
    """
    require_session_ahead(evidence)
    evidence.session.update({ASSERTION: evidence.digest, LED_TO: leads_to})
    user = find_user_under(trust, evidence.identifier)
    if instead_of is not None and (user is None or user.pk != instead_of.user_id):
        if user is None and not trust.settings.create_users_at_sign_in:
            raise nobody(evidence.identifier)
        if was_used(evidence):
            raise replayed(evidence.assertion_id)
        raise SomebodyElseError
    if user is not None and pending is None:
        # One statement does it all, and needs no transaction around it.
        _begin_session(request, user, evidence, outline)
        refresh_names(row=trust.settings, user=user, evidence=evidence)
        return user
    with transaction.atomic():
        if pending is not None:
            _consume_pending(pending)
        if user is None and trust.settings.create_users_at_sign_in:
            user = _create_user(trust.settings, evidence)
        if user is None:
            raise nobody(evidence.identifier)
        _begin_session(request, user, evidence, outline)
    refresh_names(row=trust.settings, user=user, evidence=evidence)
    return user


def require_session_ahead(evidence: Evidence) -> None:
    """Require a session that goes on at the identity provider, also of an answer that waited.

    Raises:
        MessageError: Check ``session_not_on_or_after``.
    """
    ends = evidence.session_end
    if ends is not None and ends <= timezone.now():
        raise session_is_over(evidence.session_ends)


def _begin_session(request: HttpRequest, user: User, evidence: Evidence, outline: Outline) -> None:
    """Begin the session and log it, or begin it without: the log never decides who gets in."""
    reference = new_reference()
    logged = logged_beside(
        request=request, outline=outline, trace=evidence.trace, reference=reference
    )
    try:
        # Outside of a transaction the statement is one; inside, its failure must not spread.
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            _write_session(request, user, evidence, logged)
    except DatabaseError:
        logger.exception("The attempt %s could not be logged.", reference)
        _write_session(request, user, evidence, None)


def _write_session(
    request: HttpRequest, user: User, evidence: Evidence, logged: LoggedSignIn | None
) -> None:
    try:
        begin_session(
            request=request,
            user=user,
            method=METHOD,
            saml=dict(evidence.session),
            ends=evidence.session_end,
            write=partial(write_session_of_assertion, use=use_of(evidence), logged=logged),
        )
    except SessionRefusedError as error:
        raise refusal_of(error.answer, evidence) from None


def _consume_pending(pending: PendingRequest) -> None:
    if consume_request(request_id=pending.pk, browser=pending.browser_digest) is None:
        raise MessageError(
            "in_response_to",
            expected="a sign-in that this browser started, answered once",
            got=pending.pk,
            remedy="Start the sign-in again from the sign-on page.",
        )


def _create_user(row: IdentityProviderSettings, evidence: Evidence) -> User | None:
    identifier = evidence.identifier
    require_unmistakable(identifier)
    email = identifier if "@" in identifier else ""
    names = names_sent(row, evidence)
    values = UserFields(
        user_name=identifier,
        email=email,
        given_name=names.given,
        family_name=names.family,
        display_name=names.display,
        attributes={"emails": [{"value": email, "type": "work", "primary": True}]} if email else {},
    )
    try:
        with audit.acting_as(ACTOR):
            return create_user(values=values)
    except UserNameTakenError:
        # Somebody else has just created them: their other browser, or the identity provider.
        return find_user(identifier)
