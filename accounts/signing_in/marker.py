"""A cookie that names the session of this browser where the session's own does not come along.

Browsers hold the session cookie back when another site posts here.  Behind https this one comes
along (``SameSite=None``), so that a response for somebody else asks before it replaces the
session.  Without https it comes with the next request, and the session it names is ended then: a
browser never leaves one open that nobody sees any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.core.signing import BadSignature, Signer
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Session, User
from accounts.signing_in.sessions import stored_key
from accounts.signing_in.sign_in import end_session_before

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

COOKIE: Final = "gatehouse_marker"
_SALT: Final = "accounts.signing_in.marker"  # Never changes: browsers keep what was signed with it.


class MarkerMiddleware:
    """Mark browsers that are signed in, and end the session that another one has replaced."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve ``request``."""
        marked = marked_key(request)
        carried = stored_key(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        if marked and carried and marked != carried:
            _end_former(request, marked)
        response = self._get_response(request)
        # What another site posts must not name a new session before the former one has ended.
        if request.method == "GET" and request.session.accessed:
            _mark(request, response, marked)
        return response


def session_here(request: HttpRequest) -> Session | None:
    """Return the session of somebody who is signed in in this browser, as far as it tells.

    A browser that sends neither cookie costs no statement.
    """
    carried = stored_key(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    key = carried or marked_key(request)
    if not key:
        return None
    alive = Session.objects.filter(user__isnull=False, expire_date__gt=timezone.now())
    return alive.filter(pk=key).first()


def marked_key(request: HttpRequest) -> str:
    """Return the stored key of the session that the marker names; nothing without a marker."""
    try:
        return Signer(salt=_SALT).unsign(request.COOKIES.get(COOKIE, ""))
    except BadSignature:
        return ""


def _end_former(request: HttpRequest, marked: str) -> None:
    if not isinstance(request.user, User):
        return
    if end_session_before(session_key=marked, successor=request.user):
        messages.warning(
            request,
            _(
                "You are signed in as %(name)s now. The session of somebody else, which was open "
                "in this browser before, has ended."
            )
            % {"name": request.user.user_name},
        )


def _mark(request: HttpRequest, response: HttpResponse, marked: str) -> None:
    key = stored_key(request.session.session_key) if request.session.get(SESSION_KEY) else None
    if key is None:
        if COOKIE in request.COOKIES:
            response.delete_cookie(COOKIE, samesite=_same_site())
        return
    if key != marked:
        response.set_cookie(
            COOKIE,
            Signer(salt=_SALT).sign(key),
            max_age=request.session.get_expiry_age(),
            secure=bool(settings.SESSION_COOKIE_SECURE),
            httponly=True,
            samesite=_same_site(),
        )


def _same_site() -> Literal["None", "Lax"]:
    # Browsers take None behind https only.
    return "None" if settings.BASE_URL.startswith("https://") else "Lax"
