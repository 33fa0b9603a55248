"""What the forms and buttons of the page showed, to be compared when they come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from accounts.models import AuditEntry
from accounts.posted_forms.shown import Fact, Page, page_of, seal
from accounts.posted_forms.submissions import Submission, require_as_seen
from console.saml_and_scim.forms import RulesForm, SettingsForm, SetUpForm
from saml_sso.models import ServiceProviderKey, SetUpLink
from saml_sso.services.configuration import lock_settings
from saml_sso.trust import load_trust
from scim.models import BearerToken

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from accounts.models import Tenant, User
    from accounts.posted_forms.submissions import Difference
    from saml_sso.trust import Trust

_MOST_ENTRIES: Final = 50


def hold_page(tenant: Tenant) -> Trust:
    """Keep others from changing what the page shows, and return what is trusted by now."""
    lock_settings(tenant)
    tenant.refresh_from_db(from_queryset=type(tenant).objects.select_for_update(no_key=True))
    return load_trust(tenant)


def settings_shown(tenant: Tenant, trust: Trust, admin: User) -> Page:
    """Return what the form of the settings shows."""
    form = SettingsForm(tenant=tenant, row=trust.settings, admin=admin)
    return page_of(form, facts=_certificates(trust))


def set_up_shown(tenant: Tenant, trust: Trust, link: SetUpLink) -> Page:
    """Return what the form behind a set-up link shows."""
    form = SetUpForm(tenant=tenant, row=trust.settings, link=link)
    return page_of(form, facts=_certificates(trust))


def _certificates(trust: Trust) -> dict[str, Fact]:
    fingerprints = sorted(each.fingerprint for each in trust.idp.certificates)
    return {"certificates": Fact(_("Certificates that are trusted"), ", ".join(fingerprints))}


def rules_shown(trust: Trust) -> Page:
    """Return what the form of the rules shows."""
    return page_of(RulesForm(instance=trust.settings))


def settings_about(tenant: Tenant) -> str:
    """Return what the form of the settings is about."""
    return f"saml-and-scim:{tenant.pk}"


def rules_about(tenant: Tenant) -> str:
    """Return what the form of the rules is about."""
    return f"saml-and-scim-rules:{tenant.pk}"


def set_up_about(link: SetUpLink) -> str:
    """Return what the form behind a set-up link is about."""
    return f"set-up:{link.pk}"


def differences_of(tenant: Tenant, submission: Submission) -> list[Difference]:
    """Return what is not as a stale form showed it, and who did it if the trail tells."""
    if submission.shown_at is None:
        return submission.differences()
    entries = AuditEntry.objects.filter(
        target_type="tenant", target_id=str(tenant.pk), at__gte=submission.shown_at
    )
    return submission.differences(entries.exclude(action__endswith=".refused")[:_MOST_ENTRIES])


def _keys() -> Page:
    keys = ServiceProviderKey.objects.order_by("use", "pk").values_list("use", "pk")
    return Page({}, facts={"keys": str(list(keys))})


def tokens_shown() -> Page:
    """Return the SCIM tokens that live: each new one ends them."""
    tokens = BearerToken.objects.filter(revoked=None).order_by("pk").values_list("pk", flat=True)
    return Page({}, facts={"tokens": str(list(tokens))})


def _links() -> Page:
    links = SetUpLink.objects.order_by("pk").values_list("pk", flat=True)
    return Page({}, facts={"links": str(list(links))})


_SHOWN_WITH: Final[dict[str, Callable[[], Page]]] = {
    "make-next-key": _keys,
    "use-next-key": _keys,
    "remove-other-key": _keys,
    "regenerate-token": tokens_shown,
    "make-link": _links,
}
"""What stands beside the buttons that mean something else when it has changed."""

VERSIONED_ACTIONS: Final = frozenset(_SHOWN_WITH)


def versions_of_actions(tenant: Tenant) -> dict[str, str]:
    """Return what each button carries; their names have underscores, as templates need."""
    return {
        action.replace("-", "_"): seal(shown(), _action_about(tenant, action))
        for action, shown in _SHOWN_WITH.items()
    }


def hold_and_compare(request: HttpRequest, tenant: Tenant, action: str) -> None:
    """Hold the settings, and refuse unless what stood beside the button is as it was shown.

    Raises:
        StaleFormError: Somebody has changed it.
    """
    hold_page(tenant)
    require_as_seen(_action_about(tenant, action), request.POST, _SHOWN_WITH[action]())


def _action_about(tenant: Tenant, action: str) -> str:
    return f"saml-and-scim:{tenant.pk}:{action}"
