"""Writing Single Logout messages (SAML Core 3.7): always signed."""

from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from saml_sso.protocol.authn_request import message_element
from saml_sso.protocol.bindings import Outgoing, send
from saml_sso.protocol.instants import format_instant
from saml_sso.protocol.logout import LogoutRequest
from saml_sso.protocol.names import STATUS_SUCCESS, saml, samlp
from saml_sso.protocol.parties import IdentityProvider, ServiceProvider
from saml_sso.protocol.subject import NameID

_REQUEST_VALIDITY: Final = timedelta(minutes=5)


def start_logout(  # noqa: PLR0913 - the clock is an argument
    *,
    sp: ServiceProvider,
    idp: IdentityProvider,
    now: datetime,
    name_id: NameID,
    session_index: str | None,
    relay_state: str = "",
) -> Outgoing:
    """Return a signed LogoutRequest for one session.

    Raises:
        ValueError: The identity provider has no logout URL, or we have no key pair.
    """
    url = _logout_url(idp)
    request = message_element("LogoutRequest", sp=sp, destination=url, now=now)
    request.set("NotOnOrAfter", format_instant(now + _REQUEST_VALIDITY))
    element = etree.SubElement(request, saml("NameID"), {"Format": name_id.format})
    element.text = name_id.value
    for attribute, value in (
        ("NameQualifier", name_id.name_qualifier),
        ("SPNameQualifier", name_id.sp_name_qualifier),
    ):
        if value is not None:
            element.set(attribute, value)
    if session_index is not None:
        etree.SubElement(request, samlp("SessionIndex")).text = session_index
    return _send_signed(request, "SAMLRequest", url, relay_state, sp=sp, idp=idp, now=now)


def answer_logout(
    request: LogoutRequest,
    *,
    sp: ServiceProvider,
    idp: IdentityProvider,
    now: datetime,
    status: str = STATUS_SUCCESS,
) -> Outgoing:
    """Return our signed LogoutResponse to ``request``, with its RelayState.

    Raises:
        ValueError: The identity provider has no logout URL, or we have no key pair.
    """
    url = idp.slo_response_url or _logout_url(idp)
    response = message_element("LogoutResponse", sp=sp, destination=url, now=now)
    response.set("InResponseTo", request.id)
    outcome = etree.SubElement(response, samlp("Status"))
    etree.SubElement(outcome, samlp("StatusCode"), {"Value": status})
    relay_state = request.relay_state or ""
    return _send_signed(response, "SAMLResponse", url, relay_state, sp=sp, idp=idp, now=now)


def _logout_url(idp: IdentityProvider) -> str:
    if idp.slo_url is None:
        raise ValueError("the identity provider's logout URL is not known")
    return idp.slo_url


def _send_signed(  # noqa: PLR0913 - the clock is an argument
    message: etree._Element,
    parameter: str,
    url: str,
    relay_state: str,
    *,
    sp: ServiceProvider,
    idp: IdentityProvider,
    now: datetime,
) -> Outgoing:
    if not sp.key_pairs:
        raise ValueError("logout messages are signed; make a key pair first")
    return send(
        message,
        parameter=parameter,
        url=url,
        binding=idp.slo_binding,
        issued_at=now,
        relay_state=relay_state,
        signing_key=sp.key_pairs[0],
    )
