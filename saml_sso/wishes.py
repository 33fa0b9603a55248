"""What somebody wants a tenant to trust, as values, and as JSON while it waits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from saml_sso.protocol.certificates import describe_certificate
from saml_sso.protocol.names import Binding
from saml_sso.protocol.parties import IdentityProvider

if TYPE_CHECKING:
    from saml_sso.protocol.certificates import CertificateInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A change of trust that somebody asks for; everything is optional.

    Attributes:
        identity_provider: The whole party in place of the present one.
        metadata_url: Where it was read and is read again, or empty; nothing leaves it as it is.
        certificates: Further ones, beside those that are trusted when the wish is granted.
        details: ``entity_id`` and ``sso_url`` as they were typed; one that is not here stays.
        attributes: Which attribute is used for what, by the name of the setting.
    """

    identity_provider: IdentityProvider | None = None
    metadata_url: str | None = None
    certificates: tuple[CertificateInfo, ...] = ()
    details: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether anything is wished for."""
        return bool(self.identity_provider or self.certificates or self.details or self.attributes)

    def party(self, now: IdentityProvider) -> IdentityProvider:
        """Return whom the tenant would trust, which trusts ``now``."""
        wanted = self.identity_provider or now
        known = {certificate.fingerprint for certificate in wanted.certificates}
        further = tuple(one for one in self.certificates if one.fingerprint not in known)
        typed: dict[str, Any] = {name: value or None for name, value in self.details.items()}
        return replace(wanted, certificates=(*wanted.certificates, *further), **typed)

    def beside(self, earlier: Wish) -> Wish:
        """Return this wish and what ``earlier`` asked for besides."""
        attributes = earlier.attributes | self.attributes
        if self.identity_provider is not None:
            # Metadata says it all, as it does when it is trusted at once.
            return replace(self, attributes=attributes)
        known = {certificate.fingerprint for certificate in self.certificates}
        former = tuple(one for one in earlier.certificates if one.fingerprint not in known)
        return Wish(
            identity_provider=earlier.identity_provider,
            metadata_url=earlier.metadata_url,
            certificates=(*former, *self.certificates),
            details=earlier.details | self.details,
            attributes=attributes,
        )

    def to_json(self) -> dict[str, Any]:
        """Return a mapping that :meth:`from_json` takes."""
        party = self.identity_provider
        return {
            "identity_provider": _party_to_json(party) if party else None,
            "metadata_url": self.metadata_url,
            "certificates": [certificate.pem for certificate in self.certificates],
            "details": self.details,
            "attributes": self.attributes,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Wish:
        """Return what :meth:`to_json` gave."""
        party = stored["identity_provider"]
        return cls(
            identity_provider=_party_from_json(party) if party else None,
            metadata_url=stored["metadata_url"],
            certificates=tuple(map(describe_certificate, stored["certificates"])),
            details=stored["details"],
            attributes=stored["attributes"],
        )


def _party_to_json(party: IdentityProvider) -> dict[str, Any]:
    return {
        "entity_id": party.entity_id,
        "certificates": [certificate.pem for certificate in party.certificates],
        "sso_url": party.sso_url,
        "sso_binding": party.sso_binding.value,
        "slo_url": party.slo_url,
        "slo_response_url": party.slo_response_url,
        "slo_binding": party.slo_binding.value,
        "want_authn_requests_signed": party.want_authn_requests_signed,
    }


def _party_from_json(stored: dict[str, Any]) -> IdentityProvider:
    return IdentityProvider(
        **{
            **stored,
            "certificates": tuple(map(describe_certificate, stored["certificates"])),
            "sso_binding": Binding(stored["sso_binding"]),
            "slo_binding": Binding(stored["slo_binding"]),
        }
    )
