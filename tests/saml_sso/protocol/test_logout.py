"""Single Logout: signed, for us, current, and about the session it names."""

import base64
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from lxml import etree

from saml_sso.protocol.bindings import Incoming, Outgoing, read_post, read_redirect
from saml_sso.protocol.certificates import describe_certificate
from saml_sso.protocol.errors import MessageError
from saml_sso.protocol.logout import (
    LogoutRequest,
    LogoutResponse,
    read_logout_request,
    read_logout_response,
)
from saml_sso.protocol.names import NAMEID_EMAIL, NAMEID_UNSPECIFIED, STATUS_SUCCESS, Binding
from saml_sso.protocol.outgoing_logout import answer_logout, start_logout
from saml_sso.protocol.parties import IdentityProvider, ServiceProvider
from saml_sso.protocol.subject import NameID
from tests.support.saml import (
    EMAIL_FORMAT,
    NS,
    PrivateKey,
    certificate,
    instant,
    pem,
    private_key,
    sign_element,
)
from tests.support.saml_encryption import encrypted_data
from tests.support.saml_redirect import deflated, redirect_query, signed_query
from tests.support.saml_trust import (
    IDP_ENTITY_ID,
    NOW,
    SLO_URL,
    Trust,
    service_provider_keys,
)

ADA = NameID("ada@acme.example", NAMEID_EMAIL, None, None)
DECLARATIONS = f'xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}"'
NAME_ID = f'<saml:NameID Format="{EMAIL_FORMAT}">ada@acme.example</saml:NameID>'


def _request(  # noqa: PLR0913 - every knob has a default
    *,
    issuer: str = IDP_ENTITY_ID,
    destination: str | None = SLO_URL,
    issued: str = instant(NOW),
    attributes: str = "",
    name_id: str = NAME_ID,
    extra: str = "<samlp:SessionIndex>s1</samlp:SessionIndex>",
) -> str:
    to = f' Destination="{destination}"' if destination is not None else ""
    return (
        f'<samlp:LogoutRequest {DECLARATIONS} ID="_lr" Version="2.0" IssueInstant="{issued}"{to}'
        f"{attributes}><saml:Issuer>{issuer}</saml:Issuer>{name_id}{extra}</samlp:LogoutRequest>"
    )


def _response(*, in_response_to: str = "_ours", status: str = STATUS_SUCCESS) -> str:
    return (
        f'<samlp:LogoutResponse {DECLARATIONS} ID="_lo" Version="2.0" '
        f'IssueInstant="{instant(NOW)}" Destination="{SLO_URL}" InResponseTo="{in_response_to}">'
        f"<saml:Issuer>{IDP_ENTITY_ID}</saml:Issuer><samlp:Status><samlp:StatusCode "
        f'Value="{status}"/></samlp:Status></samlp:LogoutResponse>'
    )


def _redirected(xml: str, *, key: PrivateKey | None = None, **parameters: str) -> Incoming:
    message = "SAMLResponse" if "LogoutResponse" in xml else "SAMLRequest"
    return read_redirect(
        redirect_query({message: deflated(xml), **parameters}, key or private_key())
    )


def _posted(xml: str, trust: Trust, *, sign: bool = True) -> Incoming:
    root = etree.fromstring(xml.encode())
    if sign:
        sign_element(root, trust.forge.key, trust.forge.cert)
    return read_post({"SAMLRequest": base64.b64encode(etree.tostring(root)).decode()})


def _read(incoming: Incoming, trust: Trust) -> LogoutRequest:
    return read_logout_request(
        incoming, sp=trust.sp, idp=trust.idp, policy=trust.policy, now=trust.now
    )


def _read_answer(incoming: Incoming, trust: Trust) -> LogoutResponse:
    return read_logout_response(
        incoming,
        sp=trust.sp,
        idp=trust.idp,
        policy=trust.policy,
        now=trust.now,
        request_id="_ours",
    )


def _refused(incoming: Incoming, trust: Trust, check: str) -> None:
    with pytest.raises(MessageError) as refusal:
        _read(incoming, trust)
    assert refusal.value.check == check, refusal.value.message()


def test_a_signed_redirect_is_read(acme: Trust) -> None:
    request = _read(_redirected(_request(), RelayState="r s"), acme)

    assert (request.id, request.issuer) == ("_lr", IDP_ENTITY_ID)
    assert request.name_id == ADA
    assert request.session_indexes == ("s1",)
    assert request.relay_state == "r s"


def test_a_signed_form_is_read(acme: Trust) -> None:
    assert _read(_posted(_request(), acme), acme).binding is Binding.POST


def test_an_encrypted_name_id_is_read(acme: Trust) -> None:
    plain = NAME_ID.replace("<saml:NameID", f"<saml:NameID {DECLARATIONS}")
    data = encrypted_data(plain.encode(), service_provider_keys().certificate_pem)
    sealed = f"<saml:EncryptedID>{etree.tostring(data, encoding='unicode')}</saml:EncryptedID>"

    assert _read(_redirected(_request(name_id=sealed)), acme).name_id == ADA


def test_lower_case_percent_encoding_verifies(acme: Trust) -> None:
    """ADFS signs what it writes, and writes ``%2b`` where others write ``%2B``."""
    query = redirect_query({"SAMLRequest": deflated(_request())}, private_key())
    upper = query.rpartition("&Signature=")[0]
    lower = re.sub("%[0-9A-F]{2}", lambda code: code.group().lower(), upper)
    assert lower != upper

    assert _read(read_redirect(signed_query(lower, private_key())), acme).name_id == ADA


def test_the_order_of_parameters_in_the_address_does_not_matter(acme: Trust) -> None:
    query = redirect_query({"SAMLRequest": deflated(_request()), "RelayState": "r"}, private_key())
    shuffled = "&".join(reversed(query.split("&")))

    assert _read(read_redirect(f"utm=1&{shuffled}"), acme).relay_state == "r"


@pytest.mark.parametrize(
    ("bend", "check"),
    [
        ({"issuer": "https://other.example"}, "issuer"),
        ({"issuer": ""}, "issuer"),
        ({"destination": None}, "destination"),
        ({"destination": f"{SLO_URL}2"}, "destination"),
        ({"destination": "https://gatehouse.example/saml/other/logout"}, "destination"),
        ({"issued": instant(NOW - timedelta(hours=1))}, "issue_instant"),
        ({"issued": instant(NOW + timedelta(hours=1))}, "issue_instant"),
        ({"attributes": f' NotOnOrAfter="{instant(NOW - timedelta(minutes=9))}"'},
         "not_on_or_after"),
        ({"name_id": ""}, "schema"),
        ({"name_id": NAME_ID * 2}, "schema"),
        ({"extra": "<saml:Assertion/>"}, "ids"),
        ({"name_id": "<saml:NameID>ada@acme.example<!-- -->x</saml:NameID>"}, "comment"),
    ],
)  # fmt: skip
def test_one_wrong_detail_ends_no_session(acme: Trust, bend: dict[str, Any], check: str) -> None:
    _refused(_redirected(_request(**bend)), acme, check)


def test_an_unsigned_redirect_is_refused(acme: Trust) -> None:
    incoming = read_redirect(f"SAMLRequest={quote(deflated(_request()), safe='')}")

    _refused(incoming, acme, "signature")


@pytest.mark.parametrize("missing", ["Signature", "SigAlg"])
def test_half_a_signature_is_refused(acme: Trust, missing: str) -> None:
    query = redirect_query({"SAMLRequest": deflated(_request())}, private_key())
    kept = "&".join(part for part in query.split("&") if not part.startswith(f"{missing}="))

    _refused(read_redirect(kept), acme, "signature")


def test_an_unsigned_form_is_refused(acme: Trust) -> None:
    _refused(_posted(_request(), acme, sign=False), acme, "signature")


def test_a_query_signature_does_not_excuse_a_form(acme: Trust) -> None:
    signed = _redirected(_request())
    posted = replace(signed, binding=Binding.POST)

    _refused(posted, acme, "signature")


def test_a_foreign_key_is_refused(acme: Trust) -> None:
    _refused(_redirected(_request(), key=private_key("rsa2048", "eve")), acme, "signature")


@pytest.mark.parametrize("part", ["SAMLRequest", "RelayState"])
def test_a_changed_parameter_is_refused(acme: Trust, part: str) -> None:
    query = redirect_query({"SAMLRequest": deflated(_request()), "RelayState": "r"}, private_key())
    changed = query.replace(
        f"{part}=", f"{part}={quote(deflated(_request(extra='')), safe='')}&old=", 1
    )

    _refused(read_redirect(changed), acme, "signature")


def test_an_added_relay_state_is_refused(acme: Trust) -> None:
    query = redirect_query({"SAMLRequest": deflated(_request())}, private_key())

    _refused(read_redirect(f"{query}&RelayState=x"), acme, "signature")


def test_sha1_is_refused(acme: Trust) -> None:
    query = redirect_query(
        {"SAMLRequest": deflated(_request())},
        private_key(),
        method="http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    )

    _refused(read_redirect(query), acme, "signature_algorithm")


@pytest.mark.parametrize("algorithm", ["", "http://www.w3.org/2000/09/xmldsig#hmac-sha1", "x"])
def test_another_algorithm_is_refused(acme: Trust, algorithm: str) -> None:
    query = redirect_query({"SAMLRequest": deflated(_request())}, private_key(), method=algorithm)

    _refused(read_redirect(query), acme, "signature_algorithm")


@pytest.mark.parametrize("kind", ["rsa1024"])
def test_a_weak_key_is_refused(acme: Trust, kind: str) -> None:
    key = private_key(kind)
    weak = describe_certificate(pem(certificate(key)))
    trust = acme.but(idp=replace(acme.idp, certificates=(weak,)))

    _refused(_redirected(_request(), key=key), trust, "certificate")


MORE = "http://www.w3.org/2001/04/xmldsig-more#"
METHODS = [
    ("rsa2048", f"{MORE}rsa-sha512"),
    ("rsa2048", "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"),
    ("dsa2048", "http://www.w3.org/2009/xmldsig11#dsa-sha256"),
    ("p256", f"{MORE}ecdsa-sha256"),
    ("p384", f"{MORE}ecdsa-sha512"),
]


@pytest.mark.parametrize("as_asn1", [False, True])
@pytest.mark.parametrize(("kind", "method"), METHODS)
def test_every_strong_method_verifies(
    acme: Trust, kind: str, method: str, *, as_asn1: bool
) -> None:
    key = private_key(kind)
    query = redirect_query(
        {"SAMLRequest": deflated(_request())}, key, method=method, as_asn1=as_asn1
    )

    assert _read(read_redirect(query), acme.with_key(key)).name_id == ADA
    _refused(read_redirect(query), acme.with_key(private_key(kind, "eve")), "signature")
    _refused(read_redirect(f"{query}&RelayState=x"), acme.with_key(key), "signature")


@pytest.mark.parametrize("method", [method for _, method in METHODS])
@pytest.mark.parametrize("kind", ["rsa2048", "dsa2048", "p256", "p384"])
def test_a_method_of_another_kind_of_key_verifies_nothing(
    acme: Trust, kind: str, method: str
) -> None:
    stranger = private_key("p256", "eve") if kind != "p256" else private_key("dsa2048", "eve")
    query = redirect_query({"SAMLRequest": deflated(_request())}, stranger, method=method)

    _refused(read_redirect(query), acme.with_key(private_key(kind)), "signature")


@pytest.mark.parametrize("repeated", ["SAMLRequest", "RelayState", "SigAlg", "Signature"])
def test_a_repeated_parameter_is_refused(repeated: str) -> None:
    query = redirect_query({"SAMLRequest": deflated(_request()), "RelayState": "r"}, private_key())

    for name in (repeated, f"%{ord(repeated[0]):x}{repeated[1:]}"):
        with pytest.raises(MessageError, match="once"):
            read_redirect(f"{query}&{name}=x")


@pytest.mark.parametrize("query", ["", "RelayState=x", "SAMLRequest=a&SAMLResponse=b"])
def test_exactly_one_message_is_needed(query: str) -> None:
    with pytest.raises(MessageError) as refusal:
        read_redirect(query)

    assert refusal.value.check == "query"


def test_inflation_is_bounded() -> None:
    bomb = quote(deflated("<a>" + " " * 5_000_000 + "</a>"), safe="")

    with pytest.raises(MessageError) as refusal:
        read_redirect(f"SAMLRequest={bomb}")

    assert refusal.value.check == "inflate"


@pytest.mark.parametrize("message", ["%%%", "AAAA", quote(base64.b64encode(b"<a/>").decode())])
def test_what_does_not_inflate_is_refused(message: str) -> None:
    with pytest.raises(MessageError) as refusal:
        read_redirect(f"SAMLRequest={message}")

    assert refusal.value.check in {"inflate", "base64"}


def test_a_response_is_no_request(acme: Trust) -> None:
    _refused(_redirected(_response()), acme, "root")


def test_without_single_logout_nothing_is_read(acme: Trust) -> None:
    trust = acme.but(sp=replace(acme.sp, slo_url=None))

    _refused(_redirected(_request()), trust, "destination")


@pytest.mark.parametrize(
    ("name_id", "session_index", "ends"),
    [
        (ADA, "s1", True),
        (ADA, "s2", False),
        (ADA, None, False),
        (replace(ADA, value="eve@acme.example"), "s1", False),
        (replace(ADA, value="ADA@acme.example"), "s1", False),
        (replace(ADA, format=NAMEID_UNSPECIFIED), "s1", True),
        (replace(ADA, format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"), "s1", False),
        (replace(ADA, name_qualifier="q"), "s1", True),
    ],
)
def test_only_the_named_session_ends(
    acme: Trust, name_id: NameID, session_index: str | None, *, ends: bool
) -> None:
    request = _read(_redirected(_request()), acme)

    assert request.concerns(name_id, session_index) is ends


def test_a_request_without_session_indexes_ends_every_session_of_the_person(acme: Trust) -> None:
    request = _read(_redirected(_request(extra="")), acme)

    assert request.concerns(ADA, "s9")
    assert not request.concerns(replace(ADA, value="eve@acme.example"), "s9")


def test_the_answer_to_our_request_is_read(acme: Trust) -> None:
    answer = _read_answer(_redirected(_response(), RelayState="r"), acme)

    assert answer.is_success
    assert answer.relay_state == "r"


def test_a_partial_logout_is_no_success(acme: Trust) -> None:
    partial = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout"

    assert not _read_answer(_redirected(_response(status=partial)), acme).is_success


def test_an_answer_to_another_request_is_refused(acme: Trust) -> None:
    with pytest.raises(MessageError) as refusal:
        _read_answer(_redirected(_response(in_response_to="_other")), acme)

    assert refusal.value.check == "in_response_to"


def _seen_from_the_identity_provider(trust: Trust) -> Trust:
    """Return the trust of the identity provider's side in our messages."""
    own = describe_certificate(trust.sp.key_pairs[0].certificate_pem)
    return trust.but(
        sp=ServiceProvider(IDP_ENTITY_ID, "https://idp.example/acs", "https://idp.example/slo"),
        idp=IdentityProvider(trust.sp.entity_id, (own,)),
    )


def _arrive(outgoing: Outgoing) -> Incoming:
    if outgoing.fields:
        return read_post(outgoing.fields)
    return read_redirect(urlsplit(outgoing.url).query)


@pytest.mark.parametrize("binding", list(Binding))
def test_our_own_messages_pass_our_own_checks(acme: Trust, binding: Binding) -> None:
    sp, theirs = acme.sp, _seen_from_the_identity_provider(acme)
    idp = replace(acme.idp, slo_url="https://idp.example/slo", slo_binding=binding)

    sent = start_logout(sp=sp, idp=idp, now=NOW, name_id=ADA, session_index="s1", relay_state="r")
    request = _read(_arrive(sent), theirs)
    answered = answer_logout(request, sp=sp, idp=idp, now=NOW)
    answer = read_logout_response(
        _arrive(answered),
        sp=theirs.sp,
        idp=theirs.idp,
        policy=theirs.policy,
        now=NOW,
        request_id=request.id,
    )

    assert request.id == sent.id
    assert request.concerns(ADA, "s1")
    assert request.relay_state == "r"
    assert answer.is_success
    if binding is Binding.REDIRECT:
        assert set(parse_qs(urlsplit(sent.url).query)) == {
            "SAMLRequest", "RelayState", "SigAlg", "Signature",
        }  # fmt: skip


def test_logout_needs_an_address_and_a_key(acme: Trust) -> None:
    with pytest.raises(ValueError, match="logout URL"):
        start_logout(sp=acme.sp, idp=acme.idp, now=NOW, name_id=ADA, session_index=None)
    idp = replace(acme.idp, slo_url="https://idp.example/slo")
    keyless = replace(acme.sp, key_pairs=())
    with pytest.raises(ValueError, match="key pair"):
        start_logout(sp=keyless, idp=idp, now=NOW, name_id=ADA, session_index=None)
