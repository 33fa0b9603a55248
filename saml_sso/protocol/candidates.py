"""The identity providers a metadata file offers: choosing one, and what it would change."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from saml_sso.protocol.errors import MetadataError
from saml_sso.protocol.parties import IdentityProvider


@dataclass(frozen=True, slots=True)
class Candidate:
    """One identity provider of a metadata file, with sentences about what was left out."""

    identity_provider: IdentityProvider
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between what is configured and what new metadata says."""

    field: str
    old: str
    new: str


def choose(candidates: Sequence[Candidate], *, entity_id: str | None = None) -> Candidate:
    """Return the only candidate, or the one that the admin chose by its entity ID.

    Raises:
        MetadataError: There are several and none was chosen, or the chosen one is not there.
    """
    chosen = [c for c in candidates if entity_id in {None, c.identity_provider.entity_id}]
    names = ", ".join(str(c.identity_provider.entity_id) for c in candidates)
    if not chosen:
        raise MetadataError(
            "unknown_identity_provider",
            f"The file does not hold {entity_id}.",
            f"It holds {names}: choose one.",
        )
    if len(chosen) > 1:
        count = "two" if len(chosen) == 2 else str(len(chosen))  # noqa: PLR2004 - spelt out
        raise MetadataError(
            "several_identity_providers",
            f"The file holds {count} identity providers: choose one.",
            f"They are {names}.",
        )
    return chosen[0]


def diff_identity_provider(
    old: IdentityProvider | None, new: IdentityProvider
) -> tuple[Change, ...]:
    """Return what new metadata would change, field by field, certificates by fingerprint.

    A change of ``entity_id`` means another identity provider: never apply it without a person.
    """
    before, after = _comparable(old), _comparable(new)
    return tuple(
        Change(name, before.get(name, ""), value)
        for name, value in after.items()
        if before.get(name, "") != value
    )


def _comparable(idp: IdentityProvider | None) -> dict[str, str]:
    if idp is None:
        return {}
    return {
        "entity_id": idp.entity_id or "",
        "sso_url": idp.sso_url or "",
        "sso_binding": idp.sso_binding.rpartition(":")[2] if idp.sso_url else "",
        "slo_url": idp.slo_url or "",
        "slo_response_url": idp.slo_response_url or "",
        "slo_binding": idp.slo_binding.rpartition(":")[2] if idp.slo_url else "",
        "want_authn_requests_signed": "yes" if idp.want_authn_requests_signed else "",
        "certificates": ", ".join(sorted(c.fingerprint for c in idp.certificates)),
    }


def replaces(old: IdentityProvider, new: IdentityProvider) -> bool:
    """Tell whether trusting ``new`` could keep out everybody whom ``old`` lets in.

    It does if another entity ID or another sign-in URL is named, or if none of the trusted keys
    is left; a certificate that was made anew for the same key keeps it.  What was not known
    before is not another one, and whoever trusts nobody yet has nobody to replace.
    """
    if not old.certificates:
        return False
    return is_another_party(old, new) or _is_another(old.sso_url, new.sso_url)


def is_another_party(old: IdentityProvider, new: IdentityProvider) -> bool:
    """Tell whether whoever signed in with ``old`` would be vouched for by somebody else now."""
    if not old.certificates:
        return False
    return _is_another(old.entity_id, new.entity_id) or not _keys(old) & _keys(new)


def digest_of_trust(idp: IdentityProvider) -> str:
    """Return what stands for all that is trusted of ``idp``: whoever saw it saw just that."""
    return hashlib.sha256(repr(sorted(_comparable(idp).items())).encode()).hexdigest()


def _is_another(old: str | None, new: str | None) -> bool:
    return bool(old) and new != old


def _keys(idp: IdentityProvider) -> frozenset[str]:
    return frozenset(certificate.key for certificate in idp.certificates)
