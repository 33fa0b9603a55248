"""What a signed SAML document may look like, decided before any cryptography runs.

XML Signature lets the sender say what is signed and how to compute it. A verifier that follows
such instructions before it trusts them can be made to read files, run XSLT or canonicalize for
ever, and can be shown a signature over one element while it reads another. So the only shape that
passes is the one SAML Core 5.4 describes: one Reference, to the element that holds the signature.
"""

import re
from typing import Final

from lxml import etree

from saml_sso.protocol.errors import MessageError
from saml_sso.protocol.names import (
    ENVELOPED_SIGNATURE,
    EXCLUSIVE_C14N,
    INCLUSIVE_C14N,
    INCLUSIVE_C14N11,
    PROTOCOL_NS,
    ds,
    saml,
    samlp,
    xenc,
)

_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
SIGNATURE_METHODS: Final = frozenset(
    {f"{_MORE}{key}-sha{bits}" for key in ("rsa", "ecdsa") for bits in (256, 384, 512)}
    | {f"http://www.w3.org/2007/05/xmldsig-more#sha{bits}-rsa-MGF1" for bits in (256, 384, 512)}
    | {"http://www.w3.org/2009/xmldsig11#dsa-sha256"}
)
DIGEST_METHODS: Final = frozenset(
    {
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "http://www.w3.org/2001/04/xmlenc#sha512",
    }
)
_CANONICALIZATION_METHODS: Final = frozenset({EXCLUSIVE_C14N, INCLUSIVE_C14N, INCLUSIVE_C14N11})
# Without a canonicalization, the inclusive one is implied (XML Signature 4.4.3.2).
_TRANSFORMS: Final = (
    (ENVELOPED_SIGNATURE,),
    (ENVELOPED_SIGNATURE, EXCLUSIVE_C14N),
    (ENVELOPED_SIGNATURE, INCLUSIVE_C14N),
    (ENVELOPED_SIGNATURE, INCLUSIVE_C14N11),
)
_ID: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,255}", re.ASCII)
_ID_ATTRIBUTES: Final = ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id")
# Each prefix is looked up at every element.
_MAX_PREFIXES: Final = 16
_MAX_PREFIX_LIST: Final = 1000
_SIGNED_PARTS: Final = ("SignedInfo", "SignatureValue", "KeyInfo")
_ATTACK: Final = (
    "Genuine identity providers do not send this; treat it as an attack unless the vendor "
    "explains it."
)


def refuse(check: str, *, expected: str, got: str, remedy: str = _ATTACK) -> MessageError:
    """Return the refusal of a document's shape."""
    return MessageError(check, expected=expected, got=got, remedy=remedy)


def require_response_shape(root: etree._Element) -> None:
    """Require one Response with one assertion in the one place where it belongs.

    Every signature wrapping attack needs a second assertion or response, or one in an odd place,
    so neither may occur anywhere in the document.

    Raises:
        MessageError: Checks ``root``, ``wrapping``, ``assertion_count``, ``assertion_place``,
            ``ids``, and those of :func:`require_signature_shape`.
    """
    if root.tag != samlp("Response"):
        raise refuse(
            "root",
            expected="a SAML 2.0 Response",
            got=str(root.tag),
            remedy="The sign-on page URL takes SAML 2.0 sign-in responses only; check what the "
            "identity provider is configured to send here.",
        )
    _require_protocol_elements_in_place(root)
    require_unique_ids(root)
    require_signature_places(root, [samlp("Response"), saml("Assertion")])
    _require_assertion_in_place(root)


def _require_protocol_elements_in_place(root: etree._Element) -> None:
    for element in root.iter(f"{{{PROTOCOL_NS}}}*"):
        name = etree.QName(element).localname
        parent = element.getparent()
        nested = name in {"StatusCode", "StatusMessage", "StatusDetail"}
        if element is not root and parent is not root and not nested:
            raise refuse("wrapping", expected="no protocol message inside the Response", got=name)


def _require_assertion_in_place(root: etree._Element) -> None:
    found = list(root.iter(saml("Assertion"), saml("EncryptedAssertion")))
    is_failure = not found and not _is_success(root)
    if is_failure:
        return  # The status check says what the identity provider complained about.
    if len(found) != 1:
        raise refuse(
            "assertion_count",
            expected="exactly one assertion",
            got=f"{len(found)} assertions",
            remedy="Configure the identity provider to send one assertion in each response.",
        )
    if found[0].getparent() is not root:
        parent = found[0].getparent()
        raise refuse(
            "assertion_place",
            expected="the assertion directly inside the Response",
            got=f"inside {parent.tag}" if parent is not None else "elsewhere",
        )


def _is_success(root: etree._Element) -> bool:
    code = root.find(f"{samlp('Status')}/{samlp('StatusCode')}")
    return code is not None and str(code.get("Value", "")).endswith(":Success")


def require_unique_ids(root: etree._Element) -> None:
    """Require that no two elements share an ID and that every SAML ID is a plain name.

    IDs that start with a digit are no XML names, yet several identity providers send them and
    nothing here depends on it.

    Raises:
        MessageError: Check ``ids``.
    """
    seen: set[str] = set()
    for element in root.iter(etree.Element):
        for attribute in _ID_ATTRIBUTES:
            value = element.get(attribute)
            if value is None:
                continue
            if value in seen:
                raise refuse("ids", expected="every ID once", got=f"{value} twice")
            seen.add(value)
    for element in (root, *root.iter(saml("Assertion"))):
        if not _ID.fullmatch(element.get("ID") or ""):
            raise refuse(
                "ids",
                expected="an ID made of letters, digits and _ . -",
                got=element.get("ID") or "no ID",
            )


def require_signature_places(root: etree._Element, signable: list[str]) -> None:
    """Require that signatures occur only as children of ``signable`` elements, once each.

    Raises:
        MessageError: Check ``signature_place``, and those of :func:`require_signature_shape`.
    """
    signed: list[etree._Element] = []
    for signature in root.iter(ds("Signature")):
        parent = signature.getparent()
        if parent is None or parent.tag not in signable or parent in signed:
            raise refuse(
                "signature_place",
                expected="one signature, directly inside the element that it signs",
                got=f"a signature inside {parent.tag if parent is not None else 'nothing'}",
            )
        signed.append(parent)
        require_signature_shape(signature, parent)
    known = sum(1 for _ in root.iter(ds("SignedInfo"), ds("Reference"), ds("Manifest")))
    if known != 2 * len(signed):
        raise refuse(
            "signature_shape",
            expected="no signature parts outside signatures",
            got=f"{known - 2 * len(signed)} of them",
        )


def require_signature_shape(signature: etree._Element, signed: etree._Element) -> None:
    """Require that ``signature`` is over ``signed`` and asks for nothing but allowed steps.

    Raises:
        MessageError: Checks ``signature_shape``, ``reference``, ``transforms``,
            ``signature_algorithm``, ``digest_algorithm``, ``canonicalization``.
    """
    parts = [child.tag for child in signature]
    if parts not in ([ds(name) for name in _SIGNED_PARTS[:2]], [ds(n) for n in _SIGNED_PARTS]):
        raise refuse(
            "signature_shape",
            expected="SignedInfo, SignatureValue and KeyInfo",
            got=", ".join(etree.QName(child).localname for child in signature),
        )
    signed_info = signature[0]
    if [child.tag for child in signed_info] != [
        ds("CanonicalizationMethod"),
        ds("SignatureMethod"),
        ds("Reference"),
    ]:
        raise refuse(
            "reference",
            expected="one CanonicalizationMethod, one SignatureMethod and one Reference",
            got=", ".join(etree.QName(child).localname for child in list(signed_info)[:8]),
        )
    canonicalization, method, reference = signed_info
    _require_algorithm("canonicalization", canonicalization, _CANONICALIZATION_METHODS)
    _require_algorithm("signature_algorithm", method, SIGNATURE_METHODS)
    if len(method):
        raise refuse(
            "signature_algorithm",
            expected="a SignatureMethod without parameters",
            got=etree.QName(method[0]).localname,
        )
    _require_reference(reference, signed)
    _require_harmless_key_info(signature)


def _require_reference(reference: etree._Element, signed: etree._Element) -> None:
    uri, own = reference.get("URI"), signed.get("ID")
    if not own or uri != f"#{own}":
        raise refuse(
            "reference",
            expected=f"a Reference to #{own}, the element that holds the signature",
            got=repr(uri),
        )
    if [child.tag for child in reference] != [
        ds("Transforms"),
        ds("DigestMethod"),
        ds("DigestValue"),
    ]:
        raise refuse(
            "reference",
            expected="Transforms, DigestMethod and DigestValue",
            got=", ".join(etree.QName(child).localname for child in list(reference)[:8]),
        )
    transforms, digest, _ = reference
    _require_transforms(transforms)
    _require_algorithm("digest_algorithm", digest, DIGEST_METHODS)


def _require_transforms(transforms: etree._Element) -> None:
    algorithms = tuple(child.get("Algorithm", "") for child in list(transforms)[:8])
    if algorithms not in _TRANSFORMS or any(child.tag != ds("Transform") for child in transforms):
        raise refuse(
            "transforms",
            expected="the transforms enveloped-signature and (exclusive) canonicalization",
            got=f"{len(transforms)}: {' '.join(algorithms)}",
        )
    for transform in transforms:
        _require_prefix_list_only(transform, "transforms")


def _require_prefix_list_only(element: etree._Element, check: str) -> None:
    for child in element:
        prefixes = child.get("PrefixList", "")
        if child.tag != f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces" or len(child):
            raise refuse(check, expected="no parameters but InclusiveNamespaces", got=child.tag)
        is_short = len(prefixes) <= _MAX_PREFIX_LIST and len(prefixes.split()) <= _MAX_PREFIXES
        if not is_short or len(element) > 1:
            raise refuse(check, expected="a short prefix list", got=prefixes)


def _require_algorithm(check: str, element: etree._Element, allowed: frozenset[str]) -> None:
    algorithm = element.get("Algorithm", "")
    if algorithm not in allowed:
        raise refuse(
            check,
            expected="one of " + ", ".join(sorted(name.rpartition("#")[2] for name in allowed))
            if check != "canonicalization"
            else "exclusive canonicalization without comments",
            got=algorithm,
            remedy="Set the signature algorithm to RSA-SHA256 and the digest to SHA-256 at the "
            "identity provider.",
        )
    if check == "canonicalization":
        _require_prefix_list_only(element, check)


def _require_harmless_key_info(signature: etree._Element) -> None:
    """Keys that come with a message are never used; references to keys are not even read."""
    harmful = (ds("RetrievalMethod"), xenc("EncryptedKey"), xenc("CipherReference"), ds("Object"))
    for element in signature.iter(*harmful):
        raise refuse(
            "key_info",
            expected="a KeyInfo without references",
            got=etree.QName(element).localname,
        )


def require_decrypted_shape(container: etree._Element) -> etree._Element:
    """Return the only element that a decrypted text may hold.

    Raises:
        MessageError: Check ``decryption``.
    """
    if len(container) != 1 or (container.text or "").strip() or (container[0].tail or "").strip():
        raise refuse(
            "decryption",
            expected="one element inside the encrypted data",
            got=f"{len(container)} elements",
        )
    return container[0]
