"""What would be slow is refused before the slow step, by counting.

The check that refuses proves where the work stopped: nothing here reaches cryptography.
"""

import pytest

import saml_sso.protocol.signatures
from tests.support.saml import ENVELOPED, NS, Forge
from tests.support.saml_trust import Trust

XSLT = (
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet '
    'xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"><xsl:template match="/">'
    "<xsl:call-template name='l'/></xsl:template></xsl:stylesheet></ds:Transform>"
)
XPATH = (
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>'
    "count(//*[count(//*) > 0]) > 0</ds:XPath></ds:Transform>"
)
XPATH2 = (
    '<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"><x:XPath '
    'xmlns:x="http://www.w3.org/2002/06/xmldsig-filter2" Filter="subtract">//*</x:XPath>'
    "</ds:Transform>"
)
C14N = '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
REFERENCE = (
    '<ds:Reference URI="{uri}"><ds:Transforms>{transforms}</ds:Transforms><ds:DigestMethod '
    'Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>AAAA</ds:DigestValue>'
    "</ds:Reference>"
)


@pytest.fixture(autouse=True)
def _no_cryptography(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever reaches the verification of a signature fails the test."""

    def reached(*_: object) -> None:
        pytest.fail("the signature of a harmful document was looked at")

    monkeypatch.setattr(saml_sso.protocol.signatures, "verify_signature", reached)


def _references(forge: Forge, references: str) -> Forge:
    """Return a response whose signature has other references than the true one."""

    def bend(xml: str) -> str:
        head, _, rest = xml.partition("<ds:Reference ")
        return head + references + rest.partition("</ds:Reference>")[2]

    return forge.but(after_signing=bend)


def _reference(forge: Forge, *, uri: str | None = None, transforms: str = "") -> Forge:
    forged = forge.but()
    target = f"#{forged.assertion_id}" if uri is None else uri
    inner = transforms or f'<ds:Transform Algorithm="{ENVELOPED}"/>{C14N}'
    bent = _references(forged, REFERENCE.format(uri=target, transforms=inner))
    return forged.but(
        assertion_id=forged.assertion_id,
        response_id=forged.response_id,
        after_signing=bent.after_signing,
    )


@pytest.mark.parametrize(
    "uri",
    [
        "file:///dev/zero",
        "file:///dev/stdin",
        "http://10.255.255.1/",
        "ftp://127.0.0.1/",
        "#xpointer(//*)",
    ],
)
def test_a_reference_to_somewhere_else(acme: Trust, forge: Forge, uri: str) -> None:
    acme.refuse(_reference(forge, uri=uri), "reference")


@pytest.mark.parametrize("transform", [XSLT, XPATH, XPATH2, C14N * 3000], ids=range(4))
def test_expensive_transforms(acme: Trust, forge: Forge, transform: str) -> None:
    forged = _reference(forge, transforms=f'<ds:Transform Algorithm="{ENVELOPED}"/>{transform}')

    acme.refuse(forged, "transforms")


def test_thousands_of_references(acme: Trust, forge: Forge) -> None:
    acme.refuse(
        _references(forge, REFERENCE.format(uri="", transforms=C14N) * 1500),
        "reference",
        "document_limits",
    )


def test_a_key_that_must_be_fetched(acme: Trust, forge: Forge) -> None:
    method = '<ds:RetrievalMethod URI="file:///dev/zero"/>'
    forged = forge.but(
        after_signing=lambda xml: xml.replace("<ds:KeyInfo>", f"<ds:KeyInfo>{method}")
    )

    acme.refuse(forged, "key_info")


def test_cipher_text_that_must_be_fetched(acme: Trust, forge: Forge) -> None:
    encrypted = (
        f'<saml:EncryptedAssertion><xenc:EncryptedData xmlns:xenc="{NS["xenc"]}">'
        f'<ds:KeyInfo xmlns:ds="{NS["ds"]}"><xenc:EncryptedKey/></ds:KeyInfo><xenc:CipherData>'
        '<xenc:CipherReference URI="file:///dev/zero"/></xenc:CipherData></xenc:EncryptedData>'
        "</saml:EncryptedAssertion>"
    )
    forged = forge.but(sign="none")
    xml = forged.xml()
    head, _, rest = xml.partition("<saml:Assertion")

    acme.refuse(head + encrypted + rest.partition("</saml:Assertion>")[2], "encryption_shape")


FLOODS = {
    "a megabyte": "<x>" + "a" * 1_000_000 + "</x>",
    "many elements": "<x>" + "<y/>" * 30_000 + "</x>",
    "many attributes": "<x " + " ".join(f'a{i}="1"' for i in range(25_000)) + "/>",
    "many attributes on one element": "<x " + " ".join(f'a{i}="1"' for i in range(900)) + "/>",
    "many namespaces": "<x " + " ".join(f'xmlns:n{i}="u"' for i in range(5_000)) + "/>",
    "deep nesting": "<x>" * 200 + "</x>" * 200,
    "deeper nesting": "<x>" * 9_000 + "</x>" * 9_000,
    "many comments": "<x>" + "<!---->" * 30_000 + "</x>",
    "nested namespaces": "".join(f'<x xmlns:n{i}="u{i}">' for i in range(700)) + "</x>" * 700,
    "namespaces in force everywhere": "<x "
    + " ".join(f'xmlns:n{i}="u{i}"' for i in range(500))
    + ">"
    + "<y/>" * 15_000
    + "</x>",
    "namespaces hidden by others": "".join(f'<x xmlns:n="u{i}">' for i in range(20))
    + "<y/>" * 15_000
    + "</x>" * 20,
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS.keys())
def test_floods(acme: Trust, forge: Forge, flood: str) -> None:
    xml = forge.but(sign="none").xml()

    acme.refuse(
        xml.replace("<saml:Subject>", f"{flood}<saml:Subject>"), "size", "document_limits", "xml"
    )


def test_a_long_prefix_list(acme: Trust, forge: Forge) -> None:
    names = " ".join(f"n{i}" for i in range(2000))
    long = (
        '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><InclusiveNamespaces '
        f'xmlns="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="{names}"/></ds:Transform>'
    )

    acme.refuse(
        _reference(forge, transforms=f'<ds:Transform Algorithm="{ENVELOPED}"/>{long}'),
        "transforms",
    )


def test_a_prefix_list_of_short_names(acme: Trust, forge: Forge) -> None:
    many = (
        '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><InclusiveNamespaces '
        f'xmlns="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="{"a b c " * 100}"/>'
        "</ds:Transform>"
    )

    acme.refuse(
        _reference(forge, transforms=f'<ds:Transform Algorithm="{ENVELOPED}"/>{many}'),
        "transforms",
    )


def test_signatures_by_the_hundred(acme: Trust, forge: Forge) -> None:
    flood = f'<Signature xmlns="{NS["ds"]}"/>' * 700
    xml = forge.but(sign="none").xml()

    acme.refuse(xml.replace("<saml:Subject>", f"{flood}<saml:Subject>"), "signature_shape")


def test_a_field_of_ten_megabytes_is_not_decoded(acme: Trust) -> None:
    acme.refuse_field("A" * 10_000_000, "size")
