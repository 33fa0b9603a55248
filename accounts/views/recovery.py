"""Recovery codes: making them, and signing in with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.forms import RecoveryCodeForm
from accounts.models import RecoveryCode
from accounts.posted_forms.shown import Page, seal
from accounts.posted_forms.submissions import SEEN_OTHERWISE, is_as_seen
from accounts.secrets.shown_once import show_once, take
from accounts.signing_in.emergency import begin_emergency_session
from accounts.signing_in.fresh_sign_in import is_fresh
from accounts.signing_in.recovery import count_recovery_codes, make_recovery_codes
from accounts.signing_in.sign_in import scope_of
from accounts.storage.finding import accounts_of
from accounts.trail import audit
from accounts.trail.refusals import record_refused_entry
from accounts.views.landing import landing_path, safe_next, with_next

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

CODES_PLACE: Final = "shown_once_recovery_codes"


@method_decorator([never_cache, sensitive_post_parameters("secret")], name="dispatch")
class RecoverySignInView(View):
    """Sign a system admin in with a recovery code, also when SAML is enforced."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for address and code."""
        return render(request, "accounts/recovery_sign_in.html", {"form": RecoveryCodeForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Use the code up and begin a session."""
        form = RecoveryCodeForm(request.POST)
        if form.is_valid():
            user = authenticate(request, **form.cleaned_data)
            if user is not None:
                begin_emergency_session(request=request, user=user, method="recovery_code")
                messages.warning(
                    request,
                    _(
                        "You used a recovery code. It does not work a second time. To repair the "
                        "sign-on, open the console: System settings › Security › SAML & SCIM."
                    ),
                )
                return redirect(landing_path(user))
            for account in accounts_of(form.cleaned_data["username"]):
                reason = _("The recovery code is wrong or was used before.")
                record_refused_entry("recovery_code.refused", account, reason=reason)
            form.add_error(
                None,
                _(
                    "The address or the code is not right, or the code was used before. Codes "
                    "work for system admins only. Without one, ask the operator of this "
                    "deployment for a break-glass link."
                ),
            )
        return render(request, "accounts/recovery_sign_in.html", {"form": form})


@method_decorator([never_cache, login_required], name="dispatch")
class RecoveryCodesView(View):
    """Show how many codes are left, and make a new set, which is shown once.

    The page leads back to the path of this site that ``next`` names.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the codes just made, once; else how many are left."""
        user = _system_admin(request)
        codes = take(request, CODES_PLACE).split()
        with scope_of(user):
            left = count_recovery_codes(user=user)
            version = seal(_codes_shown(user), _about(user))
        context = {
            "codes": codes,
            "left": left,
            "version": version,
            "came_from": safe_next(request),
        }
        return render(request, "accounts/recovery_codes.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make ten new codes, and go to the page that shows them once.

        They outlive the session, so whoever finds a browser that is signed in makes none.
        """
        user = _system_admin(request)
        here = with_next(reverse("recovery-codes"), safe_next(request))
        if not is_fresh(request):
            return redirect(with_next(reverse("confirm"), here))
        with scope_of(user), audit.acting_as(user.user_name):
            if not is_as_seen(_about(user), request.POST, _codes_shown(user)):
                messages.error(request, str(SEEN_OTHERWISE))
                return redirect(here)
            codes = make_recovery_codes(user=user)
        show_once(request, CODES_PLACE, "\n".join(codes))
        return redirect(here)


def _codes_shown(user: User) -> Page:
    """Return which codes the page counts, so that an old tab makes no others in their place."""
    made = RecoveryCode.objects.filter(user=user, used=None).order_by("pk")
    return Page({}, facts={"codes": str(list(made.values_list("pk", flat=True)))})


def _about(user: User) -> str:
    return f"recovery-codes:{user.pk}"


def _system_admin(request: HttpRequest) -> User:
    user = request.user
    if not user.is_authenticated or not user.is_admin:
        raise PermissionDenied
    return user
