"""What shows that a step of a guide was taken, and whether it shows it already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from scim.models import BearerToken, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

    from accounts.models import Tenant
    from console.saml_and_scim.progress import Progress
    from saml_sso.trust import Trust

PROOFS: Final[Mapping[str, StrOrPromise]] = {
    "saved": _("Step 2 shows what was read"),
    "tested": _("Test sign-in"),
    "switched_on": _("SAML sign-on is on"),
    "token": _("There is a SCIM token"),
    "called": _("Its first request was answered"),
    "arrived": _("The first person is here"),
}
"""What there is to show it, as pages call it."""

ON_SET_UP_PAGE: Final[Mapping[str, str]] = {
    "saved": "#step-2",
    "tested": "#test",
    "switched_on": "#switch-on",
    "token": "#scim",
}
"""Where to look on the page behind a set-up link; the rest is for people with an account."""


@dataclass(frozen=True, slots=True)
class Held:
    """What holds by now: proofs by their key, and checks of the last test sign-in."""

    proofs: frozenset[str]
    checks: frozenset[str]

    def shows(self, proof: str, checks: tuple[str, ...]) -> bool:
        """Whether ``proof`` holds, or the checks of it that matter have passed already."""
        return proof in self.proofs or (bool(checks) and self.checks.issuperset(checks))


def held_by(tenant: Tenant, trust: Trust, progress: Progress) -> Held:
    """Return what holds of ``tenant``, whose scope is active.

    Args:
        tenant: Whose connection is set up.
        trust: What is trusted by now.
        progress: The last test of who looks, which counts while the settings are those of it.
    """
    states = {
        "saved": trust.is_configured,
        "tested": trust.settings.is_tested,
        "switched_on": tenant.saml_enabled,
        "token": tenant.scim_enabled and BearerToken.objects.filter(revoked=None).exists(),
        "called": Source.objects.filter(last_success_at__isnull=False).exists(),
        "arrived": User.objects.filter(tenant=tenant).exclude(source_ids=[]).exists(),
    }
    attempt = progress.attempt
    counts = attempt is not None and attempt.revision == trust.settings.revision
    passed = {str(line["check"]) for line in progress.trace if line["passed"]} if counts else set()
    return Held(frozenset(key for key, holds in states.items() if holds), frozenset(passed))
