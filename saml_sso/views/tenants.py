"""The tenant of a SAML address comes from the URL, and from nothing else."""

from __future__ import annotations

from contextlib import suppress
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.shortcuts import render

from accounts.tenancy.scoping import tenant_scope
from saml_sso.remembered_trust import TrustChangedError, memory
from saml_sso.trust import find_trust

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from saml_sso.trust import Trust

_P = ParamSpec("_P")


def in_tenant(
    otherwise: Callable[..., HttpResponse],
) -> Callable[
    [Callable[Concatenate[HttpRequest, Trust, _P], HttpResponse]], Callable[..., HttpResponse]
]:
    """Give a view the trust of the tenant that the URL's slug names, with its scope active.

    A tenant that does not exist, and one whose plan does not include SAML, get what ``otherwise``
    returns for the slug.  It must look like what the view returns for a tenant that has not
    switched SAML on: addresses do not tell who is a customer.
    """

    def decorate(
        view: Callable[Concatenate[HttpRequest, Trust, _P], HttpResponse],
    ) -> Callable[..., HttpResponse]:
        @wraps(view)
        def scoped(
            request: HttpRequest, slug: str, *args: _P.args, **kwargs: _P.kwargs
        ) -> HttpResponse:
            trust = find_trust(slug)
            if trust is None or not trust.tenant.includes_saml_and_scim:
                return otherwise(request, slug, *args, **kwargs)
            with tenant_scope(trust.tenant):
                return view(request, trust, *args, **kwargs)

        return scoped

    return decorate


def in_remembered_tenant(
    view: Callable[[HttpRequest, Trust], HttpResponse],
    otherwise: Callable[[HttpRequest, str], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """Give ``view`` what this process remembers of the tenant, and what is so now if it differs.

    ``view`` raises :class:`~saml_sso.remembered_trust.TrustChangedError` before it does anything
    by a trust that is not the tenant's any more; it is called again then.  Otherwise this is
    :func:`in_tenant`.
    """

    @in_tenant(otherwise)
    def anew(request: HttpRequest, trust: Trust) -> HttpResponse:
        memory.remember(trust)
        return view(request, trust)

    @wraps(view)
    def scoped(request: HttpRequest, slug: str) -> HttpResponse:
        trust = memory.recall(slug)
        if trust is not None:
            with suppress(TrustChangedError), tenant_scope(trust.tenant):
                return view(request, trust)
        return anew(request, slug)

    return scoped


def unavailable(request: HttpRequest) -> HttpResponse:
    """Return the page that says there is no SAML sign-on here."""
    return render(request, "saml/unavailable.html", status=HTTPStatus.NOT_FOUND)
