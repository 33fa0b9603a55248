"""*Test sign-in* for the holder of a set-up link, who sees their own tests and nothing else.

Which tests are theirs is remembered in the session of their browser, beside the link's secret:
the response comes back to an address that does not hold it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.secrets.encryption import SealError, seal, unseal
from accounts.secrets.secrets_digest import digest_of
from accounts.trail import audit
from console.saml_and_scim.attribute_uses import (
    ATTRIBUTE_USES,
    masked_attributes,
    shown_attributes,
    use_attribute,
)
from console.saml_and_scim.progress import is_fresh, progress_of, progress_response
from console.saml_and_scim.set_up_entry import link_is_over, set_up_path, through_link
from saml_sso.models import PendingRequest
from saml_sso.services.requests import (
    LIFETIME,
    Purpose,
    Tester,
    begin_request,
    open_requests,
)
from saml_sso.trust import load_trust
from saml_sso.views.browser import remember, secret_of_browser, send_away

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import Tenant
    from saml_sso.models import SetUpLink

TESTS_KEY: Final = "tests_of_set_up_links"
_MOST_TESTS: Final = 5
_PURPOSE: Final = "config: the secret of a set-up link, beside its tests"


@require_POST
@through_link
def begin_test(request: HttpRequest, tenant: Tenant, link: SetUpLink) -> HttpResponse:
    """Send the colleague to the identity provider, or ask them to start there themselves."""
    _require_saml(link)
    path = set_up_path(tenant.slug, _secret(request))
    if not load_trust(tenant).is_configured:
        messages.error(request, _("First save what your identity provider gave you."))
        return redirect(path)
    cookie = secret_of_browser(request)
    browser = digest_of(cookie)
    outgoing = begin_request(
        tenant=tenant, browser=browser, purpose=Purpose.TEST, tester=Tester(link=link)
    )
    test = open_requests(browser).filter(purpose=Purpose.TEST, link=link).latest("issued_at")
    _remember_test(request, test)
    audit.record("set_up_link.test_begun", link)
    if outgoing is not None:
        response = send_away(request, outgoing)
    else:
        minutes = int(LIFETIME.total_seconds() // 60)
        context = {"minutes": minutes, "back": path}
        response = render(request, "console/saml_and_scim/set_up_test_at_idp.html", context)
    remember(response, cookie)
    return response


@require_safe
@through_link
def follow_test(request: HttpRequest, tenant: Tenant, link: SetUpLink) -> HttpResponse:
    """Say how far the latest test is that this browser began through the link."""
    _require_saml(link)
    go_on = f"{set_up_path(tenant.slug, _secret(request))}?tested#switch-on"
    return progress_response(request, latest_test(request, link), go_on)


@require_http_methods(["GET", "HEAD", "POST"])
def tested(request: HttpRequest, slug: str, test: str) -> HttpResponse:
    """Show the trace of a test of this browser; on POST use an attribute that came in it."""
    sealed = request.session.get(TESTS_KEY, {}).get(test, "")
    try:
        secret = unseal(sealed.encode(), _PURPOSE) if sealed else ""
    except SealError:
        secret = ""
    if not secret:
        return link_is_over(request)
    return _tested(request, slug, secret, test, set_up_path(slug, secret))


@through_link
def _tested(
    request: HttpRequest, tenant: Tenant, link: SetUpLink, test: str, back: str
) -> HttpResponse:
    _require_saml(link)
    progress = progress_of(PendingRequest.objects.filter(pk=test, link=link).first())
    if progress.attempt is None:
        return link_is_over(request)
    attributes = masked_attributes(progress.attempt)
    if request.method == "POST":
        attribute = request.POST.get("attribute", "")
        if attribute not in dict(attributes):
            raise Http404
        use = request.POST.get("use", "")
        said = use_attribute(tenant=tenant, use=use, attribute=attribute, link=link)
        messages.success(request, said)
        return redirect(back)
    context = {
        "progress": progress,
        "is_fresh": is_fresh(progress.attempt),
        "attributes": shown_attributes(attributes),
        "uses": ATTRIBUTE_USES,
        "back": back,
    }
    return render(request, "console/saml_and_scim/set_up_tested.html", context)


def latest_test(request: HttpRequest, link: SetUpLink) -> PendingRequest | None:
    """Return the test that this browser began last through ``link``, unless it is forgotten."""
    mine = list(request.session.get(TESTS_KEY, {}))
    tests = PendingRequest.objects.filter(pk__in=mine, link=link) if mine else None
    return tests.order_by("-issued_at").first() if tests is not None else None


def _remember_test(request: HttpRequest, test: PendingRequest) -> None:
    """Keep in the session that ``test`` is this browser's, and the secret to go back with."""
    kept = [*request.session.get(TESTS_KEY, {}).items()][1 - _MOST_TESTS :]
    sealed = seal(_secret(request), _PURPOSE).decode("ascii")
    request.session[TESTS_KEY] = {**dict(kept), test.pk: sealed}


def _secret(request: HttpRequest) -> str:
    match = request.resolver_match
    assert match is not None  # noqa: S101 - a view runs
    return str(match.kwargs["secret"])


def _require_saml(link: SetUpLink) -> None:
    if not link.allows_saml:
        raise PermissionDenied
