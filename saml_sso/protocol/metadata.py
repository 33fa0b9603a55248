"""An identity provider's metadata (SAML Metadata 2.0): what an admin uploads, pastes or links to.

Trust comes from the admin who gave us the file, so its signature, if any, is not looked at. Of a
file with several identity providers one must be chosen; nothing is guessed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from lxml import etree

from saml_sso.protocol.addresses import require_web_address
from saml_sso.protocol.candidates import Candidate
from saml_sso.protocol.certificate_files import find_certificates
from saml_sso.protocol.certificates import CertificateInfo, describe_leaves, select_usable
from saml_sso.protocol.document import Limits, element_text, has_invisible, parse_xml
from saml_sso.protocol.errors import CertificateError, MessageError, MetadataError
from saml_sso.protocol.instants import parse_instant, spoken_date
from saml_sso.protocol.metadata_files import decode_certificate, refuse_other_files
from saml_sso.protocol.names import PROTOCOL_NS, Binding, ds, md
from saml_sso.protocol.optional import drop_empty_attributes
from saml_sso.protocol.parties import IdentityProvider

METADATA_LIMITS: Final = Limits(
    size=1_048_576,
    tags=40_000,
    attributes=60_000,
    comments=10_000,
    namespaces=20_000,
    namespace_work=50_000_000,  # Nothing is canonicalized.
    depth=40,
)
MAX_ENTITY_ID: Final = 1024
_DOWNLOAD_AGAIN: Final = "Download the metadata again from your identity provider."
_TRUE: Final = frozenset({"true", "1"})


def read_metadata(
    data: bytes,
    *,
    now: datetime,
    own_entity_id: str | None = None,
    own_certificates: Iterable[str] = (),
) -> tuple[Candidate, ...]:
    """Return every usable SAML 2.0 identity provider of a metadata document; at least one.

    Args:
        data: The document, at most 1 MB, in UTF-8 or UTF-16.
        now: Documents and certificates out of date are refused.
        own_entity_id: Ours; uploading our own metadata is a common mistake.
        own_certificates: PEM certificates of ours.

    Raises:
        MetadataError: There is none; its message says what is missing and what to do.
    """
    refuse_other_files(data, limit=METADATA_LIMITS.size)
    try:
        root = parse_xml(data, limits=METADATA_LIMITS)
    except MessageError as error:
        problem = f"This is not metadata that can be read: {error.got}."
        if error.check == "doctype":
            problem = "The file has a document type (DOCTYPE or ENTITY), which metadata never has."
        raise MetadataError(error.check, problem, _DOWNLOAD_AGAIN) from error
    drop_empty_attributes(root)
    entities = _entities(root, now)
    others = [entity for entity in entities if not _is_own(entity, own_entity_id)]
    roles = [(entity, role) for entity in others for role in _identity_provider_roles(entity)]
    if not roles:
        raise _own_metadata() if len(others) < len(entities) else _no_identity_provider(entities)
    own = tuple(own_certificates)
    candidates: list[Candidate] = []
    refused: list[MetadataError] = []
    for entity, role in roles:
        try:
            candidates.append(_read_role(entity, role, now=now, own_certificates=own))
        except MetadataError as error:
            refused.append(error)
    if not candidates:
        raise refused[0]
    # An entity that is described twice is one identity provider; its first description counts.
    return tuple({c.identity_provider.entity_id: c for c in reversed(candidates)}.values())[::-1]


def _entities(root: etree._Element, now: datetime) -> list[etree._Element]:
    if root.tag not in {md("EntityDescriptor"), md("EntitiesDescriptor")}:
        raise MetadataError(
            "wrong_root",
            f"This is an XML document, but not SAML 2.0 metadata: it begins with "
            f"“{etree.QName(root).localname}”.",
            "Look for “Federation metadata”, “Metadata XML” or “IdP metadata” at your identity "
            "provider.",
        )
    entities = [one for one in root.iter(md("EntityDescriptor")) if _is_described(one)]
    current = [entity for entity in entities if _expired(entity, now) is None]
    if entities and not current:
        expiry = _expired(entities[0], now)
        raise MetadataError(
            "expired_metadata",
            f"The metadata expired on {spoken_date(expiry) if expiry else ''} (validUntil).",
            _DOWNLOAD_AGAIN,
        )
    return current


def _is_described(entity: etree._Element) -> bool:
    """Tell whether ``entity`` is in no place but groups: an extension may quote another one."""
    return all(holder.tag == md("EntitiesDescriptor") for holder in entity.iterancestors())


def _expired(element: etree._Element, now: datetime) -> datetime | None:
    """Return the validUntil of ``element`` or of what holds it, if it has passed."""
    for holder in (element, *element.iterancestors()):
        text = holder.get("validUntil")
        if text is None:
            continue
        try:
            expiry = parse_instant(text)
        except ValueError as error:
            raise MetadataError(
                "valid_until",
                f"The metadata's validUntil is “{text[:40]}”, which is no instant.",
                _DOWNLOAD_AGAIN,
            ) from error
        if expiry <= now:
            return expiry
    return None


def _identity_provider_roles(entity: etree._Element) -> list[etree._Element]:
    return [
        role
        for role in entity.iterfind(md("IDPSSODescriptor"))
        if PROTOCOL_NS in role.get("protocolSupportEnumeration", "").split()
    ]


def _is_own(entity: etree._Element, own_entity_id: str | None) -> bool:
    return bool(own_entity_id) and (entity.get("entityID") or "").strip() == own_entity_id


def _own_metadata() -> MetadataError:
    return MetadataError(
        "own_metadata",
        "This is our own metadata, which describes Gatehouse to your identity provider.",
        "Give it to your identity provider, and upload the metadata that your identity provider "
        "offers.",
    )


def _no_identity_provider(entities: Sequence[etree._Element]) -> MetadataError:
    roles = {etree.QName(role).localname for entity in entities for role in entity}
    if "IDPSSODescriptor" in roles:
        problem = "The identity provider in this file does not speak SAML 2.0."
    elif "SPSSODescriptor" in roles:
        problem = "The file describes a service provider (an application), no identity provider."
    elif "RoleDescriptor" in roles:
        problem = "The file describes WS-Federation only."
    else:
        problem = "The file describes no identity provider: it has no IDPSSODescriptor."
    return MetadataError(
        "no_identity_provider",
        problem,
        "Look for “SAML 2.0 IdP metadata” or “Federation metadata” at your identity provider.",
    )


def _read_role(
    entity: etree._Element,
    role: etree._Element,
    *,
    now: datetime,
    own_certificates: tuple[str, ...],
) -> Candidate:
    entity_id = (entity.get("entityID") or "").strip()
    if not entity_id or len(entity_id) > MAX_ENTITY_ID or has_invisible(entity_id):
        raise MetadataError("entity_id", "The metadata has no usable entityID.", _DOWNLOAD_AGAIN)
    if _expired(role, now):
        raise MetadataError(
            "expired_metadata",
            "The identity provider's part of the metadata has expired.",
            _DOWNLOAD_AGAIN,
        )
    certificates, warnings = _signing_certificates(role, now, own_certificates)
    sso = _endpoint(role, "SingleSignOnService")
    slo = _endpoint(role, "SingleLogoutService")
    if sso is None:
        warnings = (
            *warnings,
            "The metadata names no sign-in URL for the redirect or POST binding; people can sign "
            "in from the identity provider only.",
        )
    return Candidate(
        IdentityProvider(
            entity_id=entity_id,
            certificates=certificates,
            sso_url=sso.location if sso else None,
            sso_binding=sso.binding if sso else Binding.REDIRECT,
            slo_url=slo.location if slo else None,
            slo_response_url=slo.response_location if slo else None,
            slo_binding=slo.binding if slo else Binding.REDIRECT,
            want_authn_requests_signed=role.get("WantAuthnRequestsSigned", "").strip() in _TRUE,
        ),
        warnings,
    )


def _signing_certificates(
    role: etree._Element, now: datetime, own_certificates: tuple[str, ...]
) -> tuple[tuple[CertificateInfo, ...], tuple[str, ...]]:
    """Return the certificates to trust; one for encryption only is never trusted to sign."""
    descriptors = role.findall(md("KeyDescriptor"))
    signing = [key for key in descriptors if key.get("use", "signing") == "signing"]
    path = f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}"
    keys = [[element_text(found) for found in key.iterfind(path)] for key in signing]
    if not any(keys):
        only_encryption = bool(descriptors) and not signing
        raise MetadataError(
            "no_signing_certificate",
            "No signing certificate, only one for encryption."
            if only_encryption
            else "The metadata holds no signing certificate.",
            "Switch on signing at your identity provider and download its metadata again, or "
            "upload the signing certificate itself.",
        )
    found: list[CertificateInfo] = []
    warnings: list[str] = []
    refused: list[CertificateError] = []
    for texts in keys:
        of_one_key: list[x509.Certificate] = []
        for text in texts:
            try:
                of_one_key += find_certificates(decode_certificate(text))
            except CertificateError as error:
                refused.append(error)
        try:
            leaves, left_out = describe_leaves(of_one_key)
        except CertificateError as error:
            refused.append(error)
            continue
        found += leaves
        warnings += left_out
    try:
        if not found:
            raise refused[0]
        usable = select_usable(found, now=now, own_certificates=own_certificates)
    except CertificateError as error:
        raise MetadataError(error.check, error.problem, error.remedy) from error
    return usable.certificates, (
        *usable.warnings,
        *warnings,
        *(error.message() for error in refused),
    )


@dataclass(frozen=True, slots=True)
class _Endpoint:
    location: str
    response_location: str | None
    binding: Binding


def _endpoint(role: etree._Element, service: str) -> _Endpoint | None:
    """Return the endpoint for the redirect binding, else the one for POST, else nothing."""
    found: dict[str, _Endpoint] = {}
    for element in role.iterfind(md(service)):
        binding = element.get("Binding", "").strip()
        if binding not in set(Binding):
            continue
        answer = element.get("ResponseLocation")
        endpoint = _Endpoint(
            require_web_address(element.get("Location", ""), service=service),
            require_web_address(answer, service=service) if answer else None,
            Binding(binding),
        )
        found.setdefault(binding, endpoint)
    return found.get(Binding.REDIRECT) or found.get(Binding.POST)
