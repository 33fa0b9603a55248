"""What the buttons of the page do at once, without *Save*."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.errors import AccountError
from accounts.identifiers import read_number
from accounts.posted_forms.submissions import Submission, answered
from accounts.secrets.shown_once import show_once
from accounts.trail.refusals import record_refusal
from console.saml_and_scim.attribute_uses import use_attribute
from console.saml_and_scim.forms import LinkForm, RulesForm, SettingsForm
from console.saml_and_scim.once import LINK, TOKEN
from console.saml_and_scim.page import AS_CANDIDATE, admin_of, page, tenant_of
from console.saml_and_scim.parts import SCIM, page_url
from console.saml_and_scim.provisioning import new_token
from console.saml_and_scim.set_up_entry import set_up_url
from console.saml_and_scim.versions import (
    VERSIONED_ACTIONS,
    differences_of,
    hold_and_compare,
    hold_page,
    rules_about,
    rules_shown,
)
from console.sources.forms import RegenerateForm
from saml_sso.errors import SAMLSettingsError, StaleProposalError
from saml_sso.models import SetUpLink, TrustProposal
from saml_sso.services.configuration import remove_certificate
from saml_sso.services.keys import add_next_key, ensure_key, remove_other_key, use_next_key
from saml_sso.services.offers import Course, accept, discard, keep_candidate
from saml_sso.services.refreshing import refresh_metadata
from saml_sso.services.set_up_links import make_set_up_link, revoke_set_up_link
from saml_sso.services.switches import save_choices
from saml_sso.trust import load_trust
from scim.services import said_of_new_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from accounts.models import Tenant

    Action = Callable[[HttpRequest, Tenant], str]

_OF_SCIM: Final = frozenset({"regenerate-token"})
"""The actions whose button stands in the tab of SCIM."""


@require_POST
def act(request: HttpRequest, action: str) -> HttpResponse:
    """Run one action and go back to the page, which says what happened."""
    tenant = tenant_of(request)
    if action not in ACTIONS:
        raise Http404
    if not tenant.includes_saml_and_scim:
        raise PermissionDenied
    try:
        messages.success(request, _done(request, tenant, action))
    except AccountError as error:
        record_refusal("settings.refused", tenant, reason=error, asked_for=action)
        messages.error(request, str(error))
    return redirect(page_url(request, part=SCIM if action in _OF_SCIM else ""))


def _done(request: HttpRequest, tenant: Tenant, action: str) -> str:
    if action not in VERSIONED_ACTIONS:
        return ACTIONS[action](request, tenant)
    with transaction.atomic():
        hold_and_compare(request, tenant, action)
        return ACTIONS[action](request, tenant)


@require_POST
def save_rules(request: HttpRequest) -> HttpResponse:
    """Store the rules of a sign-in."""
    tenant = tenant_of(request)
    if not tenant.includes_saml_and_scim:
        raise PermissionDenied
    return answered(request, lambda: _rules_submitted(request, tenant))


def _rules_submitted(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    trust = load_trust(tenant)
    submission = Submission(rules_about(tenant), request.POST, rules_shown(trust))
    form = RulesForm(submission.data, instance=trust.settings)
    is_valid = form.is_valid()
    if submission.is_stale:
        form.add_error(None, str(submission.refusal))
        if not submission.is_back:
            record_refusal("settings.refused", tenant, reason=submission.refusal)
    if submission.is_stale or not is_valid:
        # The form has written into the row of ``trust`` already.
        stored = load_trust(tenant)
        settings = SettingsForm(tenant=tenant, row=stored.settings, admin=admin_of(request))
        found = differences_of(tenant, submission) if submission.is_stale else []
        return page(request, stored, settings, form, differences=found)
    with transaction.atomic():
        submission.require(rules_shown(hold_page(tenant)))
        save_choices(tenant=tenant, choices=form.choices())
    messages.success(request, _("The rules are saved."))
    return redirect(page_url(request))


def _remove_certificate(request: HttpRequest, tenant: Tenant) -> str:
    remove_certificate(tenant=tenant, fingerprint=request.POST.get("fingerprint", ""))
    return _("The certificate is removed. What it signs is refused from now on.")


def _make_next_key(request: HttpRequest, tenant: Tenant) -> str:
    if load_trust(tenant).sp.key_pairs:
        add_next_key(tenant=tenant)
        return _("The next key is made. Let your identity provider read our metadata again.")
    ensure_key(tenant=tenant)
    return _("The key is made. Its certificate is in our metadata.")


def _use_next_key(request: HttpRequest, tenant: Tenant) -> str:
    use_next_key(tenant=tenant)
    return _("The next key signs from now on. The one before still decrypts.")


def _remove_other_key(request: HttpRequest, tenant: Tenant) -> str:
    remove_other_key(tenant=tenant)
    return _("Only the current key is left.")


def _regenerate_token(request: HttpRequest, tenant: Tenant) -> str:
    form = RegenerateForm(request.POST)
    if not form.is_valid():
        raise Http404
    made = new_token(tenant, expires=form.expires())
    show_once(request, TOKEN, made.secret)
    return said_of_new_token(made.replaced)


def _refresh_metadata(request: HttpRequest, tenant: Tenant) -> str:
    result = refresh_metadata(tenant=tenant)
    if result is None or result.problem:
        raise SAMLSettingsError(result.problem if result else _("There is no metadata URL."))
    count = len(result.changes)
    changed = ngettext("%(n)s value changed.", "%(n)s values changed.", count) % {"n": count}
    return changed if count else _("The metadata is as before.")


def _accept_proposal(request: HttpRequest, tenant: Tenant) -> str:
    course = accept(tenant=tenant, proposal=_proposal(request), seen=_stamp(request))
    if course is Course.CANDIDATE:
        return str(AS_CANDIDATE)
    return _("It is trusted from now on.")


def _keep_candidate(request: HttpRequest, tenant: Tenant) -> str:
    keep_candidate(tenant=tenant, proposal=_proposal(request), seen=_stamp(request))
    return _("The candidate stands. Test it: when the test has passed, it takes over.")


def _discard_proposal(request: HttpRequest, tenant: Tenant) -> str:
    discard(tenant=tenant, proposal=_proposal(request))
    return _("It is discarded. What is trusted stays as it is.")


def _proposal(request: HttpRequest) -> TrustProposal:
    number = read_number(request.POST.get("proposal", "")) or 0
    found = TrustProposal.objects.filter(pk=number).first()
    if found is None:
        raise StaleProposalError(
            _("It is not here any more: somebody has decided about it, or it was replaced.")
        )
    return found


def _stamp(request: HttpRequest) -> str:
    return request.POST.get("stamp", "")


def _map_attribute(request: HttpRequest, tenant: Tenant) -> str:
    given = request.POST
    return use_attribute(
        tenant=tenant, use=given.get("use", ""), attribute=given.get("attribute", "")
    )


def _make_link(request: HttpRequest, tenant: Tenant) -> str:
    form = LinkForm(request.POST)
    if not form.is_valid():
        raise Http404
    wanted = form.cleaned_data
    secret = make_set_up_link(tenant=tenant, purpose=wanted["purpose"], days=wanted["days"])
    show_once(request, LINK, set_up_url(tenant, secret))
    return _("The set-up link is made. It is shown below, this once.")


def _revoke_link(request: HttpRequest, tenant: Tenant) -> str:
    link = get_object_or_404(SetUpLink, pk=read_number(request.POST.get("link", "")) or 0)
    revoke_set_up_link(link=link)
    return _("The link no longer works.")


ACTIONS: Final[dict[str, Action]] = {
    "remove-certificate": _remove_certificate,
    "make-next-key": _make_next_key,
    "use-next-key": _use_next_key,
    "remove-other-key": _remove_other_key,
    "regenerate-token": _regenerate_token,
    "refresh-metadata": _refresh_metadata,
    "accept-proposal": _accept_proposal,
    "discard-proposal": _discard_proposal,
    "keep-candidate": _keep_candidate,
    "map-attribute": _map_attribute,
    "make-link": _make_link,
    "revoke-link": _revoke_link,
}
"""What each button does, by the end of its address."""
