"""What we say about ourselves and ask for: metadata, AuthnRequests, key pairs, start-up."""

import base64
import zlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import onelogin.saml2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from saml_sso.protocol import xmldsig
from saml_sso.protocol.authn_request import start_sign_in
from saml_sso.protocol.bindings import Outgoing
from saml_sso.protocol.certificates import describe_certificate, read_certificates
from saml_sso.protocol.keys import make_key_pair
from saml_sso.protocol.names import NAMEID_EMAIL, Binding
from saml_sso.protocol.outgoing_logout import start_logout
from saml_sso.protocol.parties import IdentityProvider, ServiceProvider
from saml_sso.protocol.query_signatures import verify_query
from saml_sso.protocol.sp_metadata import service_provider_metadata
from saml_sso.protocol.subject import NameID
from saml_sso.protocol.toolkit import schema_error
from tests.support.saml import NS
from tests.support.saml_trust import ACS_URL, NOW, SLO_URL, Trust, service_provider_keys

SSO = "https://idp.example/sso?tenant=7"
SCHEMAS = Path(onelogin.saml2.__file__).parent / "schemas"


@pytest.fixture
def idp(acme: Trust) -> IdentityProvider:
    return replace(acme.idp, sso_url=SSO)


def _message(outgoing: Outgoing) -> etree._Element:
    if outgoing.fields:
        return etree.fromstring(base64.b64decode(outgoing.fields["SAMLRequest"]))
    encoded = parse_qs(urlsplit(outgoing.url).query)["SAMLRequest"][0]
    return etree.fromstring(zlib.decompress(base64.b64decode(encoded), -15))


def _valid_metadata(data: bytes) -> etree._Element:
    root = etree.fromstring(data)
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS / "saml-schema-metadata-2.0.xsd"), None))
    schema.assertValid(root)
    return root


@pytest.mark.parametrize("key_pairs", [(), ("sp",), ("sp-next", "sp")])
@pytest.mark.parametrize("slo_url", [None, SLO_URL])
def test_our_metadata_is_valid_in_every_state(
    key_pairs: tuple[str, ...], slo_url: str | None
) -> None:
    pairs = tuple(service_provider_keys(name) for name in key_pairs)
    sp = ServiceProvider(ACS_URL, ACS_URL, slo_url, pairs)

    root = _valid_metadata(service_provider_metadata(sp, authn_requests_signed=bool(pairs)))

    assert root.get("entityID") == ACS_URL
    role = root[0]
    assert role.get("WantAssertionsSigned") == "true"
    assert role.get("AuthnRequestsSigned") == str(bool(pairs)).lower()
    acs = role.find("md:AssertionConsumerService", NS)
    assert acs is not None
    assert acs.get("Location") == ACS_URL
    assert len(role.findall("md:SingleLogoutService", NS)) == (2 if slo_url else 0)
    assert len(role.findall("md:KeyDescriptor", NS)) == 2 * len(pairs)


def test_a_redirect_carries_an_unsigned_request(acme: Trust, idp: IdentityProvider) -> None:
    outgoing = start_sign_in(sp=acme.sp, idp=idp, now=NOW, relay_state="/account/")

    request = _message(outgoing)
    query = parse_qs(urlsplit(outgoing.url).query)
    assert query["tenant"] == ["7"]
    assert query["RelayState"] == ["/account/"]
    assert "Signature" not in query
    assert request.get("ID") == outgoing.id
    assert outgoing.id.startswith("_")
    assert request.get("Destination") == SSO
    assert request.get("AssertionConsumerServiceURL") == ACS_URL
    assert request.get("ForceAuthn") is None
    assert request.find("samlp:RequestedAuthnContext", NS) is None
    assert schema_error(request) is None


def test_a_forced_sign_in_says_so(acme: Trust, idp: IdentityProvider) -> None:
    outgoing = start_sign_in(sp=acme.sp, idp=idp, now=NOW, force_authn=True)

    assert _message(outgoing).get("ForceAuthn") == "true"


def test_every_request_has_an_id_of_its_own(acme: Trust, idp: IdentityProvider) -> None:
    assert len({start_sign_in(sp=acme.sp, idp=idp, now=NOW).id for _ in range(50)}) == 50


def test_a_signed_redirect_verifies(acme: Trust, idp: IdentityProvider) -> None:
    outgoing = start_sign_in(
        sp=acme.sp, idp=replace(idp, want_authn_requests_signed=True), now=NOW, relay_state="x"
    )

    raw = urlsplit(outgoing.url).query.removeprefix("tenant=7&")
    signed, _, _ = raw.partition("&Signature=")
    query = parse_qs(raw)
    own = describe_certificate(service_provider_keys().certificate_pem)
    signature = base64.b64decode(query["Signature"][0])
    assert verify_query(signed.encode(), signature, query["SigAlg"][0], [own]) == own


def test_a_signed_form_verifies(acme: Trust, idp: IdentityProvider) -> None:
    posting = replace(idp, sso_binding=Binding.POST, want_authn_requests_signed=True)

    outgoing = start_sign_in(sp=acme.sp, idp=posting, now=NOW, relay_state="x")

    request = _message(outgoing)
    own = describe_certificate(service_provider_keys().certificate_pem)
    signature = request.find("ds:Signature", NS)
    assert signature is not None
    assert xmldsig.verify_signature(signature, request, [own]) == own
    assert outgoing.url == SSO
    assert outgoing.fields["RelayState"] == "x"
    assert schema_error(request) is None


def test_a_request_needs_an_address_and_perhaps_a_key(acme: Trust, idp: IdentityProvider) -> None:
    with pytest.raises(ValueError, match="sign-in URL"):
        start_sign_in(sp=acme.sp, idp=acme.idp, now=NOW)
    keyless = replace(acme.sp, key_pairs=())
    with pytest.raises(ValueError, match="key pair"):
        start_sign_in(sp=keyless, idp=replace(idp, want_authn_requests_signed=True), now=NOW)


def test_a_new_key_pair_belongs_together_and_lasts_ten_years() -> None:
    pair = make_key_pair(common_name="gatehouse.example " * 9, now=NOW, bits=2048)

    key = load_pem_private_key(pair.private_key_pem.encode(), None)
    certificate = x509.load_pem_x509_certificate(pair.certificate_pem.encode())
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.public_key() == certificate.public_key()
    assert certificate.not_valid_after_utc - NOW > timedelta(days=3650)
    assert read_certificates(pair.certificate_pem.encode(), now=NOW).certificates
    assert "PRIVATE" not in repr(pair)


def test_the_installed_libraries_fit_together() -> None:
    xmldsig.self_check()


def test_libraries_that_do_not_fit_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmldsig.xmlsec, "get_libxml_version", lambda: (2, 9, 1))

    with pytest.raises(RuntimeError, match="libxml2"):
        xmldsig.self_check()


@pytest.mark.parametrize(
    ("url", "before", "fragment"),
    [
        ("https://idp.example/sso#/login", "https://idp.example/sso?SAMLRequest=", "/login"),
        ("https://idp.example/sso?a=1#x", "https://idp.example/sso?a=1&SAMLRequest=", "x"),
        ("https://idp.example/sso?", "https://idp.example/sso?SAMLRequest=", ""),
        ("https://idp.example/sso?a=1&", "https://idp.example/sso?a=1&SAMLRequest=", ""),
    ],
)
def test_what_is_sent_stands_before_the_fragment_of_the_address(
    acme: Trust, url: str, before: str, fragment: str
) -> None:
    idp = replace(acme.idp, sso_url=url, slo_url=url)
    name_id = NameID("ada@acme.example", NAMEID_EMAIL, None, None)
    sent = (
        start_sign_in(sp=acme.sp, idp=idp, now=NOW),
        start_logout(sp=acme.sp, idp=idp, now=NOW, name_id=name_id, session_index=None),
    )

    for outgoing in sent:
        assert outgoing.url.startswith(before)
        assert urlsplit(outgoing.url).fragment == fragment
        assert _message(outgoing).get("Destination") == url.partition("#")[0]


@pytest.mark.parametrize(
    "url", ["https://idp.example/sso#part", "https://idp.example/sso?a=1#part"]
)
@pytest.mark.parametrize("binding", [Binding.REDIRECT, Binding.POST])
def test_a_sign_in_url_with_a_fragment_is_asked_without_it(
    acme: Trust, url: str, binding: Binding
) -> None:
    idp = replace(acme.idp, sso_url=url, sso_binding=binding)

    outgoing = start_sign_in(sp=acme.sp, idp=idp, now=NOW)

    query, fragment = urlsplit(outgoing.url).query, urlsplit(outgoing.url).fragment
    assert ("SAMLRequest" in parse_qs(query)) is (binding == Binding.REDIRECT)
    assert "SAMLRequest" not in fragment
    assert _message(outgoing).get("Destination") == url.partition("#")[0]
