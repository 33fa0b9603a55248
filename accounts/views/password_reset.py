"""A forgotten password: ask for a mail, follow its link, choose a new one."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import (
    INTERNAL_RESET_SESSION_TOKEN,
    PasswordResetConfirmView,
    PasswordResetView,
)
from django.core.cache import cache
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from typing_extensions import override

from accounts.backends import SignInBackend
from accounts.forms import NewPasswordForm
from accounts.signing_in.devices import note_sign_in
from accounts.signing_in.password_reset import may_reset, reset_password
from accounts.signing_in.password_reset_mail import ask_for_links
from accounts.views.busy import FormKeptWhenBusy
from accounts.views.password_reset_form import AskForMailForm
from accounts.views.whose_brand import show_brand_of_link

if TYPE_CHECKING:
    from django import forms
    from django.contrib.auth.forms import SetPasswordForm
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from accounts.errors import HashingBusyError
    from accounts.models import User

MOST_REQUESTS: Final = 30
PAUSE_SECONDS: Final = 15 * 60


@method_decorator(never_cache, name="dispatch")
class AskForMailView(PasswordResetView):
    """Ask for the address.  The answer is the same, and as quick, whoever has it."""

    form_class = AskForMailForm
    template_name = "accounts/password_reset.html"
    success_url = reverse_lazy("password-reset-sent")

    @override
    def form_valid(self, form: forms.Form) -> HttpResponse:
        if _asks_too_often(self.request):
            return _too_often(self.request)
        ask_for_links(address=form.cleaned_data["email"], language=translation.get_language() or "")
        return redirect(str(self.success_url))


@never_cache
@require_safe
def mail_sent(request: HttpRequest) -> HttpResponse:
    """Say what happens now, in words that fit everybody."""
    return render(request, "accounts/password_reset_sent.html")


class ChoosePasswordView(FormKeptWhenBusy, PasswordResetConfirmView):
    """Follow the link of the mail: choose a password, once, within the hour.

    Django takes the token out of the address before the form is shown, so that it is in no
    Referer header and in no history.
    """

    form_class = NewPasswordForm
    template_name = "accounts/password_reset_confirm.html"
    token_generator = default_token_generator
    reset_url_token = "choose"  # noqa: S105 - what stands in the address in place of the token
    user: User | None

    @override
    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(*args, **kwargs)
        if response.status_code == HTTPStatus.OK and not self.validlink:
            response.status_code = HTTPStatus.GONE
        return response

    @override
    def get_user(self, uidb64: str) -> User | None:
        """Return whose link it is, of any tenant, if they may choose a password now."""
        try:
            user_id = urlsafe_base64_decode(uidb64).decode("ascii")
        except ValueError:
            return None
        user = SignInBackend().get_user(user_id)
        return user if user is not None and may_reset(user) else None

    @override
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.user is not None and self.validlink:
            show_brand_of_link(self.request, self.user.tenant)
        return super().get_context_data(**kwargs)

    @override
    def form_valid(self, form: SetPasswordForm[User]) -> HttpResponse:
        assert self.user is not None  # noqa: S101 - the link is valid
        token = self.request.session.pop(INTERNAL_RESET_SESSION_TOKEN, "")
        password = form.cleaned_data["new_password1"]
        if not reset_password(user=self.user, token=token, password=password):
            self.validlink = False
            return self.render_to_response(self.get_context_data())
        note_sign_in(self.request, self.user)  # Whoever reads the account's mail is no stranger.
        # It was the person's own, perhaps, and is over with all of theirs.
        self.request.session.flush()
        messages.success(
            self.request, _("Your password is changed, and all your sessions have ended. Sign in.")
        )
        return redirect("sign-in")

    @override
    def form_again(self, request: HttpRequest, error: HashingBusyError) -> HttpResponse:
        messages.warning(request, str(error))
        return self.render_to_response(self.get_context_data())


def _asks_too_often(request: HttpRequest) -> bool:
    """Count this client's requests; a worker process counts for itself."""
    key = f"password_reset:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, timeout=PAUSE_SECONDS)
    try:
        return cache.incr(key) > MOST_REQUESTS
    except ValueError:  # It ran out in between.
        return False


def _too_often(request: HttpRequest) -> HttpResponse:
    context = {"minutes": math.ceil(PAUSE_SECONDS / 60)}
    page = render(
        request,
        "accounts/password_reset_later.html",
        context,
        status=HTTPStatus.TOO_MANY_REQUESTS,
    )
    page["Retry-After"] = str(PAUSE_SECONDS)
    return page
