"""The page itself: show it, preview what was uploaded, save."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from accounts.errors import AccountError
from accounts.models import Tenant, User
from accounts.posted_forms.shown import seal
from accounts.posted_forms.submissions import StaleFormError, Submission, answered
from accounts.secrets.shown_once import show_once, take
from accounts.services.expiry import warnings
from accounts.signing_in.recovery import count_recovery_codes
from accounts.trail.refusals import record_refusal
from console.base.of_person import with_people
from console.saml_and_scim.changes import changes_by, would_be_candidate
from console.saml_and_scim.forms import LinkForm, RulesForm, SettingsForm
from console.saml_and_scim.guides.showing import guide_context, in_console
from console.saml_and_scim.once import LINK, TOKEN
from console.saml_and_scim.parts import SCIM, opens_scim, page_url
from console.saml_and_scim.progress import latest_test_of, progress_of
from console.saml_and_scim.proposals import shown_proposals
from console.saml_and_scim.provisioning import scim_context
from console.saml_and_scim.saving import field_of, store
from console.saml_and_scim.status import status_of
from console.saml_and_scim.versions import (
    differences_of,
    hold_page,
    rules_about,
    rules_shown,
    settings_about,
    settings_shown,
    versions_of_actions,
)
from console.sources.forms import RegenerateForm
from saml_sso.addresses import logout_url, metadata_url, sign_on_page_url
from saml_sso.models import ServiceProviderKey, SetUpLink
from saml_sso.protocol.certificates import describe_certificate
from saml_sso.services.announcing import announcing
from saml_sso.services.attempts import kept_attempts, noted_strangers
from saml_sso.services.offers import Course
from saml_sso.trust import load_trust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from accounts.posted_forms.submissions import Difference
    from saml_sso.trust import Trust

SHOWN_ATTEMPTS = 5
AS_CANDIDATE = gettext_lazy(
    "What would replace your identity provider stands beside it as a candidate. It signs nobody "
    "in. Test it: when the test has passed, it takes over, and you stay signed in."
)


def admin_of(request: HttpRequest) -> User:
    """Return the signed-in admin."""
    assert isinstance(request.user, User)  # noqa: S101 - the console let them in
    return request.user


def tenant_of(request: HttpRequest) -> Tenant:
    """Return the tenant whose page this is: the signed-in admin's."""
    tenant = admin_of(request).tenant
    assert isinstance(tenant, Tenant)  # noqa: S101 - operators are not let in
    return tenant


@never_cache
def saml_and_scim(request: HttpRequest) -> HttpResponse:
    """Show the page; on *Save* store what was given; on *Preview* show what it says."""
    tenant = tenant_of(request)
    if not tenant.includes_saml_and_scim:
        return render(request, "console/saml_and_scim/plan.html", frame(request, tenant))
    if request.method == "POST":
        return answered(request, lambda: _submitted(request, tenant))
    trust = load_trust(tenant)
    form = SettingsForm(tenant=tenant, row=trust.settings, admin=admin_of(request))
    return page(request, trust, form)


def _submitted(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    tenant.refresh_from_db()
    trust, admin = load_trust(tenant), admin_of(request)
    now = settings_shown(tenant, trust, admin)
    submission = Submission(settings_about(tenant), request.POST, now, request.FILES)
    given = (submission.data, request.FILES)
    form = SettingsForm(*given, tenant=tenant, row=trust.settings, admin=admin)
    is_valid = form.is_valid()
    is_preview = "preview" in request.POST
    if submission.is_stale and not is_preview:
        form.add_error(None, str(submission.refusal))
        if not submission.is_back:
            record_refusal("settings.refused", tenant, reason=submission.refusal)
    elif is_valid and not is_preview:
        saved = _saved(request, tenant, form, submission)
        if saved is not None:
            return saved
    found = differences_of(tenant, submission) if submission.is_stale else []
    return page(request, trust, form, differences=found)


def page(
    request: HttpRequest,
    trust: Trust,
    form: SettingsForm,
    rules: RulesForm | None = None,
    differences: Sequence[Difference] = (),
) -> HttpResponse:
    """Return the page with ``form`` or ``rules``, which may hold errors or a preview.

    ``differences`` are what the one of them that was sent showed otherwise.
    """
    tenant = tenant_of(request)
    keys = ServiceProviderKey.objects.order_by("use")
    proposals, changes = shown_proposals(trust), changes_by(form, trust)
    progress = progress_of(latest_test_of(admin_of(request)))
    context = {
        **frame(request, tenant),
        "next": _next_of(trust, form, changes, proposals),
        "trust": trust,
        "form": form,
        "opens_scim": opens_scim(request, form),
        "version": seal(settings_shown(tenant, trust, admin_of(request)), settings_about(tenant)),
        "rules_version": seal(rules_shown(trust), rules_about(tenant)),
        "versions": versions_of_actions(tenant),
        "differences": differences,
        "codes_left": count_recovery_codes(user=admin_of(request)),
        "rules": rules or RulesForm(instance=trust.settings),
        "status": status_of(tenant, trust),
        "endings": warnings(tenant=tenant),
        "regenerating": RegenerateForm(),
        "sign_on_page_url": sign_on_page_url(tenant),
        "metadata_url": metadata_url(tenant),
        "logout_url": logout_url(tenant),
        "changes": changes,
        "would_be_candidate": would_be_candidate(form, trust),
        "proposals": proposals,
        "keys": [(key, describe_certificate(key.certificate)) for key in keys],
        "progress": progress,
        "attempts": with_people(request, kept_attempts()[:SHOWN_ATTEMPTS], attrgetter("user_id")),
        "strangers": noted_strangers()[:SHOWN_ATTEMPTS],
        "links": SetUpLink.objects.all()[:10],
        "link_form": LinkForm(),
        "new_link": take(request, LINK),
        "new_token": take(request, TOKEN),
        **scim_context(tenant),
        **guide_context(request, tenant, trust, progress, in_console()),
    }
    return render(request, "console/saml_and_scim/page.html", context)


def _next_of(
    trust: Trust, form: SettingsForm, changes: Sequence[object], proposals: Sequence[object]
) -> str:
    """Return the most probable next step, whose button is the page's main one."""
    if form.offers_choice or (changes and not form.errors):
        return "preview"
    if proposals:
        return "proposal"
    return "test" if trust.is_configured and not trust.settings.is_tested else "save"


def frame(request: HttpRequest, tenant: Tenant) -> dict[str, Any]:
    """Return what every page of this section hands to its template."""
    return {**admin.site.each_context(request), "title": _("SAML & SCIM"), "tenant": tenant}


def _saved(
    request: HttpRequest, tenant: Tenant, form: SettingsForm, submission: Submission
) -> HttpResponse | None:
    """Store everything or nothing; a refusal goes to the field it concerns.

    Returns:
        The way back to the tab that *Save* was pressed in, or to a new token; nothing if it was
        refused.

    Raises:
        StaleFormError: Somebody has changed what the form shows since it was compared.
    """
    try:
        with announcing(tenant):
            submission.require(settings_shown(tenant, hold_page(tenant), admin_of(request)))
            course, token = store(tenant, form, admin_of(request))
    except StaleFormError:
        raise
    except AccountError as error:
        form.add_error(field_of(error), str(error))
        tenant.refresh_from_db()
        record_refusal("settings.refused", tenant, reason=error)
        return None
    if token:
        show_once(request, TOKEN, token)
    for warning in form.reading.warnings:
        messages.warning(request, warning)
    messages.success(request, _("The settings are saved."))
    if course is Course.CANDIDATE:
        messages.warning(request, AS_CANDIDATE)
    return redirect(page_url(request, part=SCIM if token or opens_scim(request, form) else ""))
