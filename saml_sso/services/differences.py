"""What differs between two trusts, in words: for pages that ask, and for mails that tell."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Tenant
from saml_sso.models import IdentityProviderSettings
from saml_sso.protocol.candidates import diff_identity_provider
from saml_sso.protocol.instants import spoken_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from saml_sso.protocol.certificates import CertificateInfo
    from saml_sso.protocol.parties import IdentityProvider
    from saml_sso.trust import Trust
    from saml_sso.wishes import Wish

_OF_THE_PARTY: Final = {
    "entity_id": gettext_lazy("IdP entity ID"),
    "sso_url": gettext_lazy("IdP sign-in URL"),
    "sso_binding": gettext_lazy("How sign-in requests are sent"),
    "slo_url": gettext_lazy("IdP logout URL"),
    "slo_response_url": gettext_lazy("IdP URL for answers to a logout"),
    "slo_binding": gettext_lazy("How logout messages are sent"),
    "want_authn_requests_signed": gettext_lazy("Sign our requests"),
}
NO_TRUST: Final = frozenset(
    {
        "id",
        "tenant",
        "system_admin_email",
        "metadata_refreshed_at",
        "metadata_problem",
        "revision",
        "tested_revision",
        "tested_at",
        "candidate",
        "issuer_pinned_at",
    }
)
"""Columns of the settings that do not say whom the tenant trusts, nor for what."""
RULES: Final = tuple(
    field.name
    for field in IdentityProviderSettings._meta.concrete_fields
    if field.name not in NO_TRUST | _OF_THE_PARTY.keys()
)
"""The other columns: what the identity provider is allowed, and where its metadata is read."""
SWITCHES: Final = ("saml_enabled", "saml_enforced")


class Difference(NamedTuple):
    """One line: what it is, what it was, what it is afterwards; empty text stands for nothing."""

    label: str
    before: str
    after: str


def differences(before: Trust, after: Trust) -> list[Difference]:
    """Return everything in which two trusts of a tenant differ."""
    return [
        *differences_of_parties(before.idp, after.idp),
        *differences_of_rules(before.settings, after.settings),
        *_of_columns(Tenant, SWITCHES, before.tenant, after.tenant),
    ]


def differences_of_parties(
    before: IdentityProvider | None, after: IdentityProvider
) -> list[Difference]:
    """Return how the identity provider ``after`` differs; certificates one by one."""
    found: list[Difference] = []
    for change in diff_identity_provider(before, after):
        if change.field == "certificates":
            found += _of_certificates(before.certificates if before else (), after.certificates)
        else:
            label = str(_OF_THE_PARTY[change.field])
            found.append(Difference(label, _in_words(change.old), _in_words(change.new)))
    return found


def differences_of_wish(wish: Wish, trust: Trust) -> list[Difference]:
    """Return what granting ``wish`` would change in ``trust``."""
    after = copy(trust.settings)
    if wish.metadata_url is not None:
        after.metadata_url = wish.metadata_url
    for name, value in wish.attributes.items():
        setattr(after, name, value)
    known = trust.idp if trust.is_configured else None
    return [
        *differences_of_parties(known, wish.party(trust.idp)),
        *differences_of_rules(trust.settings, after),
    ]


def differences_of_rules(
    before: IdentityProviderSettings, after: IdentityProviderSettings
) -> list[Difference]:
    """Return which rules of a sign-in differ."""
    return list(_of_columns(IdentityProviderSettings, RULES, before, after))


def certificate_in_words(certificate: CertificateInfo) -> str:
    """Return what a person compares a certificate by."""
    return _("%(subject)s, SHA-256 %(fingerprint)s, expires %(date)s") % {
        "subject": certificate.subject,
        "fingerprint": certificate.fingerprint,
        "date": spoken_date(certificate.not_after),
    }


def _of_certificates(
    before: tuple[CertificateInfo, ...], after: tuple[CertificateInfo, ...]
) -> Iterator[Difference]:
    known = {one.fingerprint for one in before}
    kept = {one.fingerprint for one in after}
    for one in before:
        if one.fingerprint not in kept:
            yield Difference(_("Certificate"), certificate_in_words(one), "")
    for one in after:
        if one.fingerprint not in known:
            yield Difference(_("Certificate"), "", certificate_in_words(one))


def _of_columns(
    model: Any, names: tuple[str, ...], before: Any, after: Any
) -> Iterator[Difference]:
    for name in names:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            label = str(model._meta.get_field(name).verbose_name)
            yield Difference(label[:1].upper() + label[1:], _in_words(old), _in_words(new))


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _("yes") if value == "yes" else str(value)
