"""From the bytes of a stranger to an XML tree, with the work bounded before it is done."""

import base64
import binascii
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final, cast

from lxml import etree

from saml_sso.protocol.errors import MessageError

_DECLARATION: Final = re.compile(r"\A\s*<\?xml\s[^>]*\?>")
_DECLARED_ENCODING: Final = re.compile(r"""encoding\s*=\s*["']([A-Za-z0-9._\-]{1,40})["']""")
_READABLE_ENCODINGS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "windows-1252": "cp1252",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of everything one document may hold.

    Attributes:
        namespace_work: The sum, over all elements, of the square of the number of namespace
            declarations in force there. Inclusive canonicalization, and exclusive with a prefix
            list, take about 10 ns for each.
    """

    size: int = 500_000
    tags: int = 20_000
    attributes: int = 20_000
    comments: int = 1_000
    namespaces: int = 10_000
    namespace_work: int = 1_000_000
    depth: int = 32
    attributes_of_one: int = 64


MESSAGE_LIMITS: Final = Limits()


def decode_base64(encoded: str | bytes, *, limits: Limits = MESSAGE_LIMITS) -> bytes:
    """Return what a form field holds; line breaks inside the base64 are allowed.

    Raises:
        MessageError: Check ``size`` or ``base64``.
    """
    if len(encoded) > limits.size * 4 // 3 + 4_000:
        raise _too_large(len(encoded) * 3 // 4, limits)
    raw = encoded.encode("utf-8", "replace") if isinstance(encoded, str) else encoded
    compact = b"".join(raw.split())
    try:
        decoded = base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MessageError(
            "base64",
            expected="a base64 text",
            got=raw[:60].decode("utf-8", "replace"),
            remedy="Make sure that nothing between the identity provider and this page (a proxy, "
            "a browser extension) rewrites the form field SAMLResponse.",
        ) from error
    if not decoded:
        raise MessageError(
            "base64",
            expected="a base64 text",
            got="an empty field",
            remedy="The identity provider sent an empty message; start the sign-in again from it.",
        )
    return decoded


def parse_xml(data: bytes, *, limits: Limits = MESSAGE_LIMITS) -> etree._Element:
    """Return the root of a document without DTD, entities, comments or processing instructions.

    Encodings are decoded here, so that no encoding hides anything from the checks; comments
    between elements are dropped (canonicalization drops them too), comments inside text are
    refused, because toolkits disagree on what such a text says.

    Raises:
        MessageError: Check ``size``, ``encoding``, ``doctype``, ``document_limits``, ``xml`` or
            ``comment``.
    """
    if len(data) > limits.size * (2 if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else 1):
        raise _too_large(len(data), limits)
    text = _decode_text(data)
    _bound(text, limits)
    root = _parse(text)
    _bound_tree(root, limits)
    _drop_comments(root)
    return root


def _decode_text(data: bytes) -> str:
    """Return the document without its XML declaration."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encoding: str | None = "utf-16"
    elif data[:3] == b"\xef\xbb\xbf":
        encoding = "utf-8-sig"
    else:
        head = data[:200].decode("latin-1")
        declaration = _DECLARATION.match(head)
        declared = _DECLARED_ENCODING.search(declaration.group() if declaration else "")
        encoding = _READABLE_ENCODINGS.get(declared.group(1).lower() if declared else "utf-8")
    try:
        if encoding is None:
            raise UnicodeError
        text = data.decode(encoding)
        if "\x00" in text:
            raise UnicodeError
    except UnicodeError as error:
        raise MessageError(
            "encoding",
            expected="XML in UTF-8",
            got=data[:60].decode("latin-1"),
            remedy="Configure the identity provider to send UTF-8.",
        ) from error
    return _DECLARATION.sub("", text, count=1)


def _bound(text: str, limits: Limits) -> None:
    """Refuse, by counting characters, what would be slow to parse or to canonicalize."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise MessageError(
            "doctype",
            expected="no DOCTYPE and no ENTITY",
            got=text[:80],
            remedy="SAML messages carry no document type; if the identity provider really sent "
            "this, ask its vendor.",
        )
    counts = {
        "tags": (text.count("<"), limits.tags),
        "attributes": (text.count("="), limits.attributes),
        "comments": (text.count("<!--"), limits.comments),
        "namespace declarations": (text.count("xmlns"), limits.namespaces),
    }
    for what, (count, limit) in counts.items():
        if count > limit:
            raise MessageError(
                "document_limits",
                expected=f"at most {limit:,} {what}",
                got=f"{count:,}",
                remedy="Make the identity provider send fewer attributes or groups.",
            )


def _parse(text: str) -> etree._Element:
    # Parsers are not shared: one that is used by two threads serializes them. IDs are not
    # collected: whatever is called ID is looked at by our own rules.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(text.strip("\ufeff \t\r\n").encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError, UnicodeError) as error:
        raise MessageError(
            "xml",
            expected="well-formed XML",
            got=str(error),
            remedy="Start the sign-in again; if it stays, the identity provider (or something in "
            "between) damages the message.",
        ) from error
    if cast("Any", root.getroottree().docinfo).doctype:
        raise MessageError(
            "doctype", expected="no DOCTYPE", got="a DOCTYPE", remedy="Ask the vendor."
        )
    return root


def _bound_tree(root: etree._Element, limits: Limits) -> None:
    """Refuse a tree that would take long to canonicalize, before anybody tries."""
    depth = declared = work = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "start-ns", "end-ns")):
        match event:
            case "start-ns":
                declared += 1
            case "end-ns":
                declared -= 1
            case "end":
                depth -= 1
            case _:
                depth += 1
                work += declared * declared
                _bound_element(element, depth, limits)
        if work > limits.namespace_work:
            raise _beyond("fewer namespace declarations", f"{declared:,} in force at one element")


def _bound_element(element: etree._Element, depth: int, limits: Limits) -> None:
    # Canonicalization sorts the attributes of one, in time that grows with their square.
    if len(element.attrib) > limits.attributes_of_one:
        raise _beyond(
            f"at most {limits.attributes_of_one} XML attributes on one element",
            f"{len(element.attrib):,}",
        )
    if depth > limits.depth:
        raise _beyond(f"elements nested at most {limits.depth} deep", "more")


def _beyond(expected: str, got: str) -> MessageError:
    return MessageError(
        "document_limits",
        expected=expected,
        got=got,
        remedy="No identity provider needs so many; the message is not genuine.",
    )


def _drop_comments(root: etree._Element) -> None:
    nodes = list(root.iter(etree.Comment, etree.ProcessingInstruction, etree.Entity))
    mixed = {
        parent
        for parent in {node.getparent() for node in nodes}
        if parent is not None and _has_text(parent)
    }
    for node in nodes:
        if cast("object", node.tag) is not etree.Comment or node.getparent() in mixed:
            raise MessageError(
                "comment",
                expected="text without comments or processing instructions inside",
                got=etree.tostring(node, with_tail=False).decode("utf-8", "replace"),
                remedy="A comment inside a name or address is an attack on other products; if "
                "the identity provider really sent it, ask its vendor.",
            )
    etree.strip_tags(root, etree.Comment)


def _has_text(element: etree._Element) -> bool:
    texts = (element.text, *(child.tail for child in element))
    return any(text and text.strip() for text in texts)


def element_text(element: etree._Element) -> str:
    """Return the text of an element, without the white space that pretty-printing adds.

    Raises:
        MessageError: Check ``child_elements``: the element holds elements where text belongs.
    """
    if len(element):
        name = etree.QName(element).localname
        raise MessageError(
            "child_elements",
            expected=f"{name} with text only",
            got=f"{name} with {len(element)} elements inside",
            remedy=f"Configure the identity provider to send plain text as {name}.",
        )
    return (element.text or "").strip(" \t\r\n")


def has_invisible(text: str) -> bool:
    """Tell whether ``text`` has control, format, private or unassigned characters."""
    return any(unicodedata.category(character)[0] == "C" for character in text)


def _too_large(size: int, limits: Limits) -> MessageError:
    return MessageError(
        "size",
        expected=f"at most {limits.size:,} bytes",
        got=f"{size:,} bytes",
        remedy="Make the identity provider send fewer attributes or groups.",
    )
