"""Letting a job do something to many rows, and where the page is that tells how it goes."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from django.shortcuts import redirect
from django.urls import reverse

from accounts.identifiers import read_uuid
from accounts.models import ActionLine, ActionResult, User
from accounts.services.action_results import (
    PORTION,
    begin_action,
    find_result,
    last_day_to_undo,
)
from console.base.doing import kind_of_job, list_of, work_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from django.contrib.admin import AdminSite
    from django.http import HttpRequest, HttpResponseRedirect

_Outcome = ActionLine.Outcome
ROUTE: Final = "results/<uuid:result_id>/"
NAME: Final = "result"
"""Where a site has the page, and what it calls it."""


class Wanted(NamedTuple):
    """What is to be done.

    Attributes:
        title: What the action is called.
        about: The label of the model on whose list it is done, such as ``accounts.user``.
        action: The :class:`~console.base.doing.Work` that does it, an attribute of that list.
        file_name: What the name of its CSV file begins with.
        lines: One for each row; those that are not to be tried have their outcome.
        reason: Why, in the words of whoever wants it.
        back: The page that the result leads back to; the one that asked, when it is empty.
    """

    title: str
    about: str
    action: str
    file_name: str
    lines: Iterable[ActionLine]
    reason: str = ""
    back: str = ""


def begin(site: AdminSite, request: HttpRequest, wanted: Wanted, key: UUID) -> HttpResponseRedirect:
    """Let a job do what is wanted; lead whoever asked to its page, which leads back to this one."""
    row = ActionResult(
        site=site.name,
        about=wanted.about,
        action=wanted.action,
        title=wanted.title,
        file_name=wanted.file_name,
        back=wanted.back or request.get_full_path(),
        reason=wanted.reason,
    )
    if work_of(row).undo is not None:
        row.undo_until = last_day_to_undo()
    begin_action(
        key=key,
        maker=person_of(request),
        result=row,
        lines=_with_people(row, wanted.lines),
        kind=kind_of_job(row),
    )
    return redirect(address_of(site, request, key))


def _with_people(result: ActionResult, lines: Iterable[ActionLine]) -> Iterator[ActionLine]:
    """Yield ``lines``, each with whom it is about; of each portion that is one question."""
    rest = iter(lines)
    while portion := list(islice(rest, PORTION)):
        people = list_of(result).people_of_rows({line.row for line in portion if line.row})
        for line in portion:
            line.person = line.person or read_uuid(people.get(line.row, ""))
            yield line


def address_of(site: AdminSite, request: HttpRequest, key: UUID) -> str:
    """Return where the result ``key`` of whoever asks is shown; empty if there is none.

    Where nothing was done, the page shows what was refused first.
    """
    found = find_result(key=key, maker=person_of(request))
    return "" if found is None else shown_at(site, found)


def shown_at(site: AdminSite, result: ActionResult) -> str:
    """Return where a result is shown."""
    address = reverse(f"{site.name}:{NAME}", args=[result.pk])
    outcomes = set(result.lines.order_by().values_list("outcome", flat=True).distinct())
    shows_refused = _Outcome.REFUSED in outcomes and not outcomes & {_Outcome.DONE, ""}
    return f"{address}?outcome={_Outcome.REFUSED}" if shows_refused else address


def person_of(request: HttpRequest) -> User:
    """Return who asks."""
    assert isinstance(request.user, User)  # noqa: S101 - the sites let nobody else in
    return request.user
