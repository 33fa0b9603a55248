"""Signing out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.signals import signing_out

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's session, and then the identity provider's where it takes part.

    Only a POST signs out, so that no link or image elsewhere can.
    """
    if request.method != "POST":
        return redirect("home")
    answers = signing_out.send(sender=sign_out, request=request)
    logout(request)
    for _receiver, url in answers:
        if url:
            return HttpResponseRedirect(url)
    messages.success(request, _("You are signed out."))
    return redirect("sign-in")
