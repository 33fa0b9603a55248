"""Opening a response: parsing, shape, status, signatures and decryption, in the safe order."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from lxml import etree

from saml_sso.protocol.certificates import CertificateInfo
from saml_sso.protocol.decryption import decrypt_element
from saml_sso.protocol.document import decode_base64, parse_xml
from saml_sso.protocol.errors import MessageError, Trace
from saml_sso.protocol.names import STATUS_SUCCESS, saml, samlp
from saml_sso.protocol.optional import drop_empty_attributes
from saml_sso.protocol.parties import ServiceProvider
from saml_sso.protocol.shape import require_response_shape
from saml_sso.protocol.signatures import Trust, verify_if_signed
from saml_sso.protocol.toolkit import schema_error

_MAX_STATUS_CODES: Final = 4


@dataclass(frozen=True, slots=True)
class Opened:
    """A response whose assertion is verified, in plain text.

    Attributes:
        response: The Response as it was received.
        decrypted: A copy with the assertion decrypted, or nothing when it came in plain.
        assertion: The verified assertion, inside ``decrypted`` or ``response``.
        signed: The elements that carry a verified signature themselves.
        certificate: The certificate that vouches for the assertion.
    """

    response: etree._Element
    decrypted: etree._Element | None
    assertion: etree._Element
    signed: tuple[etree._Element, ...]
    certificate: CertificateInfo

    @property
    def is_response_signed(self) -> bool:
        """Tell whether the envelope is covered by a signature, not only the assertion."""
        return any(element is self.response for element in self.signed)


def open_response(encoded: str | bytes, *, sp: ServiceProvider, trust: Trust) -> Opened:
    """Return the response with every signature on it verified, at least one of them.

    Raises:
        MessageError: Checks of :mod:`~saml_sso.protocol.document`,
            :mod:`~saml_sso.protocol.shape`, :mod:`~saml_sso.protocol.decryption`, and
            ``status``, ``signature``, ``certificate``, ``schema``.
    """
    response = parse_xml(decode_base64(encoded))
    require_response_shape(response)
    passed(trust.trace, "shape", "one Response with one assertion")
    _require_success(response, trust.trace)
    by_response = verify_if_signed(response, trust)
    decrypted = _decrypt(response, sp)
    document = response if decrypted is None else decrypted
    assertion = document.find(saml("Assertion"))
    if assertion is None:
        raise MessageError(
            "assertion_count",
            expected="an assertion",
            got="none",
            remedy="Configure the identity provider to send an assertion.",
        )
    by_assertion = verify_if_signed(assertion, trust)
    certificate = by_assertion or by_response
    if certificate is None:
        raise MessageError(
            "signature",
            expected="the assertion or the response signed",
            got="no signature",
            remedy="Turn on “Sign assertion” (or “Sign response”) at the identity provider.",
        )
    _decrypt_attributes(document, assertion, sp)
    for tree in (response, decrypted):
        if tree is not None:
            drop_empty_attributes(tree)
            _require_schema(tree, used=trust.policy.identifier_attribute)
    passed(trust.trace, "schema", "a message that fits the SAML 2.0 schema")
    pairs = ((response, by_response), (assertion, by_assertion))
    signed = tuple(element for element, by in pairs if by)
    return Opened(response, decrypted, assertion, signed, certificate)


def passed(trace: Trace, check: str, what: str) -> None:
    """Record that a check passed whose parts are too many to name."""
    trace.require(check, passed=True, expected=what, got="as expected", remedy="")


def _decrypt(response: etree._Element, sp: ServiceProvider) -> etree._Element | None:
    """Return a copy of the response with its assertion in plain text, if it was encrypted."""
    if response.find(saml("EncryptedAssertion")) is None:
        return None
    copy = deepcopy(response)
    encrypted = copy.find(saml("EncryptedAssertion"))
    if encrypted is None:  # pragma: no cover - the copy has what the original has
        return None
    plain = decrypt_element(encrypted, sp.key_pairs)
    plain.tail = encrypted.tail
    copy.replace(encrypted, plain)
    require_response_shape(copy)
    return copy


def _decrypt_attributes(
    document: etree._Element, assertion: etree._Element, sp: ServiceProvider
) -> None:
    """Put each attribute in the place of its encrypted form, now that all is verified.

    The signature covers what was encrypted. What comes out is judged as if it had been there.
    """
    sealed = assertion.findall(f"{saml('AttributeStatement')}/{saml('EncryptedAttribute')}")
    for encrypted in sealed:
        plain = decrypt_element(encrypted, sp.key_pairs)
        statement = encrypted.getparent()
        if statement is None or plain.tag != saml("Attribute"):
            raise MessageError(
                "decryption",
                expected="an attribute inside an EncryptedAttribute",
                got=str(plain.tag),
                remedy="Ask the identity provider's vendor.",
            )
        plain.tail = encrypted.tail
        statement.replace(encrypted, plain)
    if sealed:
        require_response_shape(document)


def _require_schema(document: etree._Element, *, used: str | None) -> None:
    """Require a document that fits, whatever it says in attributes that nobody uses.

    Their values may be of types that only the identity provider knows.
    """
    problem = schema_error(document)
    if problem:
        problem = schema_error(_without_unused_values(document, used))
    if problem:
        raise MessageError(
            "schema",
            expected="a message that fits the SAML 2.0 schema",
            got=problem,
            remedy="Ask the identity provider's vendor.",
        )


def _without_unused_values(document: etree._Element, used: str | None) -> etree._Element:
    copy = deepcopy(document)
    for attribute in copy.iterfind(f"{saml('Assertion')}/{saml('AttributeStatement')}/*"):
        if attribute.tag == saml("Attribute") and attribute.get("Name") != used:
            for value in attribute.findall(saml("AttributeValue")):
                attribute.remove(value)
    return copy


def _require_success(response: etree._Element, trace: Trace) -> None:
    codes = list(response.iterfind(f"{samlp('Status')}//{samlp('StatusCode')}"))
    values = [code.get("Value", "") for code in codes[:_MAX_STATUS_CODES]]
    message = response.findtext(f"{samlp('Status')}/{samlp('StatusMessage')}") or ""
    said = ", ".join(value.rpartition(":")[2] for value in values)
    trace.require(
        "status",
        passed=values[:1] == [STATUS_SUCCESS],
        expected="the status Success",
        got=f"{said}: {message.strip()}" if message.strip() else said or None,
        remedy="The identity provider itself refused the sign-in; its own log says why. Often "
        "the person is not assigned to the application there. If it wants signed requests, switch "
        "on “Sign our requests” under “Rules and attributes”.",
    )
