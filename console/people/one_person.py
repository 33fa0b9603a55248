"""What is done to one person from the user list or their page: a button each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from typing_extensions import override

from accounts.models import User
from accounts.secrets.shown_once import show_once, take
from accounts.services import users
from accounts.signing_in.invitations import invite_user
from accounts.signing_in.own_sessions import sign_out_everywhere
from console.base.model_admin import ConsoleModelAdmin

if TYPE_CHECKING:
    from collections.abc import Callable

    View = Callable[..., HttpResponse]


class OnePersonPages(ConsoleModelAdmin[User]):
    """Deactivating, reactivating, inviting and signing out one person."""

    @override
    def get_urls(self) -> list[URLPattern]:
        return [
            *(self._row_url(name, require_POST, view) for name, view in self._row_views().items()),
            self._row_url("invitation", require_safe, self.invitation_view),
            *super().get_urls(),
        ]

    def _row_views(self) -> dict[str, View]:
        return {
            "deactivate": self.deactivate_view,
            "reactivate": self.reactivate_view,
            "invite": self.invite_view,
            "sign_out": self.sign_out_view,
        }

    def _row_url(
        self,
        name: str,
        methods: Callable[[View], View],
        view: View,
    ) -> URLPattern:
        def one(request: HttpRequest, object_id: str) -> HttpResponse:
            user = self.get_object(request, object_id)
            if user is None:
                raise Http404
            if not self.has_full_permission(request):
                raise PermissionDenied
            try:
                return view(request, user)
            except self.refusals as refusal:
                self.note_refusal(request, refusal, object_id)
                self.message_user(request, str(refusal), messages.ERROR)
                return redirect(self.url_of("changelist"))

        return path(
            f"<path:object_id>/{name}/",
            self.admin_site.admin_view(methods(one)),
            name=f"accounts_user_{name}",
        )

    def deactivate_view(self, request: HttpRequest, user: User) -> HttpResponse:
        """Deactivate one person and go back to the list."""
        users.deactivate_user(user=user)
        text = _("%(user)s is deactivated: sessions ended, licences released.")
        return self._back(request, text % {"user": user})

    def reactivate_view(self, request: HttpRequest, user: User) -> HttpResponse:
        """Reactivate one person and go back to the list."""
        users.reactivate_user(user=user)
        text = _("%(user)s can sign in again. Give them the licences they need.")
        return self._back(request, text % {"user": user})

    def sign_out_view(self, request: HttpRequest, user: User) -> HttpResponse:
        """End one person's sessions and go back to their page."""
        ended = sign_out_everywhere(user=user, current_key=request.session.session_key)
        text = ngettext(
            "%(n)s session of %(user)s has ended.", "%(n)s sessions of %(user)s have ended.", ended
        )
        self.message_user(request, text % {"n": ended, "user": user}, messages.SUCCESS)
        return redirect(self.url_of("change", user.pk))

    def invite_view(self, request: HttpRequest, user: User) -> HttpResponse:
        """Mail an invitation, and go to the page that shows its link once."""
        show_once(request, _place_of_invitation(user), invite_user(user=user))
        return redirect(self.url_of("invitation", user.pk))

    def invitation_view(self, request: HttpRequest, user: User) -> HttpResponse:
        """Show the link of the invitation just sent, once, in case the mail does not arrive."""
        url = take(request, _place_of_invitation(user))
        if not url:
            text = _("The invitation link was shown once. Send another one if it is lost.")
            self.message_user(request, text, messages.INFO)
            return redirect(self.url_of("changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Invitation sent"),
            "opts": self.opts,
            "original": user,
            "url": url,
        }
        request.current_app = self.admin_site.name
        return render(request, "console/people/invitation.html", context)

    def _back(self, request: HttpRequest, text: str) -> HttpResponse:
        self.message_user(request, text, messages.SUCCESS)
        return redirect(self.url_of("changelist"))


def _place_of_invitation(user: User) -> str:
    return f"shown_once_invitation_{user.pk}"
