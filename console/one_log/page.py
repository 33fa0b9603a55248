"""*Log*: what happened, of whatever kind, newest first; and the page of one entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.trail.search import MOST_OBJECTS
from console.base.access import Access, access_of
from console.base.of_person import PERSON, sees_people
from console.base.pages import ConsolePage, register_page
from console.base.questions import malformed
from console.one_log import asked as asking
from console.one_log.asked import QUESTIONS, TIMES, Asked, asked_by
from console.one_log.cursors import read_cursor
from console.one_log.entries import PAGE
from console.one_log.kinds import STREAMS, kinds_for, streams_for
from console.one_log.outcomes import Outcome
from console.one_log.paging import look_up, newest, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse

    from accounts.trail.search import Sought

LISTED: Final = 50
"""Entries of one page."""


def judged(request: HttpRequest) -> Asked:
    """Return what the address asks.

    Raises:
        UndeclaredQuestionError: It asks for a kind of which whoever asks may see no log.
    """
    asked = asked_by(request)
    if asked.kind and asked.kind not in kinds_for(request):
        raise malformed(asking.KIND)
    return asked


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Show the newest entries that the address asks for, and the way to older ones."""
    asked = judged(request)
    sought = look_up(asked)
    streams = streams_for(request, Access.VIEW)
    page = newest(request, asked, sought, streams, most=LISTED)
    older = {asking.BEFORE: str(page.cursors[-1])} if page.has_older else {}
    kinds = kinds_for(request)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Log"),
        "asked": asked,
        "kinds": kinds,
        "outcomes": Outcome.choices,
        "times": {name: label for name, (label, _span) in TIMES.items()},
        "chips": list(_chips(request, asked)),
        "entries": told(request, page.cursors),
        "older": asked.query(**older) if older else "",
        "newest": asked.query(),
        "query": asked.query(),
        "lists": list(_lists(request, asked)),
        "is_cut": _is_cut(request, sought),
        "most": MOST_OBJECTS,
        "may_export": bool(streams_for(request, Access.EXPORT)),
    }
    request.current_app = admin.site.name
    return render(request, "console/one_log/log.html", context)


@require_safe
def entry(request: HttpRequest, stream: str, row: str) -> HttpResponse:
    """Show one entry with all its facts.

    Raises:
        Http404: There is none, or none that whoever asks may see.
    """
    cursor = read_cursor(f"0.{stream}.{row}")
    if cursor is None or not STREAMS[stream].may(request, Access.VIEW):
        raise Http404
    found = told(request, [cursor])
    if not found:
        raise Http404
    context = {
        **admin.site.each_context(request),
        "title": found[0].kind,
        "entry": found[0],
        "log_url": reverse("console:log"),
    }
    request.current_app = admin.site.name
    return render(request, "console/one_log/entry_page.html", context)


def _is_cut(request: HttpRequest, sought: Sought | None) -> bool:
    """Whether more are called so than are looked for; who may see no people is not told."""
    return sought is not None and sought.is_cut and sees_people(request)


def _chips(request: HttpRequest, asked: Asked) -> Iterator[dict[str, str]]:
    """Yield what narrows the log and is in no field of the form: title, words, and without it."""
    if asked.person:
        yield {
            "title": _("Person"),
            "words": _called(request, asked.person),
            "name": PERSON,
            "value": asked.person,
            "without": asked.query(**{PERSON: ""}),
        }


def _called(request: HttpRequest, key: str) -> str:
    person = User.objects.filter(pk=key).first() if sees_people(request) else None
    return person.name_and_address if person else key


def _lists(request: HttpRequest, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yield the list of each kind that has all of its columns, for who may see it."""
    assert isinstance(request.user, User)  # noqa: S101 - the site let them in
    for name, kind in kinds_for(request).items():
        if asked.kind in {"", name} and Access.VIEW in access_of(request.user, kind.page_key):
            yield {"label": kind.label, "url": reverse(f"console:{kind.page}")}


register_page(
    ConsolePage(
        name="log",
        route="log/",
        view=log,
        label=gettext_lazy("Log"),
        questions=QUESTIONS,
    )
)
register_page(
    ConsolePage(name=PAGE, route="log/<slug:stream>/<slug:row>/", view=entry, access="log")
)
