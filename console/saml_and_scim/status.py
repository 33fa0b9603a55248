"""How a tenant's SAML connection stands, for the strip at the top of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services.expiry import kind_of
from saml_sso.models import SignInAttempt

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Tenant
    from saml_sso.protocol.certificates import CertificateInfo
    from saml_sso.trust import Trust


@dataclass(frozen=True, slots=True)
class CertificateState:
    """One trusted certificate and how long it lasts; ``is_ahead``: its time has not come yet."""

    info: CertificateInfo
    days_left: int
    is_ahead: bool = False

    @property
    def kind(self) -> str:
        """Return the badge: good, warn (60 days or fewer) or bad (two weeks, or expired)."""
        return kind_of(self.days_left)


@dataclass(frozen=True, slots=True)
class Status:
    """What the strip and the banners show."""

    text: str
    kind: str
    last_success: SignInAttempt | None
    last_failure: SignInAttempt | None
    certificates: tuple[CertificateState, ...]

    @property
    def first_to_expire(self) -> CertificateState | None:
        """Return the certificate that is trusted longest: it decides until when sign-in works."""
        return max(self.certificates, key=lambda state: state.days_left, default=None)


def status_of(tenant: Tenant, trust: Trust) -> Status:
    """Return how the connection of ``tenant``, whose scope is active, stands now."""
    text, kind = state_of(tenant, trust)
    outcome = SignInAttempt.Outcome
    attempts = SignInAttempt.objects.exclude(kind=SignInAttempt.Kind.LOGOUT)
    return Status(
        text=text,
        kind=kind,
        last_success=attempts.filter(outcome=outcome.ACCEPTED).first(),
        last_failure=attempts.filter(outcome=outcome.REFUSED, place=None).first()
        or attempts.filter(outcome=outcome.REFUSED).first(),
        certificates=certificate_states(trust.idp.certificates, timezone.now()),
    )


def certificate_states(
    certificates: tuple[CertificateInfo, ...], now: datetime
) -> tuple[CertificateState, ...]:
    """Return each certificate with its whole days left; below 0 it has expired."""
    return tuple(
        CertificateState(info, (info.not_after - now).days, info.not_before > now)
        for info in certificates
    )


def state_of(tenant: Tenant, trust: Trust) -> tuple[str, str]:
    """Return in a few words how SAML stands, and the kind of badge for them."""
    if tenant.saml_enforced:
        return _("Enforced"), "good"
    if tenant.saml_enabled:
        return (_("On, tested"), "good") if trust.settings.is_tested else (_("On"), "good")
    if not trust.is_configured:
        return _("Off"), ""
    return (
        (_("Tested, off"), "off") if trust.settings.is_tested else (_("Set up, untested"), "warn")
    )
