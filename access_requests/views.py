"""Asking for something from one's account page, and taking a request back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from access_requests.asking import ask_for_access, withdraw_request
from access_requests.errors import RequestError
from access_requests.forms import AskForm
from access_requests.models import AccessRequest
from accounts.models import Tenant, User
from accounts.requests.callers import name_caller
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@method_decorator([never_cache, login_required], name="dispatch")
class AskView(View):
    """Ask for a licence or an access profile."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Offer what the person neither has nor has asked for."""
        user, tenant = _person(request)
        with tenant_scope(tenant):
            return _page(request, AskForm(user=user))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Write the request down, and tell who decides."""
        user, tenant = _person(request)
        with tenant_scope(tenant), audit.acting_as(user.user_name):
            form = AskForm(request.POST, user=user)
            if not form.is_valid():
                return _page(request, form)
            try:
                made = ask_for_access(
                    user=user,
                    thing=form.chosen,
                    reason=form.cleaned_data["reason"],
                    wanted_until=form.cleaned_data["until"],
                )
            except RequestError as refusal:
                form.refuse(refusal)
                return _page(request, form)
        text = _("You have asked for %(thing)s. You get a mail when it is decided.")
        messages.success(request, text % {"thing": made.thing})
        return redirect("account")


@never_cache
@login_required
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take back an open request of one's own."""
    user, tenant = _person(request)
    with tenant_scope(tenant), audit.acting_as(user.user_name):
        own = AccessRequest.objects.filter(pk=number, user=user).first()
        if own is None:
            raise Http404
        try:
            withdraw_request(request=own)
        except RequestError as refusal:
            messages.warning(request, str(refusal))
        else:
            text = _("You do not ask for %(thing)s any more.")
            messages.success(request, text % {"thing": own.thing})
    return redirect("account")


def _person(request: HttpRequest) -> tuple[User, Tenant]:
    """Return who asks and their company; operators have none, and ask for nothing."""
    user = request.user
    if not isinstance(user, User) or user.tenant is None:
        raise PermissionDenied
    name_caller(request, user.tenant_id)
    return user, user.tenant


def _page(request: HttpRequest, form: AskForm) -> HttpResponse:
    return render(request, "access_requests/ask.html", {"form": form})
