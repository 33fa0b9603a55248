"""An identity provider that forges: every part of a response, metadata or logout can be bent.

Nothing here is shared with the code under test but the names of SAML. Keys are made once in each
process; signing and encrypting go through ``xmlsec``, so that the vectors are what another toolkit
would send.
"""

import base64
import importlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from xml.sax.saxutils import escape, quoteattr

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from tests.support.saml_encryption import AES256_GCM, OAEP_MGF1P, encrypt_assertion

xmlsec: Any = importlib.import_module("xmlsec")

NS = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
}
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
DSA_SHA256 = "http://www.w3.org/2009/xmldsig11#dsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

PrivateKey = rsa.RSAPrivateKey | dsa.DSAPrivateKey | ec.EllipticCurvePrivateKey
SignedPart = Literal["assertion", "response", "both", "none"]


@lru_cache(maxsize=32)
def private_key(kind: str = "rsa2048", name: str = "idp") -> PrivateKey:
    """Return a key that is made once in this process for each ``kind`` and ``name``.

    Kinds: ``rsa`` and ``dsa`` followed by the bits, ``p256``, ``p384``, ``p192``.
    """
    del name  # It only keeps keys apart.
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:]))
    if kind.startswith("dsa"):
        return dsa.generate_private_key(int(kind[3:]))
    curves: dict[str, ec.EllipticCurve] = {
        "p192": ec.SECP192R1(),
        "p256": ec.SECP256R1(),
        "p384": ec.SECP384R1(),
    }
    return ec.generate_private_key(curves[kind])


def private_pem(key: PrivateKey) -> str:
    """Return ``key`` as an unencrypted PKCS #8 PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def certificate(
    key: PrivateKey,
    *,
    name: str = "idp.example",
    not_before: datetime = datetime(2020, 1, 1, tzinfo=UTC),
    not_after: datetime = datetime(2045, 1, 1, tzinfo=UTC),
    signature_hash: hashes.SHA256 | hashes.SHA384 | None = None,
) -> x509.Certificate:
    """Return a self-signed certificate for ``key``."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .sign(key, signature_hash or hashes.SHA256())
    )


def pem(cert: x509.Certificate) -> str:
    """Return ``cert`` as PEM."""
    return cert.public_bytes(serialization.Encoding.PEM).decode()


def der(cert: x509.Certificate) -> bytes:
    """Return ``cert`` as DER."""
    return cert.public_bytes(serialization.Encoding.DER)


def instant(moment: datetime) -> str:
    """Return ``moment`` as SAML writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> str:
    """Return a fresh message ID."""
    return f"_{secrets.token_hex(16)}"


@dataclass(frozen=True)
class Signing:
    """How to sign: what a signature says about itself can be bent here."""

    method: str = RSA_SHA256
    digest: str = SHA256
    canonicalization: str = EXC_C14N
    transforms: tuple[str, ...] = (ENVELOPED, EXC_C14N)
    uri: str | None = None
    key_info: str = ""
    extra: str = ""


@dataclass(frozen=True)
class Forge:
    """One response with every knob; the defaults make a response that is right in all respects.

    Attributes set to nothing leave the part out of the message.
    """

    entity_id: str
    sp_entity_id: str
    acs_url: str
    key: PrivateKey
    cert: x509.Certificate
    now: datetime
    name_id: str | None = "ada@acme.example"
    name_id_format: str | None = EMAIL_FORMAT
    name_id_xml: str | None = None
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attributes_xml: str = ""
    response_id: str = field(default_factory=new_id)
    assertion_id: str = field(default_factory=new_id)
    response_issuer: str | None = ""
    assertion_issuer: str | None = ""
    destination: str | None = ""
    recipient: str | None = ""
    audiences: tuple[tuple[str, ...], ...] | None = None
    in_response_to: str | None = None
    confirmation_in_response_to: str | None = ""
    version: str = "2.0"
    assertion_version: str = "2.0"
    issue_instant: str | None = None
    assertion_issue_instant: str | None = None
    not_before: str | None = ""
    not_on_or_after: str | None = ""
    confirmation_not_before: str | None = None
    confirmation_not_on_or_after: str | None = ""
    confirmation_method: str = BEARER
    confirmation_xml: str | None = None
    conditions_xml: str | None = None
    extra_conditions: str = ""
    authn_instant: str | None = None
    session_index: str | None = "s1"
    session_not_on_or_after: str | None = None
    authn_xml: str | None = None
    status: str = SUCCESS
    status_xml: str | None = None
    response_extra: str = ""
    assertion_extra: str = ""
    sign: SignedPart = "assertion"
    signing: Signing = Signing()
    encrypt_to: str | None = None
    encryption: str = AES256_GCM
    key_transport: str = OAEP_MGF1P
    before_signing: Callable[[str], str] = str
    after_signing: Callable[[str], str] = str

    def but(self, **changes: Any) -> "Forge":
        """Return a copy with ``changes`` and fresh IDs (unless they are given)."""
        fresh = {"response_id": new_id(), "assertion_id": new_id()}
        return replace(self, **(fresh | changes))

    def encoded(self) -> str:
        """Return the form field SAMLResponse."""
        return base64.b64encode(self.xml().encode()).decode()

    def xml(self) -> str:
        """Return the signed document."""
        root = etree.fromstring(self.before_signing(self.unsigned()).encode())
        assertion = root.find("saml:Assertion", NS)
        if assertion is not None and self.sign in {"assertion", "both"}:
            self.sign_element(assertion)
        if assertion is not None and self.encrypt_to:
            encrypt_assertion(assertion, self.encrypt_to, self.encryption, self.key_transport)
        if self.sign in {"response", "both"}:
            self.sign_element(root)
        return self.after_signing(etree.tostring(root, encoding="unicode"))

    def sign_element(self, element: etree._Element) -> None:
        """Put an enveloped signature after ``element``'s Issuer."""
        sign_element(element, self.key, self.cert, self.signing)

    def unsigned(self) -> str:
        """Return the document before it is signed."""
        attributes = _attributes(
            ID=self.response_id,
            Version=self.version,
            IssueInstant=self.issue_instant or instant(self.now),
            Destination=self._or(self.destination, self.acs_url),
            InResponseTo=self.in_response_to,
        )
        status = self.status_xml or (
            f'<samlp:Status><samlp:StatusCode Value="{self.status}"/></samlp:Status>'
        )
        return (
            f'<samlp:Response xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}"{attributes}>'
            f"{self._issuer(self.response_issuer)}{status}{self.response_extra}"
            f"{self.assertion()}</samlp:Response>"
        )

    def assertion(self) -> str:
        """Return the assertion before it is signed."""
        attributes = _attributes(
            ID=self.assertion_id,
            Version=self.assertion_version,
            IssueInstant=self.assertion_issue_instant or instant(self.now),
        )
        return (
            f'<saml:Assertion xmlns:saml="{NS["saml"]}"{attributes}>'
            f"{self._issuer(self.assertion_issuer)}{self._subject()}{self._conditions()}"
            f"{self.assertion_extra}{self._authn_statement()}{self._attribute_statement()}"
            "</saml:Assertion>"
        )

    def _or(self, value: str | None, default: str) -> str | None:
        return default if value == "" else value

    def _issuer(self, value: str | None) -> str:
        text = self._or(value, self.entity_id)
        return "" if text is None else f"<saml:Issuer>{escape(text)}</saml:Issuer>"

    def _subject(self) -> str:
        name_id = self.name_id_xml
        if name_id is None and self.name_id is not None:
            name_format = _attributes(Format=self.name_id_format)
            name_id = f"<saml:NameID{name_format}>{escape(self.name_id)}</saml:NameID>"
        return f"<saml:Subject>{name_id or ''}{self._confirmation()}</saml:Subject>"

    def _confirmation(self) -> str:
        if self.confirmation_xml is not None:
            return self.confirmation_xml
        data = _attributes(
            NotBefore=self.confirmation_not_before,
            NotOnOrAfter=self._or(
                self.confirmation_not_on_or_after, instant(self.now + timedelta(minutes=5))
            ),
            Recipient=self._or(self.recipient, self.acs_url),
            InResponseTo=self.in_response_to
            if self.confirmation_in_response_to == ""
            else self.confirmation_in_response_to,
        )
        return (
            f'<saml:SubjectConfirmation Method="{self.confirmation_method}">'
            f"<saml:SubjectConfirmationData{data}/></saml:SubjectConfirmation>"
        )

    def _conditions(self) -> str:
        if self.conditions_xml is not None:
            return self.conditions_xml
        limits = _attributes(
            NotBefore=self._or(self.not_before, instant(self.now - timedelta(minutes=5))),
            NotOnOrAfter=self._or(self.not_on_or_after, instant(self.now + timedelta(minutes=5))),
        )
        groups = ((self.sp_entity_id,),) if self.audiences is None else self.audiences
        restrictions = "".join(
            "<saml:AudienceRestriction>"
            + "".join(f"<saml:Audience>{escape(one)}</saml:Audience>" for one in group)
            + "</saml:AudienceRestriction>"
            for group in groups
        )
        return f"<saml:Conditions{limits}>{restrictions}{self.extra_conditions}</saml:Conditions>"

    def _authn_statement(self) -> str:
        if self.authn_xml is not None:
            return self.authn_xml
        attributes = _attributes(
            AuthnInstant=self.authn_instant or instant(self.now),
            SessionIndex=self.session_index,
            SessionNotOnOrAfter=self.session_not_on_or_after,
        )
        reference = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
        return (
            f"<saml:AuthnStatement{attributes}><saml:AuthnContext><saml:AuthnContextClassRef>"
            f"{reference}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
        )

    def _attribute_statement(self) -> str:
        attributes = "".join(
            f"<saml:Attribute Name={quoteattr(name)}>"
            + "".join(
                f"<saml:AttributeValue>{escape(value)}</saml:AttributeValue>" for value in values
            )
            + "</saml:Attribute>"
            for name, values in self.attributes.items()
        )
        content = attributes + self.attributes_xml
        return f"<saml:AttributeStatement>{content}</saml:AttributeStatement>" if content else ""


def _attributes(**values: str | None) -> str:
    return "".join(
        f" {name}={quoteattr(value)}" for name, value in values.items() if value is not None
    )


def sign_element(
    element: etree._Element,
    key: PrivateKey,
    cert: x509.Certificate,
    signing: Signing | None = None,
) -> None:
    """Put an enveloped signature into ``element``, after its Issuer if it has one."""
    how = signing or Signing()
    method = how.method
    if method == RSA_SHA256 and isinstance(key, ec.EllipticCurvePrivateKey):
        method = ECDSA_SHA256
    if method == RSA_SHA256 and isinstance(key, dsa.DSAPrivateKey):
        method = DSA_SHA256
    transforms = "".join(
        one if one.startswith("<") else f'<ds:Transform Algorithm="{one}"/>'
        for one in how.transforms
    )
    x509_data = base64.b64encode(der(cert)).decode()
    key_info = how.key_info or (
        f"<ds:X509Data><ds:X509Certificate>{x509_data}</ds:X509Certificate></ds:X509Data>"
    )
    uri = f"#{element.get('ID')}" if how.uri is None else how.uri
    signature = etree.fromstring(
        f'<ds:Signature xmlns:ds="{NS["ds"]}"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{how.canonicalization}"/>'
        f'<ds:SignatureMethod Algorithm="{method}"/>'
        f"<ds:Reference URI={quoteattr(uri)}><ds:Transforms>{transforms}</ds:Transforms>"
        f'<ds:DigestMethod Algorithm="{how.digest}"/><ds:DigestValue/></ds:Reference>'
        f"{how.extra}</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo>{key_info}</ds:KeyInfo>"
        "</ds:Signature>"
    )
    issuer = element.find("saml:Issuer", NS)
    element.insert(0 if issuer is None else element.index(issuer) + 1, signature)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(private_pem(key), xmlsec.KeyFormat.PEM)
    xmlsec.tree.add_ids(element.getroottree().getroot(), ["ID"])
    context.sign(signature)
