"""From a posted SAMLResponse to a person who may be signed in, or to a refusal that teaches."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from saml_sso.protocol.addresses import difference
from saml_sso.protocol.assertion_rules import (
    Confirmation,
    Context,
    require_answer,
    require_authn_statement,
    require_bearer_confirmation,
    require_conditions,
    require_version_and_instant,
)
from saml_sso.protocol.certificates import CertificateInfo
from saml_sso.protocol.document import element_text
from saml_sso.protocol.envelope import Opened, open_response, passed
from saml_sso.protocol.errors import Check, SAMLError, Trace
from saml_sso.protocol.names import saml
from saml_sso.protocol.parties import IdentityProvider, PendingRequest, Policy, ServiceProvider
from saml_sso.protocol.signatures import Trust
from saml_sso.protocol.subject import NameID, read_attributes, read_identifier, read_name_id
from saml_sso.protocol.toolkit import StrictRun, require_strict_validation

PendingRequests = Callable[[str], PendingRequest | None]


@dataclass(frozen=True, slots=True)
class AssertionKey:
    """What may be used once in a tenant: one assertion of one issuer."""

    issuer: str
    assertion_id: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """A verified, current, addressed-to-us statement about one person.

    Attributes:
        key: What must be remembered as used.
        identifier: From the configured source, trimmed and lower-cased; look the user up by it,
            within the tenant only.
        name_id: The Subject's NameID, if there is one.
        attributes: Text values by attribute Name.
        not_on_or_after: Remember ``key`` at least until then: afterwards the assertion is
            refused as expired.
        session_not_on_or_after: The session must end by then, if the IdP said so.
        request: The pending request it answers; nothing when the IdP started the sign-in.
        certificate: The uploaded certificate whose signature vouches for all this.
        trace: Every check made, in order.
    """

    key: AssertionKey
    identifier: str
    name_id: NameID | None
    attributes: dict[str, tuple[str, ...]]
    authn_instant: datetime
    not_on_or_after: datetime
    session_index: str | None
    session_not_on_or_after: datetime | None
    in_response_to: str | None
    request: PendingRequest | None
    certificate: CertificateInfo
    is_encrypted: bool
    trace: tuple[Check, ...]

    @property
    def issuer(self) -> str:
        """The entity ID of the identity provider that says so."""
        return self.key.issuer

    @property
    def warnings(self) -> tuple[Check, ...]:
        """What was tolerated; each has a remedy."""
        return tuple(check for check in self.trace if check.remedy)


def _no_pending_request(in_response_to: str) -> PendingRequest | None:
    del in_response_to
    return None


def _never_seen(key: AssertionKey) -> bool:
    del key
    return False


def validate_response(  # noqa: PLR0913 - the clock and both stores are arguments
    *,
    encoded: str | bytes,
    sp: ServiceProvider,
    idp: IdentityProvider,
    policy: Policy,
    now: datetime,
    pending_request: PendingRequests = _no_pending_request,
    seen: Callable[[AssertionKey], bool] = _never_seen,
) -> Assertion:
    """Return the assertion inside a posted SAMLResponse after every check has passed.

    Nothing is remembered here: the caller stores ``key`` in the transaction that makes the
    session, and consumes ``request``.

    Args:
        encoded: The form field SAMLResponse.
        sp: This tenant's side, taken from the URL the response was posted to.
        idp: The only identity provider whose signature counts.
        policy: The tenant's choices.
        now: The clock, with a time zone.
        pending_request: Looks up a request that was started in this browser, by its ID; asked
            with an InResponseTo after the signature was verified.
        seen: Tells whether an assertion was used before.

    Raises:
        MessageError: The response is refused; the error has the whole trace.
    """
    trace = Trace()
    try:
        opened = open_response(encoded, sp=sp, trust=Trust(idp, policy, now, trace))
        context = Context(sp, policy, now, trace)
        return _judge(opened, idp, context, pending_request, seen)
    except SAMLError as error:
        trace.attach_to(error)
        raise


def _judge(
    opened: Opened,
    idp: IdentityProvider,
    context: Context,
    pending_request: PendingRequests,
    seen: Callable[[AssertionKey], bool],
) -> Assertion:
    """Apply the rules to the verified assertion; the order is the order of the trace."""
    assertion, sp, policy = opened.assertion, context.sp, context.policy
    issuer = _require_issuer(opened, idp, context)
    for message in (opened.response, assertion):
        require_version_and_instant(message, context)
    _require_destination(opened.response, context, is_signed=opened.is_response_signed)
    conditions_end = require_conditions(assertion, context)
    confirmation = require_bearer_confirmation(
        assertion, context, answers=opened.response.get("InResponseTo")
    )
    request = _require_solicited(opened, confirmation, pending_request, context)
    authn_instant, session_end, session_index = require_authn_statement(assertion, context, request)
    _require_toolkit_agrees(opened, issuer, context)
    name_id = read_name_id(assertion, sp.key_pairs)
    _require_our_namespace(name_id, context)
    identifier = read_identifier(assertion, name_id, attribute=policy.identifier_attribute)
    passed(context.trace, "identifier", "one identifier of one person")
    key = AssertionKey(issuer, assertion.get("ID", ""))
    _require_unused(key, seen, context.trace)
    return Assertion(
        key=key,
        identifier=identifier,
        name_id=name_id,
        attributes=read_attributes(assertion),
        authn_instant=authn_instant,
        not_on_or_after=max(conditions_end, confirmation.not_on_or_after) + policy.clock_skew,
        session_index=session_index,
        session_not_on_or_after=session_end,
        in_response_to=confirmation.in_response_to or opened.response.get("InResponseTo"),
        request=request,
        certificate=opened.certificate,
        is_encrypted=opened.decrypted is not None,
        trace=tuple(context.trace.checks),
    )


def _require_issuer(opened: Opened, idp: IdentityProvider, context: Context) -> str:
    """Return the issuer; envelope and assertion must name the same, configured one."""
    issuers = [
        element_text(issuer)
        for element in (opened.response, opened.assertion)
        for issuer in element.iterfind(saml("Issuer"))
    ]
    own = opened.assertion.find(saml("Issuer"))
    issuer = "" if own is None else element_text(own)
    expected = idp.entity_id or issuer
    context.trace.require(
        "issuer",
        passed=bool(issuer) and set(issuers) == {expected} and issuer != context.sp.entity_id,
        expected=idp.entity_id or "one issuer, the identity provider",
        got=" and ".join(dict.fromkeys(issuers)),
        remedy="If this is your identity provider, upload its current “Metadata XML” in step 2: "
        "its Issuer (also: IdP Entity ID, Microsoft Entra Identifier) differs from the one that is "
        "configured.",
    )
    return issuer


def _require_destination(response: etree._Element, context: Context, *, is_signed: bool) -> None:
    """A signed Response must say where it was sent (SAML Bindings 3.5.5.2).

    One that is not signed may leave it out: anybody could have written it, and Recipient and
    Audience of the assertion bind. What is there must be right.
    """
    given = response.get("Destination")
    destination = (given or "").strip()
    context.trace.require(
        "destination",
        passed=destination == context.sp.acs_url or (given is None and not is_signed),
        expected=context.sp.acs_url,
        got=destination or ("an empty Destination" if given is not None else None),
        remedy="Set the ACS URL (also: Single sign-on URL, Reply URL, "
        f"Destination URL) at the identity provider to {context.sp.acs_url}"
        + difference(destination, context.sp.acs_url),
    )


def _require_solicited(
    opened: Opened,
    confirmation: Confirmation,
    pending_request: PendingRequests,
    context: Context,
) -> PendingRequest | None:
    """Return the request this answers; nothing for a sign-in that the IdP may start."""
    in_response_to = confirmation.in_response_to or opened.response.get("InResponseTo")
    if in_response_to:
        request = require_answer(
            in_response_to,
            response=opened.response,
            confirmed=confirmation.in_response_to,
            is_response_signed=opened.is_response_signed,
            pending_request=pending_request,
            context=context,
        )
        if request is not None:
            return request
    context.trace.require(
        "idp_initiated",
        passed=context.policy.allow_idp_initiated,
        expected="an answer to a sign-in that was started here",
        got="a sign-in that the identity provider started",
        remedy="Open the sign-on page URL instead of the identity provider's tile, or switch on "
        "“Allow sign-ins that start at the identity provider” under “Rules and attributes”.",
    )
    return None


def _require_toolkit_agrees(opened: Opened, issuer: str, context: Context) -> None:
    require_strict_validation(
        StrictRun(
            document=opened.response,
            decrypted=opened.decrypted,
            verified=opened.signed,
            now=context.now - context.policy.clock_skew,
            acs_url=context.sp.acs_url,
            sp_entity_id=context.sp.entity_id,
            issuer=issuer,
        )
    )
    passed(context.trace, "toolkit", "python3-saml's strict validation")


def _require_our_namespace(name_id: NameID | None, context: Context) -> None:
    """A NameID that is qualified for another service provider names somebody there."""
    qualifier = None if name_id is None else name_id.sp_name_qualifier
    context.trace.require(
        "name_id",
        passed=qualifier in {None, context.sp.entity_id},
        expected=f"a NameID without SPNameQualifier, or with {context.sp.entity_id}",
        got=qualifier or "none",
        remedy="Remove SPNameQualifier at the identity provider, or set it to our entity ID.",
    )


def _require_unused(key: AssertionKey, seen: Callable[[AssertionKey], bool], trace: Trace) -> None:
    trace.require(
        "replay",
        passed=not seen(key),
        expected="an assertion that was not used before",
        got=key.assertion_id,
        remedy="Start the sign-in again; going back in the browser, or "
        "reloading, sends the same response twice.",
    )
