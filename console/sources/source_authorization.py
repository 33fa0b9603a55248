"""*Authorization*: the SCIM URL of a source and its tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import read_number
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from accounts.posted_forms.shown import seal
from accounts.posted_forms.submissions import SEEN_OTHERWISE, came_back, is_as_seen
from accounts.secrets.shown_once import show_once, take
from accounts.services.expiry import warnings
from console.base.access import Access
from console.sources.forms import RegenerateForm, TokenForm
from console.sources.versions import about_tokens, tokens_shown
from scim.addresses import base_url
from scim.errors import SourceError
from scim.models import BearerToken, Source
from scim.services import (
    IssuedToken,
    create_token,
    regenerate_token,
    revoke_token,
    said_of_new_token,
)

if TYPE_CHECKING:
    pass


from console.sources.source_pages import SETTING_UP, SourcePages, steps_at


class AuthorizationPage(SourcePages):
    """Shows URL and tokens; makes, regenerates and revokes tokens."""

    def authorization_view(self, request: HttpRequest, source: Source) -> HttpResponse:
        """Show URL and tokens; make, regenerate and revoke tokens."""
        needed = Access.VIEW if request.method == "GET" else Access.CHANGE
        if needed not in self.token_access(request):
            raise PermissionDenied
        setting_up = SETTING_UP in request.GET
        if request.method != "POST":
            return self._authorization_page(request, source, setting_up=setting_up)
        with transaction.atomic():
            # Whoever presses a button twice waits here for the first time.
            if Source.objects.select_for_update(no_key=True).filter(pk=source.pk).first() is None:
                raise Http404
            return self._tokens_submitted(request, source, setting_up=setting_up)

    def _tokens_submitted(
        self, request: HttpRequest, source: Source, *, setting_up: bool
    ) -> HttpResponse:
        about, shown = about_tokens(source), tokens_shown(source)
        if "revoke" in request.POST:
            self._revoke(request, source, request.POST["revoke"])
            return redirect(self._authorization_url(source, setting_up=setting_up))
        is_seen = is_as_seen(about, request.POST, shown)
        if "regenerate" in request.POST:
            if not is_seen:
                self.message_user(request, str(SEEN_OTHERWISE), messages.ERROR)
                return redirect(self._authorization_url(source, setting_up=setting_up))
            issued = self._regenerate(request, source)
            return self._show_token(request, source, issued, setting_up=setting_up)
        form = TokenForm(request.POST)
        if LOOK_AGAIN in request.POST:
            form.add_error(None, str(came_back()))
        elif not is_seen:
            form.add_error(None, str(SEEN_OTHERWISE))
        made = self._further_token(request, source, form) if form.is_valid() else None
        if made is None:
            return self._authorization_page(request, source, form=form, setting_up=setting_up)
        return self._show_token(request, source, made, setting_up=setting_up)

    def _further_token(
        self, request: HttpRequest, source: Source, form: TokenForm
    ) -> IssuedToken | None:
        """Make a token beside the others; nothing, and an error on the form, if it cannot be."""
        try:
            issued = create_token(source=source, **form.cleaned_data)
        except SourceError as error:
            form.add_error("expires", str(error))
            return None
        text = _("The token “%(token)s” is made. The others go on working.")
        self.message_user(request, text % {"token": issued.token}, messages.SUCCESS)
        return issued

    def _regenerate(self, request: HttpRequest, source: Source) -> IssuedToken:
        form = RegenerateForm(request.POST)
        if not form.is_valid():
            raise Http404
        issued = regenerate_token(source=source, expires=form.expires())
        self.message_user(request, said_of_new_token(issued.replaced), messages.SUCCESS)
        return issued

    def _authorization_url(self, source: Source, *, setting_up: bool) -> str:
        return self.url_of("authorization", source.pk) + (f"?{SETTING_UP}" if setting_up else "")

    def _show_token(
        self, request: HttpRequest, source: Source, issued: IssuedToken, *, setting_up: bool
    ) -> HttpResponse:
        """Go to the page that shows the secret once, so that loading it again makes no token."""
        show_once(request, _place_of(source), issued.secret)
        return redirect(self._authorization_url(source, setting_up=setting_up))

    def _revoke(self, request: HttpRequest, source: Source, number: str) -> None:
        token = source.tokens.filter(pk=read_number(number) or 0).first()
        if token is None:
            raise Http404
        revoke_token(token=token)
        text = _("The token %(token)s is dead from now on.") % {"token": token}
        self.message_user(request, text, messages.SUCCESS)

    def _authorization_page(
        self,
        request: HttpRequest,
        source: Source,
        *,
        form: TokenForm | None = None,
        setting_up: bool = False,
    ) -> HttpResponse:
        context = {
            "title": _("Authorization"),
            "scim_url": base_url(),
            "secret": take(request, _place_of(source)),
            "tokens": BearerToken.objects.filter(source=source),
            "form": form or TokenForm(),
            "regenerating": RegenerateForm(),
            "version": seal(tokens_shown(source), about_tokens(source)),
            "endings": [
                ending
                for ending in warnings(tenant=source.tenant)
                if isinstance(ending.credential, BearerToken)
                and ending.credential.source_id == source.pk
            ],
            "may_change": Access.CHANGE in self.token_access(request),
            "next_url": f"{self.url_of('mapping', source.pk)}?{SETTING_UP}",
            "action": self._authorization_url(source, setting_up=setting_up),
            **(steps_at("authorization") if setting_up else {}),
        }
        return self.render_page(request, source, "console/sources/authorization.html", context)


def _place_of(source: Source) -> str:
    """Return the name under which the new token of ``source`` waits to be shown."""
    return f"shown_once_token_of_source_{source.pk}"
