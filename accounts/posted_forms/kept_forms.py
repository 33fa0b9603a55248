"""What somebody was entering when their session ended, kept until they have signed in again.

A button at which nothing was entered leads back to the page where it stood.

The browser knows by a signed cookie who was signed in last.  A form that comes when the session is
over is kept on the server, encrypted under a secret that only this browser has, as the sessions
are.  When the same account is signed in here and opens that page again, it is given what it
entered, with the record of what the form showed.  Nothing is stored by that:
:data:`LOOK_AGAIN` goes along, and a form that comes with it is shown, not saved.
"""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.signals import user_logged_out
from django.core.cache import cache
from django.core.signing import BadSignature, TimestampSigner
from django.dispatch import receiver
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.posted_forms.shown import VERSION, shows_fields
from accounts.signing_in.sessions import SessionStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest, HttpResponse

COOKIE: Final = "gatehouse_kept_form"
PERSON_COOKIE: Final = "gatehouse_person"
LOOK_AGAIN: Final = "look-again"
"""The field with which a kept form comes back."""

KEPT_SECONDS: Final = 60 * 60
LONGEST: Final = 300_000
"""Characters of a form that are kept at most, names and values together."""

MOST_IN_AN_HOUR: Final = 20
"""Forms that one server process keeps for one account in an hour."""

_KNOWN_SECONDS: Final = 24 * 60 * 60
_RENEWED_SECONDS: Final = 60 * 60
_SALT: Final = "accounts.posted_forms.kept_forms"
_PLACE: Final = "kept_form"
_FORGOTTEN: Final = "gatehouse.signed_out"
_SECRET_NAMES: Final = re.compile(r"password|passphrase|secret|token|private|recovery", re.I)
_SAVES: Final = frozenset({"_save", "_continue", "_addanother", "_saveasnew"})
_PICKED: Final = frozenset({"action", ACTION_CHECKBOX_NAME})
"""What a list sends for the rows that are picked in it, and for what is to be done with them."""


class KeptFormMiddleware:
    """Keeps a form that comes too late, and gives it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve ``request``, or give back what its person entered before they signed in."""
        if request.method == "GET" and COOKIE in request.COOKIES:
            kept = _take(request)
            if kept is not None:
                page = _offer(request, kept["url"], kept["fields"], is_late=True)
                page.delete_cookie(COOKIE, samesite="Lax")
                return page
        response = self._get_response(request)
        if request.META.get(_FORGOTTEN):
            _drop(request)
            for name in (COOKIE, PERSON_COOKIE):
                response.delete_cookie(name, samesite="Lax")
        elif request.method == "POST" and _asks_to_sign_in(request, response):
            if not _keep(request, response):
                _lead_back(request, response)
        elif request.method == "GET" and request.session.accessed:
            _know(request, response)
        return response


@receiver(user_logged_out)
def forget(sender: object, request: HttpRequest, **_kwargs: Any) -> None:
    """Keep nothing for somebody who signs out in this browser."""
    request.META[_FORGOTTEN] = True


def is_secret(name: str) -> bool:
    """Whether what is entered into a field of this name is never kept.

    >>> is_secret("new_password1"), is_secret("display_name")
    (True, False)
    """
    return _SECRET_NAMES.search(name) is not None


def may_be_kept(cookies: Mapping[str, str]) -> bool:
    """Whether a form that comes with these ``cookies``, and without a session, may be kept."""
    return bool(_person(cookies.get(PERSON_COOKIE, ""), _KNOWN_SECONDS))


def shown_again(request: HttpRequest) -> HttpResponse | None:
    """Return a page that gives back what was entered in a form of ours with an old token.

    A sign-in replaces the token of the whole browser, so that a form which is open in another tab
    comes with the one before.  The browser says in ``Origin`` whether a page of ours has sent it;
    what anybody else sends, and what was not entered, is not shown.
    """
    if not isinstance(request.user, User) or not is_from_here(request):
        return None
    fields = _entered(request)
    if not _is_shown_again(request) or _length(fields) > LONGEST:
        return None
    page = _offer(request, request.get_full_path(), fields, is_late=False)
    page.status_code = HTTPStatus.FORBIDDEN
    return page


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that a page of ours has sent the request."""
    return _is_here(request.headers.get("Origin", ""))


def _is_here(origin: str) -> bool:
    here = urlsplit(settings.BASE_URL)
    return origin == f"{here.scheme}://{here.netloc}"


def _offer(
    request: HttpRequest, url: str, fields: list[tuple[str, str]], *, is_late: bool
) -> HttpResponse:
    context = {"action": url, "fields": fields, "name": LOOK_AGAIN, "is_late": is_late}
    page = render(request, "accounts/kept_form.html", context)
    page.headers["Cache-Control"] = "no-store"
    return page


def _entered(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in request.POST.lists()
        if not is_secret(name) and name != LOOK_AGAIN
        for value in values
    ]


def _length(fields: list[tuple[str, str]]) -> int:
    return sum(len(name) + len(value) for name, value in fields)


def _asks_to_sign_in(request: HttpRequest, response: HttpResponse) -> bool:
    if response.status_code != HTTPStatus.FOUND:
        return False
    target = urlsplit(response.headers["Location"])
    return target.path == reverse("sign-in") and target.query.startswith("next=")


def _lead_back(request: HttpRequest, response: HttpResponse) -> None:
    """Lead whoever pressed a button too late to the page where it stood, if it says which one.

    What a button asks may have no page of its own.  A form that is kept waits at its address.
    """
    stood = urlsplit(request.headers.get("Referer", ""))
    if not _is_here(f"{stood.scheme}://{stood.netloc}"):
        return
    page = f"{stood.path}?{stood.query}" if stood.query else stood.path
    response.headers["Location"] = f"{reverse('sign-in')}?{urlencode({'next': page})}"
    person = _person(request.COOKIES.get(PERSON_COOKIE, ""), _KNOWN_SECONDS)
    if person and _has_room(f"told.{person}"):
        text = _(
            "Your session had ended, so nothing was done. Sign in, and press the button again."
        )
        messages.warning(request, text)


def _keep(request: HttpRequest, response: HttpResponse) -> bool:
    """Keep what was entered, for whoever was signed in here; return whether it is kept."""
    person = _person(request.COOKIES.get(PERSON_COOKIE, ""), _KNOWN_SECONDS)
    fields = _entered(request)
    if not person or not _is_shown_again(request) or _length(fields) > LONGEST:
        return False
    if not _has_room(person):
        return False
    _drop(request)
    store = SessionStore()
    store[_PLACE] = {
        "person": person,
        "path": request.path,
        "url": request.get_full_path(),
        "fields": fields,
        "until": time.time() + KEPT_SECONDS,
    }
    store.set_expiry(KEPT_SECONDS)
    store.create()
    _set_cookie(response, COOKIE, str(store.session_key), KEPT_SECONDS)
    return True


def _is_shown_again(request: HttpRequest) -> bool:
    """Whether the form is one of those that are shown, not saved, with :data:`LOOK_AGAIN`.

    Buttons that do something and questions may carry a version, too, but nothing was entered there.
    """
    sent = request.POST.keys()
    return bool(_SAVES & sent) or sent >= _PICKED or shows_fields(request.POST.get(VERSION, ""))


def _has_room(about: str) -> bool:
    place = f"{_SALT}.{about}"
    cache.add(place, 0, timeout=_RENEWED_SECONDS)
    return int(cache.incr(place)) <= MOST_IN_AN_HOUR


def _take(request: HttpRequest) -> dict[str, Any] | None:
    """Return what was kept for this person and page, and forget it."""
    if not isinstance(request.user, User) or not request.user.active:
        return None
    store = SessionStore(request.COOKIES[COOKIE])
    kept: dict[str, Any] | None = store.get(_PLACE)
    if kept is None or kept["until"] < time.time() or kept["path"] != request.path:
        return None
    if kept["person"] != str(request.user.pk):
        return None
    store.delete()
    return kept


def _drop(request: HttpRequest) -> None:
    store = SessionStore(request.COOKIES.get(COOKIE))
    if COOKIE in request.COOKIES and _PLACE in store:
        store.delete()


def _know(request: HttpRequest, response: HttpResponse) -> None:
    if not isinstance(request.user, User):
        return
    key = str(request.user.pk)
    if _person(request.COOKIES.get(PERSON_COOKIE, ""), _RENEWED_SECONDS) != key:
        _set_cookie(response, PERSON_COOKIE, TimestampSigner(salt=_SALT).sign(key), _KNOWN_SECONDS)


def _person(cookie: str, seconds: int) -> str:
    try:
        return TimestampSigner(salt=_SALT).unsign(cookie, max_age=seconds)
    except BadSignature:
        return ""


def _set_cookie(response: HttpResponse, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )
