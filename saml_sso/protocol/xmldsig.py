"""XML signatures, and signing of queries: the only module that knows xmlsec."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import xmlsec as library
from lxml import etree

from saml_sso.protocol.certificates import CertificateInfo
from saml_sso.protocol.names import saml
from saml_sso.protocol.parties import KeyPair
from saml_sso.protocol.shape import SIGNATURE_METHODS

# Its type stubs miss half of its names.
xmlsec: Final[Any] = library
# Without its file and network callbacks libxml2, as xmlsec uses it, can open nothing, whatever a
# Reference asks for.
xmlsec.cleanup_callbacks()

_REFERENCE_TRANSFORMS: Final = (
    xmlsec.Transform.ENVELOPED,
    xmlsec.Transform.EXCL_C14N,
    xmlsec.Transform.C14N,
    xmlsec.Transform.C14N11,
    xmlsec.Transform.SHA256,
    xmlsec.Transform.SHA384,
    xmlsec.Transform.SHA512,
)
_SIGNATURE_TRANSFORMS: Final = (
    xmlsec.Transform.EXCL_C14N,
    xmlsec.Transform.C14N,
    xmlsec.Transform.C14N11,
    xmlsec.Transform.RSA_SHA256,
    xmlsec.Transform.RSA_SHA384,
    xmlsec.Transform.RSA_SHA512,
    xmlsec.Transform.ECDSA_SHA256,
    xmlsec.Transform.ECDSA_SHA384,
    xmlsec.Transform.ECDSA_SHA512,
)
_LISTED_METHODS: Final = frozenset(transform.href for transform in _SIGNATURE_TRANSFORMS)


@lru_cache(maxsize=1024)
def _public_key(pem: str) -> Any:
    return xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.CERT_PEM, None)


def verify_signature(
    signature: etree._Element, signed: etree._Element, certificates: Sequence[CertificateInfo]
) -> CertificateInfo | None:
    """Return the certificate whose key made ``signature``, or nothing when none of them did.

    The caller has checked the signature's shape (:mod:`saml_sso.protocol.shape`) before. Keys
    that come with the message are not looked at.
    """
    for certificate in certificates:
        if _verifies(signature, signed, certificate.pem):
            return certificate
    return None


def _verifies(signature: etree._Element, signed: etree._Element, pem: str) -> bool:
    method = signature[0][1].get("Algorithm", "")
    try:
        context = xmlsec.SignatureContext()
        context.key = _public_key(pem)
        context.register_id(signed, "ID")
        for transform in _REFERENCE_TRANSFORMS:
            context.enable_reference_transform(transform)
        # xmlsec verifies DSA-SHA256 and RSA-PSS, but has no names for them that could be put on the
        # list; the shape check has allowed exactly that method then.
        if method in _LISTED_METHODS or method not in SIGNATURE_METHODS:
            for transform in _SIGNATURE_TRANSFORMS:
                context.enable_signature_transform(transform)
        context.verify(signature)
    except (xmlsec.Error, ValueError, TypeError):
        return False
    return True


def sign_element(element: etree._Element, key_pair: KeyPair) -> None:
    """Put an enveloped RSA-SHA256 signature after the Issuer of ``element``, as SAML asks."""
    signature = xmlsec.template.create(
        element, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256, ns="ds"
    )
    issuer = element.find(saml("Issuer"))
    element.insert(0 if issuer is None else element.index(issuer) + 1, signature)
    reference = xmlsec.template.add_reference(
        signature, xmlsec.Transform.SHA256, uri=f"#{element.get('ID')}"
    )
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key_pair.private_key_pem, xmlsec.KeyFormat.PEM, None)
    context.key.load_cert_from_memory(key_pair.certificate_pem, xmlsec.KeyFormat.PEM)
    context.register_id(element, "ID")
    context.sign(signature)


def sign_query(query: bytes, private_key_pem: str) -> bytes:
    """Return the RSA-SHA256 signature of a Redirect binding's query (Bindings 3.4.4.1)."""
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(private_key_pem, xmlsec.KeyFormat.PEM, None)
    return bytes(context.sign_binary(query, xmlsec.Transform.RSA_SHA256))


def self_check() -> None:
    """Require that lxml and xmlsec are built on the same libxml2.

    With another pair every signature fails at run time, far from the cause.

    Raises:
        RuntimeError: The installed wheels do not fit together.
    """
    if xmlsec.get_libxml_version()[:2] != etree.LIBXML_VERSION[:2]:
        raise RuntimeError(
            f"lxml {etree.__version__} is built on libxml2 {etree.LIBXML_VERSION} and xmlsec "
            f"{xmlsec.__version__} on {xmlsec.get_libxml_version()}. Install the pair named in "
            "uv.lock."
        )
    try:
        template = xmlsec.template.create(
            etree.Element("check"), xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256
        )
    except xmlsec.Error as error:
        raise RuntimeError("lxml and xmlsec do not work together; see uv.lock.") from error
    if template is None:
        raise RuntimeError("lxml and xmlsec do not work together; see uv.lock.")
