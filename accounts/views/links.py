"""Following a one-time link.

Looking at a link does not use it up: mail scanners and chat previews look at every link.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from typing_extensions import override

from accounts.addresses import SIGN_ON
from accounts.errors import InvalidLinkError
from accounts.forms import NewPasswordForm
from accounts.models import OneTimeLink
from accounts.services.users import set_password
from accounts.signing_in.emergency import begin_emergency_session
from accounts.signing_in.links import find_link, owner_of_link, use_link
from accounts.signing_in.sign_in import begin_session
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from accounts.trail.refusals import record_refused_entry
from accounts.views.busy import FormKeptWhenBusy
from accounts.views.landing import landing_path
from accounts.views.whose_brand import show_brand_of_link

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from accounts.errors import HashingBusyError


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class LinkView(FormKeptWhenBusy, View):
    """``/link/<secret>/``: choose a password, or sign in once."""

    @override
    def dispatch(self, request: HttpRequest, *args: str, **kwargs: str) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except InvalidLinkError as error:
            user = owner_of_link(secret=kwargs["secret"])
            if user is not None:
                record_refused_entry("link.refused", user, reason=error)
            return render(
                request, "accounts/link_invalid.html", {"reason": error}, status=HTTPStatus.GONE
            )

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        """Say what the link does, and offer to do it."""
        link = _followed(request, secret)
        if link.purpose == OneTimeLink.Purpose.BREAK_GLASS:
            return render(request, "accounts/break_glass.html", {"link": link})
        return _invitation_page(request, link, NewPasswordForm(link.user))

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        """Do it, once."""
        link = _followed(request, secret)
        if link.purpose == OneTimeLink.Purpose.BREAK_GLASS:
            return _break_the_glass(request, secret)
        return _accept_invitation(request, secret, link)

    @override
    def form_again(self, request: HttpRequest, error: HashingBusyError) -> HttpResponse:
        messages.warning(request, str(error))
        return self.get(request, self.kwargs["secret"])


def _followed(request: HttpRequest, secret: str) -> OneTimeLink:
    link = find_link(secret=secret)
    show_brand_of_link(request, link.user.tenant)
    return link


@transaction.atomic
def _break_the_glass(request: HttpRequest, secret: str) -> HttpResponse:
    user = use_link(secret=secret).user
    begin_emergency_session(request=request, user=user, method="break_glass")
    messages.warning(
        request,
        _(
            "You signed in past the identity provider. The system admins have been told by "
            "mail. To repair the sign-on, open the console: System settings › Security › "
            "SAML & SCIM."
        ),
    )
    return redirect(landing_path(user))


@transaction.atomic
def _accept_invitation(request: HttpRequest, secret: str, link: OneTimeLink) -> HttpResponse:
    if link.user.tenant.refuses_passwords:
        return _invitation_page(request, link, NewPasswordForm(link.user))
    form = NewPasswordForm(link.user, request.POST)
    if not form.is_valid():
        return _invitation_page(request, link, form)
    user = use_link(secret=secret).user
    with tenant_scope(user.tenant), audit.acting_as(user.user_name):
        set_password(user=user, password=form.cleaned_data["new_password1"])
    begin_session(request=request, user=user, method="invitation")
    messages.success(request, _("Welcome. Your password is set."))
    return redirect(landing_path(user))


def _invitation_page(
    request: HttpRequest, link: OneTimeLink, form: NewPasswordForm
) -> HttpResponse:
    tenant = link.user.tenant
    context = {
        "link": link,
        "form": form,
        "sign_on_page": SIGN_ON.url(tenant.slug) if tenant.refuses_passwords else "",
    }
    return render(request, "accounts/invitation.html", context)
