"""*Advanced settings › Appearance*: give a logo and a colour, look at them, then use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.brands.colours import looks_like_deletion, palette_of
from accounts.brands.shown import brand_of, sheet_address
from accounts.models import Tenant, User
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from accounts.posted_forms.shown import seal
from accounts.posted_forms.submissions import StaleFormError, came_back, require_as_seen
from accounts.services.brands import change_brand
from console.appearance.form import AppearanceForm
from console.appearance.preview import (
    Look,
    drop_wish,
    keep_wish,
    kept_wish,
    present_look,
    shown_with,
)
from console.base.findable import Settings, fields_of, register_settings
from console.base.pages import ConsolePage, register_page

if TYPE_CHECKING:
    from django.http import HttpRequest


def appearance(request: HttpRequest) -> HttpResponse:
    """Show how the tenant looks; take a logo and a colour, to show them first."""
    tenant, now = _tenant_of(request), present_look()
    form = AppearanceForm(initial={"colour": now.colour})
    if request.method == "POST":
        form = AppearanceForm(request.POST, request.FILES)
        if LOOK_AGAIN in request.POST:
            form.add_error(None, str(came_back()))
        if form.is_valid():
            given = form.cleaned_data
            logo = None if given["remove_logo"] else given["logo"] or now.logo
            keep_wish(request, Look(given["colour"], logo))
            return redirect("console:appearance-preview")
    context = {
        "title": _("Appearance"),
        "says": _(
            "Sign-in, account, invitations and mails show your company’s name, logo and colour; "
            "the console shows name and logo only: there a colour means a state."
        ),
        "form": form,
        "look": brand_of(tenant),
    }
    return _page(request, "appearance", context)


def preview(request: HttpRequest) -> HttpResponse:
    """Show what was given in both themes; use it when the person says so."""
    tenant, wish = _tenant_of(request), kept_wish(request)
    if wish is None:
        messages.info(request, _("There is nothing to look at: give a logo or a colour first."))
        return redirect("console:appearance")
    if request.method == "POST":
        try:
            _use(request, tenant, wish)
        except StaleFormError as error:
            messages.error(request, str(error))
            return redirect("console:appearance-preview")
        drop_wish(request)
        messages.success(request, _("Saved. This is how people see your company from now on."))
        return redirect("console:appearance")
    now = present_look()
    context = {
        "title": _("Use this look?"),
        "says": _("Nothing has changed yet."),
        "now": now,
        "wish": wish,
        "is_same": now == wish,
        "palette": palette_of(wish.colour) if wish.colour else None,
        "looks_like_deletion": bool(wish.colour) and looks_like_deletion(wish.colour),
        "sheet": sheet_address(wish.colour) if wish.colour else "",
        "version": seal(shown_with(now, wish), _about(tenant)),
        "name": tenant.name,
    }
    return _page(request, "preview", context)


def picture(request: HttpRequest) -> HttpResponse:
    """Send the logo that waits to be used."""
    wish = kept_wish(request)
    if wish is None or wish.logo is None:
        raise Http404
    return HttpResponse(wish.logo.large, content_type="image/png")


@transaction.atomic
def _use(request: HttpRequest, tenant: Tenant, wish: Look) -> None:
    Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
    require_as_seen(_about(tenant), request.POST, shown_with(present_look(), wish))
    change_brand(tenant=tenant, colour=wish.colour, logo=wish.logo)


def _about(tenant: Tenant) -> str:
    return f"appearance:{tenant.pk}"


def _tenant_of(request: HttpRequest) -> Tenant:
    assert isinstance(request.user, User)  # noqa: S101 - the console let them in
    tenant = request.user.tenant
    assert isinstance(tenant, Tenant)  # noqa: S101 - operators are not let in
    return tenant


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    frame = admin.site.each_context(request)
    return render(request, f"console/appearance/{name}.html", {**frame, **context})


for each in (
    ConsolePage(
        name="appearance",
        route="advanced/appearance/",
        view=appearance,
        label=gettext_lazy("Appearance"),
    ),
    ConsolePage(
        name="appearance-preview",
        route="advanced/appearance/preview/",
        view=preview,
        access="appearance",
    ),
    ConsolePage(
        name="appearance-picture",
        route="advanced/appearance/preview.png",
        view=picture,
        access="appearance",
    ),
):
    register_page(each)
register_settings(Settings(page="appearance", names=fields_of(AppearanceForm)))
