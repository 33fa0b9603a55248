"""What a verified assertion must say before anybody is signed in (SAML Profiles 4.1.4).

Every rule here closes a hole: something python3-saml accepts in strict mode and must not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from saml_sso.protocol.addresses import difference
from saml_sso.protocol.document import element_text
from saml_sso.protocol.errors import MessageError, Trace
from saml_sso.protocol.instants import format_instant, parse_instant
from saml_sso.protocol.names import BEARER, saml
from saml_sso.protocol.parties import PendingRequest, Policy, ServiceProvider

_CONDITIONS: Final = frozenset(
    saml(name) for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")
)
TOLERATE: Final = "“Tolerate an InResponseTo in sign-ins that start at the identity provider”"
_CLOCK_REMEDY: Final = (
    "Check the clock of the identity provider's server; if it is right, start the sign-in again: "
    "the response was on its way too long or was used before."
)


@dataclass(frozen=True, slots=True)
class Context:
    """What the rules compare with."""

    sp: ServiceProvider
    policy: Policy
    now: datetime
    trace: Trace


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The bearer confirmation that holds: until when, and in answer to what."""

    not_on_or_after: datetime
    in_response_to: str | None


def instant_of(element: etree._Element, attribute: str, *, check: str) -> datetime | None:
    """Return the instant in ``attribute``, or nothing when the attribute is absent.

    Raises:
        MessageError: It is there, and no instant.
    """
    text = element.get(attribute)
    if text is None:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise MessageError(
            check,
            expected=f"{attribute} as an instant such as 2026-05-03T09:00:00Z",
            got=text,
            remedy="Ask the identity provider's vendor.",
        ) from error


def require_version_and_instant(message: etree._Element, context: Context) -> None:
    """Require SAML 2.0 and an IssueInstant that is neither in the future nor long past."""
    name = etree.QName(message).localname
    context.trace.require(
        "version",
        passed=message.get("Version") == "2.0",
        expected=f"{name} Version 2.0",
        got=message.get("Version"),
        remedy="Configure the application at the identity provider as SAML 2.0.",
    )
    issued = instant_of(message, "IssueInstant", check="issue_instant")
    earliest = context.now - context.policy.max_lifetime - context.policy.clock_skew
    latest = context.now + context.policy.clock_skew
    context.trace.require(
        "issue_instant",
        passed=issued is not None and earliest <= issued <= latest,
        expected=f"{name} issued about {format_instant(context.now)}",
        got=message.get("IssueInstant"),
        remedy=_CLOCK_REMEDY,
    )


def require_conditions(assertion: etree._Element, context: Context) -> datetime:
    """Require time limits around now and this service provider as audience.

    Returns:
        Conditions' NotOnOrAfter.

    Raises:
        MessageError: Checks ``conditions``, ``not_before``, ``not_on_or_after``, ``lifetime``,
            ``audience``.
    """
    found = assertion.findall(saml("Conditions"))
    context.trace.require(
        "conditions",
        passed=len(found) == 1,
        expected="one Conditions element",
        got=f"{len(found)}",
        remedy="Ask the identity provider's vendor: an assertion without "
        "Conditions is valid for ever and for everybody.",
    )
    conditions = found[0]
    for condition in conditions:
        if condition.tag not in _CONDITIONS:
            raise MessageError(
                "conditions",
                expected="conditions that SAML 2.0 defines",
                got=str(condition.tag),
                remedy="A condition that is not understood makes an assertion invalid "
                "(SAML Core 2.5.1.1); remove it at the identity provider.",
            )
    not_on_or_after = _require_validity(assertion, conditions, context)
    _require_audience(conditions, context)
    return not_on_or_after


def _require_validity(
    assertion: etree._Element, conditions: etree._Element, context: Context
) -> datetime:
    skew, trace = context.policy.clock_skew, context.trace
    not_before = instant_of(conditions, "NotBefore", check="not_before")
    trace.require(
        "not_before",
        passed=not_before is None or not_before <= context.now + skew,
        expected=f"NotBefore at or before {format_instant(context.now)}",
        got=conditions.get("NotBefore"),
        remedy=_CLOCK_REMEDY,
    )
    expiry = _require_expiry(conditions, assertion, context, where="Conditions")
    trace.require(
        "conditions",
        passed=not_before is None or not_before < expiry,
        expected="NotBefore earlier than NotOnOrAfter (SAML Core 2.5.1.2)",
        got=f"{conditions.get('NotBefore')} and {conditions.get('NotOnOrAfter')}",
        remedy="Ask the identity provider's vendor: such an assertion is valid at no time.",
    )
    return expiry


def _require_expiry(
    element: etree._Element, assertion: etree._Element, context: Context, *, where: str
) -> datetime:
    """Require a NotOnOrAfter that is ahead, but not further than the tenant allows."""
    policy, trace = context.policy, context.trace
    expiry = instant_of(element, "NotOnOrAfter", check="not_on_or_after")
    if expiry is None or expiry + policy.clock_skew <= context.now:
        raise MessageError(
            "not_on_or_after",
            expected=f"{where} with NotOnOrAfter after {format_instant(context.now)}",
            got=element.get("NotOnOrAfter"),
            remedy=_CLOCK_REMEDY,
        )
    issued = instant_of(assertion, "IssueInstant", check="issue_instant") or context.now
    # Entra ID counts a day from NotBefore, which it sets five minutes before the issue.
    trace.require(
        "lifetime",
        passed=expiry <= issued + policy.max_lifetime + 2 * policy.clock_skew,
        expected=f"{where} valid for at most {_spelt(policy.max_lifetime)}",
        got=f"until {element.get('NotOnOrAfter')}",
        remedy="Shorten the lifetime of SAML tokens (assertions) at the identity provider; "
        "minutes are enough.",
    )
    return expiry


def _spelt(lifetime: timedelta) -> str:
    """Return a number of whole hours or minutes in words."""
    minutes = int(lifetime.total_seconds()) // 60
    number, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _require_audience(conditions: etree._Element, context: Context) -> None:
    """SAML Core 2.5.1.4: restrictions are joined by *and*, audiences within one by *or*."""
    restrictions = [
        [element_text(audience) for audience in restriction.findall(saml("Audience"))]
        for restriction in conditions.findall(saml("AudienceRestriction"))
    ]
    expected = context.sp.entity_id
    nearly = (difference(each, expected) for audiences in restrictions for each in audiences)
    context.trace.require(
        "audience",
        passed=bool(restrictions) and all(expected in audiences for audiences in restrictions),
        expected=expected,
        got="; ".join(", ".join(audiences) for audiences in restrictions) or None,
        remedy="Set the Audience (also: Audience URI, SP Entity ID, Identifier, Relying party "
        f"identifier) at the identity provider to {expected}" + next(filter(None, nearly), ""),
    )


def require_bearer_confirmation(
    assertion: etree._Element, context: Context, *, answers: str | None = None
) -> Confirmation:
    """Return the first bearer confirmation that holds (SAML Profiles 4.1.4.2).

    Args:
        assertion: The verified assertion.
        context: What to compare with.
        answers: The request that the Response says it answers: of several confirmations that
            hold, the one that names it counts.

    Raises:
        MessageError: None holds; the reason is the first one's. Checks
            ``subject_confirmation``, ``recipient``, ``not_on_or_after``, ``lifetime``.
    """
    subject = assertion.findall(saml("Subject"))
    confirmations = [
        confirmation
        for confirmation in (subject[0] if len(subject) == 1 else ())
        if confirmation.tag == saml("SubjectConfirmation") and confirmation.get("Method") == BEARER
    ]
    context.trace.require(
        "subject_confirmation",
        passed=bool(confirmations),
        expected="one Subject with a bearer SubjectConfirmation",
        got=f"{len(subject)} Subject, {len(confirmations)} bearer confirmations",
        remedy="Configure the identity provider for the Web Browser SSO profile.",
    )
    held: list[Confirmation] = []
    refusals: list[MessageError] = []
    for confirmation in confirmations:
        try:
            held.append(_confirm(confirmation, assertion, context))
        except MessageError as error:
            refusals.append(error)
        if held and answers in {None, held[-1].in_response_to}:
            return held[-1]
    if not held:
        raise refusals[0]
    return held[0]


def _confirm(
    confirmation: etree._Element, assertion: etree._Element, context: Context
) -> Confirmation:
    data = confirmation.findall(saml("SubjectConfirmationData"))
    not_before = data[0].get("NotBefore") if len(data) == 1 else None
    context.trace.require(
        "subject_confirmation",
        passed=len(data) == 1 and not_before is None,
        expected="SubjectConfirmationData without NotBefore",
        got=f"{len(data)} SubjectConfirmationData, NotBefore {not_before or '(nothing)'}",
        remedy="Ask the identity provider's vendor: SAML Profiles 4.1.4.2 forbids NotBefore here.",
    )
    recipient = (data[0].get("Recipient") or "").strip()
    context.trace.require(
        "recipient",
        passed=recipient == context.sp.acs_url,
        expected=context.sp.acs_url,
        got=recipient or None,
        remedy="Set the Recipient (also: ACS URL, Single sign-on URL, "
        f"Reply URL) at the identity provider to {context.sp.acs_url}"
        + difference(recipient, context.sp.acs_url),
    )
    expiry = _require_expiry(data[0], assertion, context, where="SubjectConfirmationData")
    return Confirmation(expiry, data[0].get("InResponseTo"))


def require_answer(  # noqa: PLR0913 - what is signed and what is not must both be compared
    in_response_to: str,
    *,
    response: etree._Element,
    confirmed: str | None,
    is_response_signed: bool,
    pending_request: Callable[[str], PendingRequest | None],
    context: Context,
) -> PendingRequest | None:
    """Return the request that this response answers; nothing when that is tolerated.

    The signed confirmation must name it, and the envelope nothing else; a signature over the
    envelope stands in for the confirmation. A request of another browser is never answered here,
    also where answers to nothing are tolerated.

    Raises:
        MessageError: Check ``in_response_to``.
    """
    request = pending_request(in_response_to)
    named = (response.get("InResponseTo"), confirmed)
    if request is None and context.policy.tolerate_unsolicited_in_response_to:
        context.trace.warn(
            "in_response_to",
            expected="no InResponseTo in a response nobody asked for",
            got=in_response_to,
            remedy=f"{TOLERATE} under “Rules and attributes” lets it pass.",
        )
        return None
    known = request is not None and request.is_of_this_browser and request.expires_at > context.now
    agreed = named[0] in {None, in_response_to} and (
        named[1] == in_response_to or (named[1] is None and is_response_signed)
    )
    context.trace.require(
        "in_response_to",
        passed=known and agreed,
        expected="the ID of a sign-in that this browser started, in the Response and in the "
        "SubjectConfirmationData",
        got=f"{named[0]} and {named[1]}",
        remedy="Start the sign-in again from the sign-on page and finish it within ten minutes, in "
        "the same browser."
        if request is not None
        else "If the sign-in began at the sign-on page, start the sign-in again and finish it "
        "within ten minutes. If it began at the identity provider, the InResponseTo is made up: "
        f"switch it off there, or switch on {TOLERATE} under “Rules and attributes”.",
    )
    return request


def require_authn_statement(
    assertion: etree._Element, context: Context, request: PendingRequest | None
) -> tuple[datetime, datetime | None, str | None]:
    """Return AuthnInstant, SessionNotOnOrAfter and SessionIndex.

    Raises:
        MessageError: Checks ``authn_statement``, ``authn_instant``, ``session_not_on_or_after``.
    """
    found = assertion.findall(saml("AuthnStatement"))
    context.trace.require(
        "authn_statement",
        passed=len(found) == 1,
        expected="one AuthnStatement",
        got=f"{len(found)}",
        remedy="Configure the identity provider for the Web Browser SSO profile.",
    )
    skew = context.policy.clock_skew
    instant = instant_of(found[0], "AuthnInstant", check="authn_instant")
    fresh = (
        request is None
        or not request.force_authn
        or (instant is not None and instant >= request.issued_at - skew)
    )
    if instant is None or instant > context.now + skew or not fresh:
        raise MessageError(
            "authn_instant",
            expected="a sign-in at the identity provider before now"
            + ("" if fresh else ", made anew for this request"),
            got=found[0].get("AuthnInstant"),
            remedy=_CLOCK_REMEDY,
        )
    ends = instant_of(found[0], "SessionNotOnOrAfter", check="session_not_on_or_after")
    # No skew: our own clock will end the session.
    if ends is not None and ends <= context.now:
        raise session_is_over(found[0].get("SessionNotOnOrAfter"))
    context.trace.require(
        "session_not_on_or_after",
        passed=True,
        expected="a session at the identity provider that goes on",
        got=found[0].get("SessionNotOnOrAfter"),
        remedy="",
    )
    return instant, ends, found[0].get("SessionIndex")


def session_is_over(ended: str | None) -> MessageError:
    """Return why nobody gets a session that has ended before it begins."""
    return MessageError(
        "session_not_on_or_after",
        expected="a session at the identity provider that goes on",
        got=f"one that ended at {ended}",
        remedy="Sign out at the identity provider and in again. If it stays, check its clock and "
        "how long it lets sessions (SessionNotOnOrAfter) last.",
    )
