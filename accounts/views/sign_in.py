"""Signing in: the address first, then a password or the tenant's identity provider."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.contrib.auth import authenticate
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from typing_extensions import override

from accounts.addresses import SIGN_ON
from accounts.backends import SignInBackend
from accounts.forms import AddressForm, CompanyForm, PasswordForm
from accounts.signing_in.routing import identity_provider_of
from accounts.signing_in.sign_in import begin_session
from accounts.storage.finding import accounts_of
from accounts.trail.refusals import record_refused_entry
from accounts.views.busy import FormKeptWhenBusy
from accounts.views.landing import landing_path, safe_next, with_next
from accounts.views.whose_brand import remembered_tenant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from accounts.errors import HashingBusyError
    from accounts.models import Tenant, User

CHOICE_KEY: Final = "sign_in_to_choose"
CHOICE_SECONDS: Final = 5 * 60


@method_decorator([never_cache, sensitive_post_parameters("password")], name="dispatch")
class SignInView(FormKeptWhenBusy, View):
    """Ask for the address, then for the password, unless an identity provider takes over."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the first step; with ``?method=password`` both at once."""
        if request.user.is_authenticated:
            return redirect(landing_path(request.user, safe_next(request)))
        if request.GET.get("method") == "password":
            return _password_page(request, PasswordForm())
        return _address_page(request, AddressForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take the address, or address and password."""
        if "password" not in request.POST:
            return self._take_address(request)
        form = PasswordForm(request.POST)
        if not form.is_valid():
            return _password_page(request, form)
        return self._take_password(request, form)

    @override
    def form_again(self, request: HttpRequest, error: HashingBusyError) -> HttpResponse:
        form = PasswordForm(request.POST)
        form.add_error(None, str(error))
        return _password_page(request, form)

    def _take_address(self, request: HttpRequest) -> HttpResponse:
        form = AddressForm(request.POST)
        if not form.is_valid():
            return _address_page(request, form)
        tenant = identity_provider_of(form.cleaned_data["username"])
        if tenant is not None:
            return redirect(with_next(SIGN_ON.path(tenant.slug), safe_next(request)))
        return _password_page(request, PasswordForm(initial=form.cleaned_data))

    def _take_password(self, request: HttpRequest, form: PasswordForm) -> HttpResponse:
        address, password = form.cleaned_data["username"], form.cleaned_data["password"]
        user = authenticate(request, username=address, password=password)
        if user is None:
            return _failure_page(request, form, address)
        accounts = [user, *user.others_with_password]
        allowed = [account for account in accounts if not _refuses_passwords(account)]
        if not allowed:
            _record_refusals(accounts, _("Password sign-in is off: the company enforces SAML."))
            return _refusal_page(request, [account.tenant for account in accounts])
        if len(accounts) == 1:
            return _signed_in(request, user, safe_next(request))
        request.session[CHOICE_KEY] = {
            "accounts": {str(account.pk): account.get_session_auth_hash() for account in accounts},
            "until": time.time() + CHOICE_SECONDS,
            "next": safe_next(request),
        }
        return redirect("sign-in-choose")


@method_decorator(never_cache, name="dispatch")
class ChooseAccountView(View):
    """Let a person whose address and password fit several tenants choose one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List the accounts; those whose tenant enforces SAML lead to its sign-on page."""
        accounts = _accounts_to_choose(request)
        if not accounts:
            return _choice_is_over(request)
        context = {
            "choices": [
                {"account": account, "sign_on_page": _sign_on_page_of(account)}
                for account in accounts
            ]
        }
        return render(request, "accounts/choose.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Sign in to the chosen account."""
        wanted = request.POST.get("account", "")
        for account in _accounts_to_choose(request):
            if str(account.pk) == wanted and not _refuses_passwords(account):
                return _signed_in(request, account, request.session[CHOICE_KEY]["next"])
        return _choice_is_over(request)


@method_decorator(never_cache, name="dispatch")
class CompanySignInView(View):
    """Lead to the sign-on page of a company that the person names."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for the company's short name."""
        return render(request, "accounts/company.html", {"form": CompanyForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Go to that page, whether or not there is such a company."""
        form = CompanyForm(request.POST)
        if not form.is_valid():
            return render(request, "accounts/company.html", {"form": form})
        return redirect(SIGN_ON.path(form.cleaned_data["company"].lower()))


def _address_page(request: HttpRequest, form: AddressForm) -> HttpResponse:
    wanted, known = safe_next(request), remembered_tenant(request)
    sign_on = ""
    if known is not None and known.saml_active:
        sign_on = with_next(SIGN_ON.path(known.slug), wanted)
    context = {"form": form, "next": wanted, "sign_on_page": sign_on}
    return render(request, "accounts/sign_in.html", context)


def _password_page(request: HttpRequest, form: PasswordForm) -> HttpResponse:
    address = str(form["username"].value() or "")
    context = {"form": form, "address": address, "next": safe_next(request)}
    field = "password" if address else "username"
    for name, bound in form.fields.items():
        bound.widget.attrs["autofocus"] = name == field
    return render(request, "accounts/password.html", context)


def _failure_page(request: HttpRequest, form: PasswordForm, address: str) -> HttpResponse:
    """Refuse a wrong password, in words that fit the address's domain and nothing more."""
    _record_refusals(accounts_of(address), _("The password is wrong."))
    tenant = identity_provider_of(address)
    if tenant is not None and tenant.refuses_passwords:
        return _refusal_page(request, [tenant])
    form.add_error(
        None,
        _(
            "The address or the password is not right. Mind capital letters. If your company "
            "signs in through its identity provider, you may have no password here: use your "
            "company's sign-on page."
        ),
    )
    return _password_page(request, form)


def _record_refusals(accounts: Iterable[User], reason: str) -> None:
    for account in accounts:
        record_refused_entry("sign_in.refused", account, reason=reason)


def _refusal_page(request: HttpRequest, tenants: Iterable[Tenant]) -> HttpResponse:
    context: dict[str, Any] = {
        "tenants": [{"name": tenant.name, "url": SIGN_ON.url(tenant.slug)} for tenant in tenants]
    }
    return render(request, "accounts/refused.html", context, status=HTTPStatus.FORBIDDEN)


def _signed_in(request: HttpRequest, user: User, wanted: str) -> HttpResponse:
    begin_session(request=request, user=user, method="password")
    return redirect(landing_path(user, wanted))


def _refuses_passwords(account: User) -> bool:
    return account.tenant is not None and account.tenant.refuses_passwords


def _sign_on_page_of(account: User) -> str:
    return SIGN_ON.url(account.tenant.slug) if _refuses_passwords(account) else ""


def _accounts_to_choose(request: HttpRequest) -> list[User]:
    choice = request.session.get(CHOICE_KEY)
    if not choice or choice["until"] < time.time():
        return []
    backend = SignInBackend()
    found = ((backend.get_user(pk), shown) for pk, shown in choice["accounts"].items())
    return [account for account, shown in found if account and _has_password_of(account, shown)]


def _has_password_of(account: User, shown: str) -> bool:
    """Tell whether ``account`` still has the password that was given before the choice."""
    return constant_time_compare(account.get_session_auth_hash(), shown)


def _choice_is_over(request: HttpRequest) -> HttpResponse:
    request.session.pop(CHOICE_KEY, None)
    messages.warning(request, _("Please sign in again: the choice was not made in time."))
    return redirect("sign-in")
