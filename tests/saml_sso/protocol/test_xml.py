"""XML itself as a weapon: document types, entities, encodings, comments, and damage."""

import base64

import pytest

from tests.support.saml import Forge
from tests.support.saml_trust import Trust

DTD = '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
BOMB = (
    '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


@pytest.mark.parametrize(
    "prefix",
    [
        DTD,
        BOMB,
        "<!DOCTYPE r>",
        '<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd">',
        '<!DOCTYPE r PUBLIC "x" "file:///dev/zero">',
        '<?xml version="1.0"?>' + DTD,
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_in_every_encoding(
    acme: Trust, forge: Forge, prefix: str, encoding: str
) -> None:
    text = prefix + forge.but().xml()

    with pytest.raises(Exception, match="DOCTYPE"):
        acme.accept_field(base64.b64encode(text.encode(encoding)).decode())


@pytest.mark.parametrize(
    "data",
    [
        "<?xml version='1.0' encoding='utf-7'?><a/>".encode("utf-7"),
        "<?xml version='1.0' encoding='utf-32'?><a/>".encode("utf-32"),
        b"<?xml version='1.0' encoding='ebcdic-cp-us'?><a/>",
        "<?xml version='1.0'?><a/>".encode("cp500"),
        b"<?xml version='1.0' encoding='utf-8'?><a>\xff\xfe</a>",
        b"<?xml version='1.0' encoding='utf-16'?><a/>",
        "<a/>".encode("utf-16-le"),
        b"<a>\x00</a>",
    ],
)
def test_other_encodings_than_the_declared_and_common_are_refused(acme: Trust, data: bytes) -> None:
    acme.refuse_field(base64.b64encode(data).decode(), "encoding")


@pytest.mark.parametrize(
    "field", ["", " ", "%%%", "PHNhbWw", "<saml/>", "a" * 3, "Zm9v\x00", "PHNhbWw-_w==", "é"]
)
def test_what_is_no_base64_is_refused(acme: Trust, field: str) -> None:
    acme.refuse_field(field, "base64")


@pytest.mark.parametrize(
    "xml",
    [
        "no xml at all",
        "<a>",
        "<a></b>",
        "<a/><a/>",
        "<a b='1' b='2'/>",
        "<x:a/>",
        "<a>&undefined;</a>",
        "<a>\x01</a>",
        "<a>&#0;</a>",
        "</a>",
        "<?xml version='1.0'?>",
    ],
)
def test_what_is_not_well_formed_is_refused(acme: Trust, xml: str) -> None:
    acme.refuse(xml, "xml")


@pytest.mark.parametrize(
    "name_id",
    [
        "ada@acme.example<!-- x -->.evil.example",
        "<!-- x -->ada@acme.example",
        "ada@acme.example<?x y?>.evil.example",
    ],
)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_text_with_a_comment_inside_is_refused(
    acme: Trust, forge: Forge, name_id: str, moment: str
) -> None:
    if moment == "before":
        forged = forge.but(name_id_xml=f"<saml:NameID>{name_id}</saml:NameID>")
    else:
        forged = forge.but(name_id="PLACE", after_signing=lambda xml: xml.replace("PLACE", name_id))

    acme.refuse(forged, "comment")


@pytest.mark.parametrize("tag", ["Audience", "Issuer", "AttributeValue"])
def test_a_comment_inside_any_text_is_refused(acme: Trust, forge: Forge, tag: str) -> None:
    forged = forge.but(
        attributes={"mail": ("x",)},
        after_signing=lambda xml: xml.replace(f"</saml:{tag}>", f"<!-- -->x</saml:{tag}>", 1),
    )

    acme.refuse(forged, "comment")


@pytest.mark.parametrize(
    "tag",
    [
        "{urn:oasis:names:tc:SAML:1.0:protocol}Response",
        "Response",
        "{http://www.w3.org/1999/xhtml}html",
        "{urn:oasis:names:tc:SAML:2.0:protocol}AuthnRequest",
    ],
)
def test_another_root_is_refused(acme: Trust, tag: str) -> None:
    namespace, _, name = tag.rpartition("}")

    acme.refuse(f'<{name} xmlns="{namespace[1:]}"/>', "root")
