"""The only module that knows python3-saml, and what to distrust in it.

python3-saml in strict mode is one of the judges of a response; it is never the only one. It runs
as a private copy of its response module whose collaborators are ours: which signatures hold was
found by :func:`~saml_sso.protocol.xmldsig.verify_signature` with an allow-list of transforms, its
schema and its XPath expressions are compiled once instead of for every response, and instants and
the clock are those of the rest of this package. The library itself is left as it is installed.
"""

import importlib.util
import re
import threading
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

import onelogin.saml2
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from saml_sso.protocol.errors import MessageError
from saml_sso.protocol.instants import parse_instant

_TOLERATED: Final = re.compile(
    r"'[0-9][A-Za-z0-9_.\-]*' is not a valid value of the atomic type 'xs:(ID|NCName)'"
    r"|^Element '\{http://www\.w3\.org/2009/xmlenc11#\}MGF': No matching global element"
    r"|^Element '\{urn:oasis:names:tc:SAML:2\.0:assertion\}AttributeStatement': Missing child",
    re.ASCII,
)
_SCHEMAS: Final = Path(onelogin.saml2.__file__).parent / "schemas"


@dataclass(slots=True)
class StrictRun:
    """What python3-saml's strict validation of one response needs to know.

    Attributes:
        document: The Response as it was received.
        decrypted: The same with its assertion decrypted, or nothing.
        verified: The elements whose signature has been verified.
        now: The clock, already set back by the tolerated skew.
        found: What the library's questions were answered.

    Both documents have passed :func:`schema_error`.
    """

    document: etree._Element
    decrypted: etree._Element | None
    verified: tuple[etree._Element, ...]
    now: datetime
    acs_url: str
    sp_entity_id: str
    issuer: str
    found: dict[object, Any] = field(default_factory=dict)


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
    characters they may have. So is an AttributeStatement with nothing in it, which AWS IAM
    Identity Center sends when no attribute is mapped, and which says nothing. The schema is older
    than RSA-OAEP's MGF element, which :mod:`~saml_sso.protocol.decryption` judges.
    """
    schema = _schema.protocol
    if schema.validate(document):
        return None
    for entry in cast("Iterable[Any]", schema.error_log):
        if not _TOLERATED.search(entry.message):
            return str(entry.message)
    return None


class _Xml(OneLogin_Saml2_XML):  # type: ignore[misc]
    @staticmethod
    def validate_xml(xml: etree._Element, schema: str, debug: object = None) -> object:
        """Tell that the document fits: :func:`schema_error` was asked before the run began."""
        del schema, debug
        return xml

    @staticmethod
    def element_text(node: etree._Element) -> str | None:
        """Return the text without the white space that pretty-printing adds."""
        return None if node.text is None else node.text.strip(" \t\r\n")

    @staticmethod
    def query(
        dom: etree._Element,
        query: str,
        context: etree._Element | None = None,
        tagid: str | None = None,
    ) -> Any:
        """Evaluate an XPath expression as the library does, but compile and ask it only once.

        The library asks some of them for every signature again; nothing changes the document.
        """
        found = _run.get().found
        key = (query, dom if context is None else context, tagid)
        if key not in found:
            variables = {} if tagid is None else {"tagid": tagid}
            found[key] = _compiled(query)(key[1], **variables)
        return found[key]


@lru_cache(maxsize=128)
def _compiled(query: str) -> etree.XPath:
    return etree.XPath(query, namespaces=OneLogin_Saml2_Constants.NSMAP)


def _private_copy(name: str, **replaced: object) -> Any:
    """Return a copy of a module of the library in which these names mean something else."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ImportError(f"python3-saml has no module {name}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    vars(module).update(replaced)
    return module


_utils: Final = _private_copy("onelogin.saml2.utils", OneLogin_Saml2_XML=_Xml)


class _Utils(_utils.OneLogin_Saml2_Utils):  # type: ignore[misc, name-defined]
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
        signatures = _Xml.query(xml, xpath)
        verified = _run.get().verified
        return len(signatures) == 1 and any(signatures[0].getparent() is e for e in verified)


_Response: Final[Any] = _private_copy(
    "onelogin.saml2.response", OneLogin_Saml2_Utils=_Utils, OneLogin_Saml2_XML=_Xml
).OneLogin_Saml2_Response


_SECURITY: Final = {
    "wantAssertionsEncrypted": False,
    "wantNameIdEncrypted": False,
    "wantAssertionsSigned": False,
    "wantMessagesSigned": False,
    "wantAttributeStatement": False,
    "requestedAuthnContext": False,
    "failOnAuthnContextMismatch": False,
    "rejectDeprecatedAlgorithm": True,
}


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
        return _SECURITY


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
