"""The only module that knows python3-saml and xmlsec, and what to distrust in them.

python3-saml in strict mode is one of the judges of a response; it is never the only one. It runs
as a private copy of its response module whose collaborators are ours: signatures are verified by
:func:`verify_signature` with an allow-list of transforms, its schema is compiled once instead of
for every response, and instants and the clock are those of the rest of this package. The library
itself is left as it is installed.
"""

import importlib
import importlib.util
import threading
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final, cast

import onelogin.saml2
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from saml_sso.protocol.certificates import CertificateInfo
from saml_sso.protocol.errors import MessageError
from saml_sso.protocol.instants import parse_instant

# Its type stubs miss half of its names.
xmlsec: Final[Any] = importlib.import_module("xmlsec")
# Without its file and network callbacks libxml2, as xmlsec uses it, can open nothing, whatever a
# Reference asks for.
xmlsec.cleanup_callbacks()

_SCHEMAS: Final = Path(onelogin.saml2.__file__).parent / "schemas"
_DSA_SHA256: Final = "dsa-sha256"
_REFERENCE_TRANSFORMS: Final = (
    xmlsec.Transform.ENVELOPED,
    xmlsec.Transform.EXCL_C14N,
    xmlsec.Transform.C14N,
    xmlsec.Transform.SHA256,
    xmlsec.Transform.SHA384,
    xmlsec.Transform.SHA512,
)
_SIGNATURE_TRANSFORMS: Final = (
    xmlsec.Transform.EXCL_C14N,
    xmlsec.Transform.C14N,
    xmlsec.Transform.RSA_SHA256,
    xmlsec.Transform.RSA_SHA384,
    xmlsec.Transform.RSA_SHA512,
    xmlsec.Transform.ECDSA_SHA256,
    xmlsec.Transform.ECDSA_SHA384,
    xmlsec.Transform.ECDSA_SHA512,
)
_QUERY_TRANSFORMS: Final = {transform.href: transform for transform in _SIGNATURE_TRANSFORMS[2:]}


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
        if not method.endswith(_DSA_SHA256):
            # xmlsec knows DSA-SHA256 but has no name for it that could be put on the list; the
            # shape check has allowed exactly that method then.
            for transform in _SIGNATURE_TRANSFORMS:
                context.enable_signature_transform(transform)
        context.verify(signature)
    except (xmlsec.Error, ValueError, TypeError):
        return False
    return True


@dataclass(slots=True)
class StrictRun:
    """What python3-saml's strict validation of one response needs to know.

    Attributes:
        document: The Response as it was received.
        decrypted: The same with its assertion decrypted, or nothing.
        verified: The elements whose signature has been verified.
        now: The clock, already set back by the tolerated skew.

    Both documents have passed :func:`schema_error`.
    """

    document: etree._Element
    decrypted: etree._Element | None
    verified: tuple[etree._Element, ...]
    now: datetime
    acs_url: str
    sp_entity_id: str
    issuer: str


_run: ContextVar[StrictRun] = ContextVar("saml_strict_run")


class _Schema(threading.local):
    """The protocol schema, compiled once in each thread: its error log belongs to the object."""

    def __init__(self) -> None:
        self.protocol = etree.XMLSchema(
            etree.parse(str(_SCHEMAS / "saml-schema-protocol-2.0.xsd"), None)
        )


_schema: Final = _Schema()


def schema_error(document: etree._Element) -> str | None:
    """Return what breaks the SAML 2.0 protocol schema, or nothing when the document fits.

    IDs that start with a digit are let through: the schema forbids them, several identity
    providers send them, and :func:`~saml_sso.protocol.shape.require_unique_ids` says which
    characters they may have.
    """
    schema = _schema.protocol
    if schema.validate(document):
        return None
    for entry in cast("Iterable[Any]", schema.error_log):
        if not ("'xs:ID'" in entry.message or "'xs:NCName'" in entry.message):
            return str(entry.message)
    return None


class _Xml(OneLogin_Saml2_XML):  # type: ignore[misc]
    @staticmethod
    def validate_xml(xml: etree._Element, schema: str, debug: object = None) -> object:
        """Tell that the document fits: :func:`schema_error` was asked before the run began."""
        del schema, debug
        return xml


class _Utils(OneLogin_Saml2_Utils):  # type: ignore[misc]
    @staticmethod
    def now() -> float:
        return _run.get().now.timestamp()

    @staticmethod
    def parse_SAML_to_time(timestr: str) -> float:  # noqa: N802 - the library's name
        return parse_instant(timestr).timestamp()

    @staticmethod
    def get_self_url_no_query(request_data: object) -> str:
        del request_data
        return _run.get().acs_url

    @staticmethod
    def validate_sign(xml: etree._Element, *_: object, xpath: str, **__: object) -> bool:
        """Tell whether the one signature at ``xpath`` was verified before this run began."""
        signatures = OneLogin_Saml2_XML.query(xml, xpath)
        verified = _run.get().verified
        return len(signatures) == 1 and any(signatures[0].getparent() is e for e in verified)


def _private_copy_of_response_module() -> ModuleType:
    spec = importlib.util.find_spec("onelogin.saml2.response")
    if spec is None or spec.loader is None:
        raise ImportError("python3-saml has no response module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    vars(module).update(OneLogin_Saml2_Utils=_Utils, OneLogin_Saml2_XML=_Xml)
    return module


_Response: Final[Any] = _private_copy_of_response_module().OneLogin_Saml2_Response


class _StrictSettings:
    """python3-saml's settings: strict, with the choices that let valid responses pass."""

    def is_strict(self) -> bool:
        return True

    def is_debug_active(self) -> bool:
        return False

    def get_sp_data(self) -> dict[str, str]:
        return {"entityId": _run.get().sp_entity_id}

    def get_idp_data(self) -> dict[str, str]:
        return {"entityId": _run.get().issuer}

    def get_idp_cert(self) -> str | None:
        return None

    def get_security_data(self) -> dict[str, bool]:
        return {
            "wantAssertionsEncrypted": False,
            "wantNameIdEncrypted": False,
            "wantAssertionsSigned": False,
            "wantMessagesSigned": False,
            "wantAttributeStatement": False,
            "requestedAuthnContext": False,
            "failOnAuthnContextMismatch": False,
            "rejectDeprecatedAlgorithm": True,
        }


class _ParsedResponse(_Response):  # type: ignore[misc]
    """A response that is parsed, and decrypted where needed, already."""

    def __init__(self, run: StrictRun) -> None:
        self._settings = _StrictSettings()
        self._error = None
        self.document = run.document
        self.decrypted_document = run.decrypted
        self.encrypted = run.decrypted is not None
        self.valid_scd_not_on_or_after = None

    def validate_timestamps(self, *_: object, **__: object) -> bool:
        # It allows five minutes whatever the tenant chose; our own rule has looked already.
        return True


def require_strict_validation(run: StrictRun) -> None:
    """Require that python3-saml, in strict mode, accepts the response too.

    Raises:
        MessageError: Check ``toolkit``, with what the library says.
    """
    token = _run.set(run)
    try:
        _ParsedResponse(run).is_valid({}, None, raise_exceptions=True)
    except Exception as error:  # bare Exception is among what it raises
        raise MessageError(
            "toolkit",
            expected="a response that python3-saml accepts in strict mode",
            got=str(error),
            remedy="Compare the identity provider's settings with step 1 of this page.",
        ) from error
    finally:
        _run.reset(token)


def sign_query(query: bytes, private_key_pem: str) -> bytes:
    """Return the RSA-SHA256 signature of a Redirect binding's query (Bindings 3.4.4.1)."""
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(private_key_pem, xmlsec.KeyFormat.PEM, None)
    return bytes(context.sign_binary(query, xmlsec.Transform.RSA_SHA256))


def verify_query(
    query: bytes, signature: bytes, algorithm: str, certificates: Sequence[CertificateInfo]
) -> CertificateInfo | None:
    """Return the certificate whose key signed a Redirect binding's query, or nothing.

    ``algorithm`` is one of :data:`~saml_sso.protocol.shape.SIGNATURE_METHODS` but DSA.
    """
    transform = _QUERY_TRANSFORMS.get(algorithm)
    for certificate in certificates if transform else ():
        try:
            context = xmlsec.SignatureContext()
            context.key = _public_key(certificate.pem)
            context.verify_binary(query, transform, signature)
        except (xmlsec.Error, ValueError, TypeError):
            continue
        return certificate
    return None


def self_check() -> None:
    """Require that lxml and xmlsec are built on the same libxml2; call it at start-up.

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
