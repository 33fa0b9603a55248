"""Asking somebody who is signed in to show once more who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from typing_extensions import override

from accounts.addresses import SIGN_ON
from accounts.forms import ConfirmationForm
from accounts.models import User
from accounts.signing_in.fresh_sign_in import FRESH, FRESH_MINUTES, note_password
from accounts.signing_in.password_reset import may_reset
from accounts.trail.refusals import record_refused_entry
from accounts.views.busy import FormKeptWhenBusy
from accounts.views.landing import landing_path, safe_next

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.errors import HashingBusyError


@method_decorator([never_cache, login_required, sensitive_post_parameters()], name="dispatch")
class ConfirmationView(FormKeptWhenBusy, View):
    """Ask for the password; without one, lead to the identity provider."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the ways that the person has."""
        return _page(request, _person(request), ConfirmationForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take the password, and go on to where the person wanted to be."""
        user = _person(request)
        if not may_reset(user):
            raise PermissionDenied
        form = ConfirmationForm(request.POST)
        if form.is_valid():
            password = form.cleaned_data["password"]
            found = authenticate(request, username=user.user_name, password=password)
            if isinstance(found, User) and user in {found, *found.others_with_password}:
                note_password(request)
                return redirect(landing_path(user, safe_next(request)))
            reason = _("The password is wrong.")
            record_refused_entry("confirmation.refused", user, reason=reason, actor=user.user_name)
            form.add_error("password", reason)
        return _page(request, user, form)

    @override
    def form_again(self, request: HttpRequest, error: HashingBusyError) -> HttpResponse:
        form = ConfirmationForm(request.POST)
        form.add_error(None, str(error))
        return _page(request, _person(request), form)


def _person(request: HttpRequest) -> User:
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def _page(request: HttpRequest, user: User, form: ConfirmationForm) -> HttpResponse:
    wanted = safe_next(request)
    uses_saml = user.tenant is not None and user.tenant.saml_active
    question = urlencode({"next": wanted, FRESH: 1})
    sign_on = f"{SIGN_ON.path(user.tenant.slug)}?{question}" if uses_saml else ""
    context = {
        "form": form if may_reset(user) else None,
        "next": wanted,
        "sign_on_page": sign_on,
        "minutes": FRESH_MINUTES,
    }
    return render(request, "accounts/confirmation.html", context)
