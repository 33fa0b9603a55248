"""Asking the identity provider to sign somebody in (SAML Core 3.4.1, Profiles 4.1)."""

import secrets
from datetime import datetime

from lxml import etree

from saml_sso.protocol.bindings import Outgoing, send
from saml_sso.protocol.instants import format_instant
from saml_sso.protocol.names import ASSERTION_NS, PROTOCOL_NS, Binding, saml, samlp
from saml_sso.protocol.parties import IdentityProvider, ServiceProvider


def new_message_id() -> str:
    """Return an ID nobody can guess; it begins as an XML name must."""
    return f"_{secrets.token_hex(20)}"


def message_element(
    name: str, *, sp: ServiceProvider, destination: str, now: datetime
) -> etree._Element:
    """Return a protocol message of ours with everything that all messages have."""
    element = etree.Element(
        samlp(name),
        {
            "ID": new_message_id(),
            "Version": "2.0",
            "IssueInstant": format_instant(now),
            # What follows a # stays in the browser: the receiver compares without it.
            "Destination": destination.partition("#")[0],
        },
        {"samlp": PROTOCOL_NS, "saml": ASSERTION_NS},
    )
    etree.SubElement(element, saml("Issuer")).text = sp.entity_id
    return element


def start_sign_in(
    *,
    sp: ServiceProvider,
    idp: IdentityProvider,
    now: datetime,
    relay_state: str = "",
    force_authn: bool = False,
) -> Outgoing:
    """Return an AuthnRequest, to be sent by the binding the identity provider prefers.

    It asks for no particular authentication context, because that breaks Windows sign-ins with
    Entra ID and ADFS, and for no particular NameID format. It is signed when the identity
    provider wants that. The caller keeps ``id`` as the pending request of this browser.

    Raises:
        ValueError: The identity provider's sign-in URL is not known, or it wants signed requests
            and the service provider has no key pair.
    """
    if idp.sso_url is None:
        raise ValueError("the identity provider's sign-in URL is not known")
    if idp.want_authn_requests_signed and not sp.key_pairs:
        raise ValueError("the identity provider wants signed requests; make a key pair first")
    request = message_element("AuthnRequest", sp=sp, destination=idp.sso_url, now=now)
    request.set("AssertionConsumerServiceURL", sp.acs_url)
    request.set("ProtocolBinding", Binding.POST)
    if force_authn:
        request.set("ForceAuthn", "true")
    etree.SubElement(request, samlp("NameIDPolicy"), {"AllowCreate": "true"})
    return send(
        request,
        parameter="SAMLRequest",
        url=idp.sso_url,
        binding=idp.sso_binding,
        issued_at=now,
        relay_state=relay_state,
        signing_key=sp.key_pairs[0] if idp.want_authn_requests_signed else None,
    )
