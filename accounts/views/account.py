"""A person's own page: profile, role, access profiles, licences, sessions, password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe
from typing_extensions import override

from accounts.account_page import sections_of
from accounts.forms import ChangedPasswordForm
from accounts.models import AccessProfile, Session, User
from accounts.requests.callers import name_caller
from accounts.services.users import set_password
from accounts.signing_in.own_sessions import end_other_sessions, end_session, list_sessions
from accounts.signing_in.recovery import count_recovery_codes
from accounts.signing_in.sessions import stored_key
from accounts.signing_in.sign_in import begin_session, scope_of
from accounts.trail import audit
from accounts.views.busy import FormKeptWhenBusy

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.errors import HashingBusyError


@never_cache
@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show the signed-in person what Gatehouse knows of them."""
    user = _signed_in_user(request)
    with scope_of(user):
        context: dict[str, Any] = {
            "person": user,
            "sessions": list_sessions(user=user, current_key=request.session.session_key),
            "may_change_password": _may_change_password(user),
        }
        if user.tenant:
            context["profiles"] = _profiles_of(user)
            context["sections"] = sections_of(user)
            context["codes_left"] = count_recovery_codes(user=user) if user.is_admin else 0
        return render(request, "accounts/account.html", context)


@never_cache
@login_required
@require_POST
def end_one_session(request: HttpRequest, reference: str) -> HttpResponse:
    """End one of the person's sessions."""
    user = _signed_in_user(request)
    with scope_of(user), audit.acting_as(user.user_name):
        ended = end_session(user=user, reference=reference)
    if ended:
        messages.success(request, _("The session has ended."))
    else:
        messages.info(request, _("That session was over already."))
    return redirect("account")


@never_cache
@login_required
@require_POST
def end_sessions_elsewhere(request: HttpRequest) -> HttpResponse:
    """End all of the person's sessions but this one."""
    user = _signed_in_user(request)
    with scope_of(user), audit.acting_as(user.user_name):
        ended = end_other_sessions(user=user, current_key=request.session.session_key)
    messages.success(
        request,
        ngettext("%(n)s other session has ended.", "%(n)s other sessions have ended.", ended)
        % {"n": ended},
    )
    return redirect("account")


@method_decorator([never_cache, login_required, sensitive_post_parameters()], name="dispatch")
class ChangePasswordView(FormKeptWhenBusy, View):
    """Change one's own password, where passwords are allowed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for the old password and a new one."""
        user = _user_with_password(request)
        return render(request, "accounts/change_password.html", {"form": _change_form(user)})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store the new password, end the other sessions and stay signed in here."""
        user = _user_with_password(request)
        form = _change_form(user, request.POST)
        with scope_of(user), audit.acting_as(user.user_name):
            if not form.is_valid():
                return render(request, "accounts/change_password.html", {"form": form})
            method = _method_of(request)
            set_password(user=user, password=form.cleaned_data["new_password1"])
        begin_session(request=request, user=user, method=method)
        messages.success(request, _("Your password is changed. Other sessions have ended."))
        return redirect("account")

    @override
    def form_again(self, request: HttpRequest, error: HashingBusyError) -> HttpResponse:
        messages.warning(request, str(error))
        return self.get(request)


def _signed_in_user(request: HttpRequest) -> User:
    user = request.user
    if not user.is_authenticated:
        raise PermissionDenied
    name_caller(request, user.tenant_id)
    return user


def _user_with_password(request: HttpRequest) -> User:
    user = _signed_in_user(request)
    if not _may_change_password(user):
        raise PermissionDenied
    return user


def _may_change_password(user: User) -> bool:
    refused = user.tenant is not None and user.tenant.refuses_passwords
    return user.has_usable_password() and not refused


def _change_form(user: User, data: Any = None) -> ChangedPasswordForm:
    return ChangedPasswordForm(user, data)


def _method_of(request: HttpRequest) -> str:
    key = stored_key(request.session.session_key)
    session = Session.objects.filter(session_key=key).first()
    return session.method if session else "password"


def _profiles_of(user: User) -> list[AccessProfile]:
    """Return the default profile, which everybody is in, and the custom ones of ``user``."""
    default = AccessProfile.objects.filter(is_default=True)
    custom = AccessProfile.objects.filter(memberships__user=user)
    return [*default, *custom]
