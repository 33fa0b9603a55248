"""Reading Single Logout messages (SAML Core 3.7, Profiles 4.4): signed ones only."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from lxml import etree

from saml_sso.protocol.assertion_rules import Context, instant_of, require_version_and_instant
from saml_sso.protocol.bindings import Incoming
from saml_sso.protocol.decryption import decrypt_element
from saml_sso.protocol.document import element_text, parse_xml
from saml_sso.protocol.errors import MessageError, SAMLError, Trace
from saml_sso.protocol.instants import format_instant
from saml_sso.protocol.names import NAMEID_UNSPECIFIED, STATUS_SUCCESS, Binding, saml, samlp
from saml_sso.protocol.optional import drop_empty_attributes
from saml_sso.protocol.parties import IdentityProvider, Policy, ServiceProvider
from saml_sso.protocol.query_signatures import verify_query
from saml_sso.protocol.shape import (
    SIGNATURE_METHODS,
    refuse,
    require_signature_places,
    require_unique_ids,
)
from saml_sso.protocol.signatures import (
    Trust,
    note_signature,
    require_certificate_in_force,
    verify_if_signed,
)
from saml_sso.protocol.subject import NameID, read_name_id_element
from saml_sso.protocol.toolkit import schema_error

_MAX_AGE: Final = timedelta(minutes=10)
_SIGN: Final = "Turn on signing of logout messages at the identity provider."
_Message = TypeVar("_Message")


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """The identity provider ends somebody's sessions.

    Attributes:
        remember_until: Remember ``id`` as used at least until then: afterwards the request is
            refused as too old.
    """

    id: str
    issuer: str
    name_id: NameID
    session_indexes: tuple[str, ...]
    relay_state: str | None
    binding: Binding
    remember_until: datetime

    def concerns(self, name_id: NameID, session_index: str | None) -> bool:
        """Tell whether a session that began with ``name_id`` and ``session_index`` must end.

        A format or qualifier that one side leaves out is not compared (SAML Core 8.3).
        """
        ours, theirs = name_id, self.name_id
        same = ours.value == theirs.value and all(
            a is None or b is None or a == b or NAMEID_UNSPECIFIED in {a, b}
            for a, b in (
                (ours.format, theirs.format),
                (ours.name_qualifier, theirs.name_qualifier),
                (ours.sp_name_qualifier, theirs.sp_name_qualifier),
            )
        )
        return same and (not self.session_indexes or session_index in self.session_indexes)


@dataclass(frozen=True, slots=True)
class LogoutResponse:
    """The identity provider's answer to a LogoutRequest of ours."""

    in_response_to: str
    status: str
    relay_state: str | None

    @property
    def is_success(self) -> bool:
        """Tell whether every session everywhere has ended."""
        return self.status == STATUS_SUCCESS


def read_logout_request(
    incoming: Incoming, *, sp: ServiceProvider, idp: IdentityProvider, policy: Policy, now: datetime
) -> LogoutRequest:
    """Return a verified LogoutRequest; which sessions it ends, :meth:`LogoutRequest.concerns` says.

    Nothing is remembered here: the caller ends the sessions once for each ``issuer`` and ``id``.

    Raises:
        MessageError: It is not signed by the identity provider, not for us, or not current.
    """

    def read(root: etree._Element, context: Context) -> LogoutRequest:
        _require_current(root, context)
        issued = instant_of(root, "IssueInstant", check="issue_instant") or now
        return LogoutRequest(
            id=root.get("ID", ""),
            issuer=_issuer(root),
            name_id=_name_id(root, sp),
            session_indexes=tuple(
                element_text(index) for index in root.iterfind(samlp("SessionIndex"))
            ),
            relay_state=incoming.relay_state,
            binding=incoming.binding,
            remember_until=issued + _MAX_AGE + policy.clock_skew,
        )

    trust = Trust(idp, policy, now, Trace())
    return _read(incoming, "LogoutRequest", sp=sp, trust=trust, read=read)


def read_logout_response(  # noqa: PLR0913 - the clock is an argument
    incoming: Incoming,
    *,
    sp: ServiceProvider,
    idp: IdentityProvider,
    policy: Policy,
    now: datetime,
    request_id: str,
) -> LogoutResponse:
    """Return a verified LogoutResponse to the LogoutRequest ``request_id``.

    Raises:
        MessageError: It is not signed by the identity provider, not for us, not current, or it
            answers something else.
    """

    def read(root: etree._Element, context: Context) -> LogoutResponse:
        answers = root.get("InResponseTo")
        context.trace.require(
            "in_response_to",
            passed=answers == request_id,
            expected=request_id,
            got=answers,
            remedy="Sign out again.",
        )
        code = root.find(f"{samlp('Status')}/{samlp('StatusCode')}")
        status = "" if code is None else code.get("Value", "")
        return LogoutResponse(request_id, status, incoming.relay_state)

    trust = Trust(idp, policy, now, Trace())
    return _read(incoming, "LogoutResponse", sp=sp, trust=trust, read=read)


def _read(
    incoming: Incoming,
    name: str,
    *,
    sp: ServiceProvider,
    trust: Trust,
    read: Callable[[etree._Element, Context], _Message],
) -> _Message:
    """Open a logout message, apply what both kinds share, then ``read`` it."""
    context = Context(sp, replace(trust.policy, max_lifetime=_MAX_AGE), trust.now, trust.trace)
    try:
        root = parse_xml(incoming.xml)
        if root.tag != samlp(name):
            raise refuse("root", expected=f"a {name}", got=str(root.tag))
        require_unique_ids(root)
        require_signature_places(root, [samlp(name)])
        _require_signed(incoming, root, trust)
        drop_empty_attributes(root)
        _require_schema(root)
        _require_addressed(root, sp, trust)
        require_version_and_instant(root, context)
        return read(root, context)
    except SAMLError as error:
        trust.trace.attach_to(error)
        raise


def _require_signed(incoming: Incoming, root: etree._Element, trust: Trust) -> None:
    """A redirect is signed by its query, a form by an XML signature; each is required."""
    if incoming.binding is Binding.POST:
        if verify_if_signed(root, trust) is None:
            raise refuse("signature", expected="a signature", got="none", remedy=_SIGN)
        return
    signature = incoming.query_signature
    if signature is None:
        raise refuse(
            "signature", expected="Signature and SigAlg in the address", got="none", remedy=_SIGN
        )
    if signature.algorithm not in SIGNATURE_METHODS:
        raise refuse(
            "signature_algorithm",
            expected="SHA-256 or stronger",
            got=signature.algorithm,
            remedy="Set the signature algorithm to RSA-SHA256 at the identity provider.",
        )
    certificate = verify_query(
        signature.signed, signature.value, signature.algorithm, trust.candidates()
    )
    if certificate is None:
        raise refuse(
            "signature",
            expected="a query signed with an uploaded certificate",
            got="a signature that does not verify",
            remedy="Add the identity provider's current signing certificate in step 2.",
        )
    note_signature(etree.QName(root).localname, certificate, trust)
    require_certificate_in_force(certificate, trust)


def _require_schema(root: etree._Element) -> None:
    problem = schema_error(root)
    if problem:
        raise refuse("schema", expected="a message that fits the SAML 2.0 schema", got=problem)


def _require_addressed(root: etree._Element, sp: ServiceProvider, trust: Trust) -> None:
    issuer, expected = _issuer(root), trust.idp.entity_id
    trust.trace.require(
        "issuer",
        passed=bool(issuer) and issuer == (expected or issuer),
        expected=expected or "an issuer",
        got=issuer or None,
        remedy="Upload the current metadata of your identity provider.",
    )
    destination = (root.get("Destination") or "").strip()
    trust.trace.require(
        "destination",
        passed=bool(sp.slo_url) and destination == sp.slo_url,
        expected=sp.slo_url or "no logout message: Single Logout is off",
        got=destination or None,
        remedy="Set the single logout URL at the identity provider to the one in step 1.",
    )


def _require_current(root: etree._Element, context: Context) -> None:
    expiry = instant_of(root, "NotOnOrAfter", check="not_on_or_after")
    context.trace.require(
        "not_on_or_after",
        passed=expiry is None or expiry + context.policy.clock_skew > context.now,
        expected=f"a request valid at {format_instant(context.now)}",
        got=root.get("NotOnOrAfter"),
        remedy="Sign out again.",
    )


def _issuer(root: etree._Element) -> str:
    issuer = root.find(saml("Issuer"))
    return "" if issuer is None else element_text(issuer)


def _name_id(root: etree._Element, sp: ServiceProvider) -> NameID:
    element = root.find(saml("NameID"))
    encrypted = root.find(saml("EncryptedID"))
    if encrypted is not None:
        element = decrypt_element(encrypted, sp.key_pairs)
    if element is None or element.tag != saml("NameID"):
        raise MessageError(
            "name_id",
            expected="one NameID",
            got=None,
            remedy="Configure the identity provider to send the same NameID as at sign-in.",
        )
    return read_name_id_element(element)
