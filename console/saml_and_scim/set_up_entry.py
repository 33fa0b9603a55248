"""Letting the holder of a set-up link in, to what the link is for and nothing else."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.models import Tenant
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from accounts.views.whose_brand import show_brand_of_link
from saml_sso.services.set_up_links import note_dead_link, open_set_up_link

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from saml_sso.models import SetUpLink

_P = ParamSpec("_P")


def set_up_url(tenant: Tenant, secret: str) -> str:
    """Return the address to give to the colleague."""
    return settings.BASE_URL + set_up_path(tenant.slug, secret)


def set_up_path(slug: str, secret: str) -> str:
    """Return the path of the page behind the link."""
    return reverse("set-up", args=[slug, secret])


def through_link(
    view: Callable[Concatenate[HttpRequest, Tenant, SetUpLink, _P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Give ``view`` the tenant and the link that the URL names, and let the link be who acts.

    A link that works no more, and one that never was, answer 404 with the same page.
    """

    @wraps(view)
    @never_cache
    def entered(
        request: HttpRequest, slug: str, secret: str, *args: _P.args, **kwargs: _P.kwargs
    ) -> HttpResponse:
        tenant = Tenant.objects.filter(slug=slug).first()
        if tenant is None or not tenant.includes_saml_and_scim:
            return link_is_over(request)
        with tenant_scope(tenant), audit.acting_as(f"set-up link of {tenant.slug}"):
            link = open_set_up_link(secret=secret)
            if link is None:
                note_dead_link(secret=secret)
                return link_is_over(request)
            show_brand_of_link(request, tenant)
            with audit.acting_as(link.actor):
                return view(request, tenant, link, *args, **kwargs)

    return entered


def link_is_over(request: HttpRequest) -> HttpResponse:
    """Return the page for a link that opens nothing."""
    return render(request, "console/saml_and_scim/set_up_over.html", status=HTTPStatus.NOT_FOUND)
