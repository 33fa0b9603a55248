"""Encrypted assertions, NameIDs and attributes: read with our keys, believed only when signed."""

from copy import deepcopy
from dataclasses import replace

import pytest
from lxml import etree

from saml_sso.protocol.parties import Policy
from tests.support.saml import NS, Forge, SignedPart, new_id, sign_element
from tests.support.saml_encryption import encrypted_data, encrypted_with_oaep_sha256
from tests.support.saml_trust import Trust, service_provider_keys

AES = [f"{mode}#aes{bits}-{mode}" for mode in ("cbc", "gcm") for bits in (128, 192, 256)]


@pytest.fixture
def sealed(forge: Forge) -> Forge:
    """A response whose assertion is encrypted to our current certificate."""
    return replace(forge, encrypt_to=service_provider_keys().certificate_pem)


@pytest.mark.parametrize("encryption", AES)
@pytest.mark.parametrize("part", ["assertion", "response", "both"])
def test_every_strong_algorithm_is_read(
    acme: Trust, sealed: Forge, part: SignedPart, encryption: str
) -> None:
    assertion = acme.accept(sealed.but(sign=part, encryption=encryption))

    assert assertion.is_encrypted
    assert assertion.identifier == "ada@acme.example"


def test_the_previous_key_still_decrypts(acme: Trust, sealed: Forge) -> None:
    pairs = (service_provider_keys("sp-next"), service_provider_keys())

    acme.but(sp=replace(acme.sp, key_pairs=pairs)).accept(sealed.but())


def test_the_encrypted_key_may_stand_beside_the_data(acme: Trust, sealed: Forge) -> None:
    root = etree.fromstring(sealed.but().xml().encode())
    data = root.find(".//xenc:EncryptedData", NS)
    assert data is not None
    key_info = data.find("ds:KeyInfo", NS)
    assert key_info is not None
    key = key_info[0]
    key.set("Id", "_key")
    data.addnext(key)
    etree.SubElement(
        key_info,
        f"{{{NS['ds']}}}RetrievalMethod",
        {"Type": "http://www.w3.org/2001/04/xmlenc#EncryptedKey", "URI": "#_key"},
    )

    assert acme.accept(etree.tostring(root, encoding="unicode")).is_encrypted


@pytest.mark.parametrize("uri", ["file:///dev/zero", "http://127.0.0.1:1/key", "#_elsewhere", ""])
def test_a_key_that_is_not_beside_the_data_is_refused(acme: Trust, sealed: Forge, uri: str) -> None:
    root = etree.fromstring(sealed.but().xml().encode())
    key_info = root.find(".//xenc:EncryptedData/ds:KeyInfo", NS)
    assert key_info is not None
    etree.SubElement(key_info, f"{{{NS['ds']}}}RetrievalMethod", {"URI": uri})

    acme.refuse(etree.tostring(root, encoding="unicode"), "encryption_shape")


def test_the_mask_generation_of_oaep_may_be_named(acme: Trust, forge: Forge) -> None:
    xml = forge.but().xml()
    head, _, rest = xml.partition("<saml:Assertion")
    plain, _, tail = rest.partition("</saml:Assertion>")
    data = encrypted_with_oaep_sha256(
        f"<saml:Assertion{plain}</saml:Assertion>".encode(),
        service_provider_keys().certificate_pem,
    )

    assertion = acme.accept(
        f"{head}<saml:EncryptedAssertion>{data}</saml:EncryptedAssertion>{tail}"
    )

    assert assertion.is_encrypted


@pytest.mark.parametrize(
    "transport", ["http://www.w3.org/2001/04/xmlenc#rsa-1_5", "http://www.w3.org/2001/04/xmlenc#x"]
)
def test_keys_for_other_recipients_are_passed_over_whatever_they_are(
    acme: Trust, sealed: Forge, transport: str
) -> None:
    root = etree.fromstring(sealed.but().xml().encode())
    key = root.find(".//xenc:EncryptedKey", NS)
    assert key is not None
    other = deepcopy(key)
    other[0].set("Algorithm", transport)
    key.addprevious(other)

    assert acme.accept(etree.tostring(root, encoding="unicode")).is_encrypted
    key.getparent().remove(key)  # type: ignore[union-attr]
    acme.refuse(etree.tostring(root, encoding="unicode"), "encryption_algorithm")


def test_the_name_id_alone_may_be_encrypted(acme: Trust, forge: Forge) -> None:
    plain = f'<saml:NameID xmlns:saml="{NS["saml"]}">Ada@acme.example</saml:NameID>'
    data = encrypted_data(plain.encode(), service_provider_keys().certificate_pem)
    xml = f"<saml:EncryptedID>{etree.tostring(data, encoding='unicode')}</saml:EncryptedID>"

    assert acme.accept(forge.but(name_id_xml=xml)).identifier == "Ada@acme.example"


def _sealed_attribute(plain: str, to: str = "sp") -> str:
    """Return an EncryptedAttribute that holds ``plain``."""
    tag = plain.removeprefix("<saml:").partition(">")[0].split()[0]
    declared = plain.replace(f"<saml:{tag}", f'<saml:{tag} xmlns:saml="{NS["saml"]}"', 1)
    data = encrypted_data(declared.encode(), service_provider_keys(to).certificate_pem)
    inner = etree.tostring(data, encoding="unicode")
    return f"<saml:EncryptedAttribute>{inner}</saml:EncryptedAttribute>"


def _attribute(name: str, value: str) -> str:
    return (
        f'<saml:Attribute Name="{name}"><saml:AttributeValue>{value}</saml:AttributeValue>'
        "</saml:Attribute>"
    )


@pytest.mark.parametrize("part", ["assertion", "response", "both"])
@pytest.mark.parametrize("whole", [False, True])
def test_single_attributes_may_be_encrypted(
    acme: Trust, forge: Forge, part: SignedPart, *, whole: bool
) -> None:
    trust = acme.but(policy=Policy(identifier_attribute="mail"))
    secret = _sealed_attribute(_attribute("mail", "Ada@acme.example"))
    to = service_provider_keys().certificate_pem if whole else None

    assertion = trust.accept(
        forge.but(
            name_id="u-17",
            attributes={"team": ("b",)},
            attributes_xml=secret + _attribute("role", "a"),
            sign=part,
            encrypt_to=to,
        )
    )

    assert assertion.identifier == "Ada@acme.example"
    assert assertion.attributes == {
        "team": ("b",),
        "mail": ("Ada@acme.example",),
        "role": ("a",),
    }


HIDDEN = {
    "another element": ("<saml:NameID>eve@acme.example</saml:NameID>", "decryption"),
    "a comment": (_attribute("mail", "ada@acme.example<!-- -->.evil"), "comment"),
    "an assertion": (_attribute("a", '<saml:Assertion ID="_x"/>'), "assertion_count"),
    "a broken attribute": ("<saml:Attribute><saml:AttributeValue/></saml:Attribute>", "schema"),
    "elements": (_attribute("mail", "<saml:Audience>x</saml:Audience>"), "child_elements"),
}


@pytest.mark.parametrize(("plain", "check"), HIDDEN.values(), ids=HIDDEN.keys())
def test_what_an_encrypted_attribute_hides_is_judged_like_the_rest(
    acme: Trust, forge: Forge, plain: str, check: str
) -> None:
    trust = acme.but(policy=Policy(identifier_attribute="mail"))

    trust.refuse(forge.but(attributes_xml=_sealed_attribute(plain)), check)


def test_an_attribute_encrypted_to_somebody_else_is_refused(acme: Trust, forge: Forge) -> None:
    secret = _sealed_attribute(_attribute("mail", "x"), "other")

    acme.refuse(forge.but(attributes_xml=secret), "decryption")


def test_nothing_of_an_unsigned_response_is_decrypted(acme: Trust, forge: Forge) -> None:
    secret = _sealed_attribute(_attribute("mail", "x"), "other")

    acme.refuse(forge.but(attributes_xml=secret, sign="none"), "signature")


def test_encryption_replaces_no_signature(acme: Trust, sealed: Forge) -> None:
    acme.refuse(sealed.but(sign="none"), "signature")


def test_a_foreign_signature_inside_is_refused(acme: Trust, sealed: Forge) -> None:
    trust = acme.with_key(sealed.key)

    trust.trusting(service_provider_keys("other").certificate_pem).refuse(sealed.but(), "signature")


def test_an_assertion_encrypted_to_somebody_else_is_refused(acme: Trust, forge: Forge) -> None:
    forged = forge.but(encrypt_to=service_provider_keys("other").certificate_pem)

    error = acme.refuse(forged, "decryption")

    assert "encryption certificate" in error.remedy


def test_without_a_key_pair_encryption_is_refused(acme: Trust, sealed: Forge) -> None:
    acme.but(sp=replace(acme.sp, key_pairs=())).refuse(sealed.but(), "decryption")


@pytest.mark.parametrize(
    "bend",
    [{"encryption": "x#tripledes-cbc"}, {"key_transport": "x#rsa-1_5"}],
)
def test_weak_encryption_is_refused(acme: Trust, sealed: Forge, bend: dict[str, str]) -> None:
    acme.refuse(sealed.but(**bend), "encryption_algorithm")


def test_every_broken_cipher_text_gets_the_same_answer(acme: Trust, sealed: Forge) -> None:
    answers = set()
    for encryption in AES:
        root = etree.fromstring(sealed.but(encryption=encryption).xml().encode())
        value = root.findall(".//xenc:CipherValue", NS)[-1]
        for text in ("AAAA" * 16, "AAAA", ""):
            value.text = text
            error = acme.refuse(etree.tostring(root, encoding="unicode"), "decryption")
            answers.add(error.message())

    assert len(answers) == 1


HOSTILE_PLAIN_TEXTS = {
    "a document type": (b'<!DOCTYPE a [<!ENTITY e "x">]><a/>', "doctype"),
    "no XML": (b"hello", "decryption"),
    "white space": (b" ", "decryption"),
    "two elements": (b"<a/><b/>", "decryption"),
    "an unbalanced end": (b"</decrypted><a/><decrypted>", "xml"),
    "another element": (b"<a/>", "assertion_count"),
    "deep nesting": (b"<a>" * 100 + b"</a>" * 100, "document_limits"),
    "an encrypted assertion": (
        f'<s:EncryptedAssertion xmlns:s="{NS["saml"]}"/>'.encode(),
        "assertion_count",
    ),
}


@pytest.mark.parametrize(
    ("plain", "check"), HOSTILE_PLAIN_TEXTS.values(), ids=HOSTILE_PLAIN_TEXTS.keys()
)
def test_a_hostile_plain_text_is_refused(
    acme: Trust, forge: Forge, plain: bytes, check: str
) -> None:
    acme.refuse(_sealed(forge, plain), check)


def test_two_assertions_in_one_plain_text_are_refused(acme: Trust, forge: Forge) -> None:
    root = etree.fromstring(forge.but().xml().encode())
    assertion = root.find("saml:Assertion", NS)
    assert assertion is not None
    plain = etree.tostring(assertion) * 2

    acme.refuse(_sealed(forge, plain), "decryption", "ids")


def test_a_signed_assertion_that_uses_prefixes_of_the_envelope_is_read(
    acme: Trust, forge: Forge
) -> None:
    assertion = etree.fromstring(forge.but().assertion().encode())
    sign_element(assertion, forge.key, forge.cert)
    plain = etree.tostring(assertion).replace(f' xmlns:saml="{NS["saml"]}"'.encode(), b"", 1)

    assert acme.accept(_sealed(forge, plain)).is_encrypted


def _sealed(forge: Forge, plain: bytes) -> str:
    """Return an unsigned response with ``plain`` encrypted as its assertion."""
    root = etree.fromstring(forge.but(sign="none", response_id=new_id()).xml().encode())
    assertion = root.find("saml:Assertion", NS)
    assert assertion is not None
    wrapper = etree.Element(f"{{{NS['saml']}}}EncryptedAssertion")
    wrapper.append(encrypted_data(plain, service_provider_keys().certificate_pem))
    root.replace(assertion, wrapper)
    return etree.tostring(root, encoding="unicode")
