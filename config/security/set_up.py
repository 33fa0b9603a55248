"""The page behind a set-up link: for a colleague in IT who has no account here.

It can do what the link is for and nothing else: there is no session, no navigation, and nothing
of the tenant but what an identity provider must know.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.console.shown_once import show_once, take
from accounts.errors import AccountError
from accounts.models import Tenant
from accounts.refusals import record_refusal
from accounts.scoping import tenant_scope
from config.security.forms import SetUpForm
from config.security.provisioning import new_token, scim_context
from config.security.vendors import VENDORS
from saml_sso.addresses import logout_url, metadata_url, sign_on_page_url
from saml_sso.services.configuration import add_certificates
from saml_sso.services.readings import save_reading
from saml_sso.services.set_up_links import note_dead_link, open_set_up_link
from saml_sso.trust import load_trust

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from saml_sso.models import SetUpLink


def set_up_url(tenant: Tenant, secret: str) -> str:
    """Return the address to give to the colleague."""
    return f"{settings.BASE_URL}{reverse('set-up', args=[tenant.slug, secret])}"


@never_cache
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest, slug: str, secret: str) -> HttpResponse:
    """Show what the link is for; on *Save* store what was given; on request make a token."""
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None or not tenant.includes_saml_and_scim:
        return render(request, "security/set_up_over.html", status=HTTPStatus.NOT_FOUND)
    with tenant_scope(tenant), audit.acting_as(f"set-up link of {tenant.slug}"):
        link = open_set_up_link(secret=secret)
        if link is None:
            note_dead_link(secret=secret)
            return render(request, "security/set_up_over.html", status=HTTPStatus.NOT_FOUND)
        with audit.acting_as(f"set-up link {link.pk} made by {link.made_by}"):
            return _answer(request, tenant, link)


def _answer(request: HttpRequest, tenant: Tenant, link: SetUpLink) -> HttpResponse:
    row = load_trust(tenant).settings
    if request.method != "POST":
        return _page(request, tenant, link, SetUpForm(tenant=tenant, row=row, link=link))
    if "make_token" in request.POST:
        return _made_token(request, tenant, link)
    form = SetUpForm(request.POST, request.FILES, tenant=tenant, row=row, link=link)
    if form.is_valid() and "preview" not in request.POST and _saved(tenant, link, form):
        messages.success(request, _("It is saved. A system admin tests it and switches it on."))
        return redirect(request.path)
    return _page(request, tenant, link, form)


def _saved(tenant: Tenant, link: SetUpLink, form: SetUpForm) -> bool:
    if not form.reading and not link.allows_saml:
        form.add_error(None, _("Choose the new certificate first."))
        return False
    entity_id, sso_url = form.details()
    try:
        with transaction.atomic():
            if link.allows_saml:
                save_reading(
                    tenant=tenant, reading=form.reading, entity_id=entity_id, sso_url=sso_url
                )
            elif link.allows_certificate and form.reading.certificate_file is not None:
                found = form.reading.certificate_file.certificates
                add_certificates(tenant=tenant, certificates=found)
    except AccountError as error:
        record_refusal("settings.refused", tenant, reason=error)
        form.add_error(None, str(error))
        return False
    return True


def _made_token(request: HttpRequest, tenant: Tenant, link: SetUpLink) -> HttpResponse:
    form = SetUpForm(tenant=tenant, row=load_trust(tenant).settings, link=link)
    if not link.allows_scim:
        return _page(request, tenant, link, form)
    try:
        token = new_token(tenant)
    except AccountError as error:
        record_refusal("settings.refused", tenant, reason=error)
        messages.error(request, str(error))
        return redirect(request.path)
    show_once(request, _place_of(link), token)
    return redirect(request.path)


def _place_of(link: SetUpLink) -> str:
    """Return the name under which a new token waits to be shown to the holder of ``link``."""
    return f"shown_once_token_of_link_{link.pk}"


def _page(request: HttpRequest, tenant: Tenant, link: SetUpLink, form: SetUpForm) -> HttpResponse:
    context = {
        "tenant": tenant,
        "link": link,
        "form": form,
        "trust": load_trust(tenant),
        "new_token": take(request, _place_of(link)),
        "vendors": VENDORS,
        "sign_on_page_url": sign_on_page_url(tenant),
        "metadata_url": metadata_url(tenant),
        "logout_url": logout_url(tenant),
        **scim_context(tenant),
    }
    return render(request, "security/set_up.html", context)
