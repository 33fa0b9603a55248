"""The page behind a set-up link: for a colleague in IT who has no account here.

It can do what the link is for and nothing else: there is no session, no navigation, and nothing
of the tenant but what an identity provider must know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import AccountError
from accounts.posted_forms.shown import seal
from accounts.posted_forms.submissions import (
    StaleFormError,
    Submission,
    answered,
    require_as_seen,
)
from accounts.secrets.shown_once import show_once, take
from accounts.services.notices import notify_admins
from accounts.trail.refusals import record_refusal
from console.saml_and_scim.changes import changes_by
from console.saml_and_scim.forms import SetUpForm
from console.saml_and_scim.guides.showing import behind_link, guide_context, with_guide
from console.saml_and_scim.progress import progress_of
from console.saml_and_scim.provisioning import new_token, scim_context
from console.saml_and_scim.set_up_entry import through_link
from console.saml_and_scim.set_up_trial import latest_test
from console.saml_and_scim.status import certificate_states, state_of
from console.saml_and_scim.versions import hold_page, set_up_about, set_up_shown, tokens_shown
from saml_sso.addresses import logout_url, metadata_url, sign_on_page_url
from saml_sso.models import TrustProposal
from saml_sso.services.announcing import announcing
from saml_sso.services.letters import token_was_made
from saml_sso.services.offers import Course, offer
from saml_sso.services.readings import wish_of
from saml_sso.services.set_up_links import may_switch_on, switch_saml_on
from saml_sso.trust import load_trust
from saml_sso.wishes import Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest, HttpResponse

    from accounts.models import Tenant
    from accounts.posted_forms.submissions import Difference
    from saml_sso.models import SetUpLink


@require_http_methods(["GET", "POST"])
@through_link
def set_up(request: HttpRequest, tenant: Tenant, link: SetUpLink) -> HttpResponse:
    """Show what the link is for; on *Save* store what was given; do what a button says."""
    if request.method != "POST":
        row = load_trust(tenant).settings
        return _page(request, tenant, link, SetUpForm(tenant=tenant, row=row, link=link))
    if "make_token" in request.POST:
        return _at_once(request, tenant, _make_token, link, allowed=link.allows_scim)
    if "switch_on" in request.POST:
        return _at_once(request, tenant, _switch_on, link, allowed=link.allows_saml)
    return answered(request, lambda: _save(request, tenant, link))


def _save(request: HttpRequest, tenant: Tenant, link: SetUpLink) -> HttpResponse:
    trust = load_trust(tenant)
    shown = set_up_shown(tenant, trust, link)
    submission = Submission(set_up_about(link), request.POST, shown, request.FILES)
    given = (submission.data, request.FILES)
    form = SetUpForm(*given, tenant=tenant, row=trust.settings, link=link)
    is_valid = form.is_valid()
    if "preview" in request.POST:
        return _page(request, tenant, link, form)
    if submission.is_stale:
        form.add_error(None, str(submission.refusal))
        record_refusal("settings.refused", tenant, reason=submission.refusal)
        return _page(request, tenant, link, form, submission.differences())
    course = _saved(tenant, link, form, submission) if is_valid else None
    if course is None:
        return _page(request, tenant, link, form)
    for warning in form.reading.warnings:
        messages.warning(request, warning)
    messages.success(request, _said(course, link))
    return redirect(with_guide(request, request.path))


def _saved(
    tenant: Tenant, link: SetUpLink, form: SetUpForm, submission: Submission
) -> Course | None:
    """Return what became of what was given, or nothing if the form says what is wrong with it.

    Raises:
        StaleFormError: Somebody has changed what the form shows since it was compared.
    """
    if not form.reading and not link.allows_saml:
        form.add_error(None, _("Choose the new certificate first."))
        return None
    try:
        with announcing(tenant):
            submission.require(set_up_shown(tenant, hold_page(tenant), link))
            return offer(tenant=tenant, wish=_wish(tenant, link, form), link=link)
    except StaleFormError:
        raise
    except AccountError as error:
        record_refusal("settings.refused", tenant, reason=error)
        form.add_error(None, str(error))
        return None


def _wish(tenant: Tenant, link: SetUpLink, form: SetUpForm) -> Wish:
    if link.allows_saml:
        entity_id, sso_url = form.details()
        return wish_of(tenant=tenant, reading=form.reading, entity_id=entity_id, sso_url=sso_url)
    file = form.reading.certificate_file
    return Wish(certificates=file.certificates if file is not None else ())


def _said(course: Course, link: SetUpLink) -> str:
    if course is Course.WAITS:
        return _(
            "It is kept, and waits for a system admin, who has been told and sees the difference. "
            "Until it is accepted, nothing changes."
        )
    if course is Course.NOTHING:
        return _("That is saved already.")
    return _("It is saved. Now make a test sign-in.") if link.allows_saml else _("It is saved.")


def _at_once(
    request: HttpRequest,
    tenant: Tenant,
    action: Callable[[HttpRequest, Tenant, SetUpLink], None],
    link: SetUpLink,
    *,
    allowed: bool,
) -> HttpResponse:
    """Do what a button says, if the link is for that, and go back to the page."""
    if not allowed:
        reason = _("The link is not for that.")
        record_refusal("set_up_link.refused", link, reason=reason, purpose=link.purpose)
        raise PermissionDenied
    try:
        action(request, tenant, link)
    except AccountError as error:
        record_refusal("settings.refused", tenant, reason=error)
        messages.error(request, str(error))
    return redirect(with_guide(request, request.path))


@transaction.atomic
def _make_token(request: HttpRequest, tenant: Tenant, link: SetUpLink) -> None:
    """Make a token, unless there is another by now than the page showed: that one would end."""
    hold_page(tenant)
    require_as_seen(_token_about(link), request.POST, tokens_shown())
    show_once(request, _place_of(link), new_token(tenant).secret)
    notify_admins(tenant=tenant, letter=token_was_made(tenant))


def _switch_on(request: HttpRequest, tenant: Tenant, link: SetUpLink) -> None:
    switch_saml_on(tenant=tenant, link=link)
    messages.success(request, _("SAML sign-on is on. People can sign in with it from now on."))


def _place_of(link: SetUpLink) -> str:
    """Return the name under which a new token waits to be shown to the holder of ``link``."""
    return f"shown_once_token_of_link_{link.pk}"


def _token_about(link: SetUpLink) -> str:
    return f"{set_up_about(link)}:token"


def _page(
    request: HttpRequest,
    tenant: Tenant,
    link: SetUpLink,
    form: SetUpForm,
    differences: Sequence[Difference] = (),
) -> HttpResponse:
    trust = load_trust(tenant)
    certificates = certificate_states(trust.idp.certificates, timezone.now())
    text, kind = state_of(tenant, trust)
    progress = progress_of(latest_test(request, link))
    context = {
        "tenant": tenant,
        "link": link,
        "form": form,
        "version": seal(set_up_shown(tenant, trust, link), set_up_about(link)),
        "token_version": seal(tokens_shown(), _token_about(link)),
        "differences": differences,
        "trust": trust,
        "state": {"text": text, "kind": kind},
        "first_to_expire": max(certificates, key=lambda state: state.days_left, default=None),
        "changes": changes_by(form, trust),
        "waits": TrustProposal.objects.filter(link=link).exists(),
        "progress": progress,
        "may_switch_on": may_switch_on(link=link),
        "new_token": take(request, _place_of(link)),
        "sign_on_page_url": sign_on_page_url(tenant),
        "metadata_url": metadata_url(tenant),
        "logout_url": logout_url(tenant),
        **scim_context(tenant),
        **guide_context(request, tenant, trust, progress, behind_link()),
    }
    return render(request, "console/saml_and_scim/set_up.html", context)
