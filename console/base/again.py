"""What can be done about a line that was not done: the same once more, or a look at what happened.

The same is asked for as from the list: the page that asks shows the row as it is now, and does
nothing by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import ActionLine, User
from console.base.access import Access, access_of
from console.base.doing import is_allowed, list_of, work_of
from console.base.many import ManyAction
from console.base.of_person import PERSON, sees_people

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.http import HttpRequest

    from accounts.models import ActionResult

NOT_DONE: Final = (ActionLine.Outcome.REFUSED, ActionLine.Outcome.PASSED_OVER)


class Step(NamedTuple):
    """A button or a link: what it says, where it leads, and what is posted there; else a link."""

    label: str
    url: str
    fields: tuple[tuple[str, str], ...] = ()


class Pages(NamedTuple):
    """Whom lines are about: the key of the person by that of the row, and their page by theirs."""

    people: Mapping[str, str]
    pages: Mapping[str, str]


def steps_of(
    request: HttpRequest, result: ActionResult, lines: Sequence[ActionLine], known: Pages
) -> dict[int, Step]:
    """Return what can be done about each of ``lines`` that was not done, in one statement."""
    waiting = [line for line in lines if line.outcome in NOT_DONE]
    there = _there(request, result, waiting) if _is_offered(request, result) else set()
    found = {}
    for line in waiting:
        person = str(line.person or known.people.get(line.row, ""))
        if line.row in there:
            found[line.pk] = _once_more(result, [line], _("Retry"))
            if not line.can_pass:
                found[line.pk] = found[line.pk]._replace(label=_("Look again"))
        elif page := known.pages.get(person):
            found[line.pk] = Step(_("Look again"), page)
        elif person and _reads_log(request):
            found[line.pk] = Step(_("See in the log"), _log_about(person))
    return found


def all_once_more(
    result: ActionResult, lines: Sequence[ActionLine], steps: Mapping[int, Step]
) -> Step | None:
    """Return what tries those of ``lines`` together that failed for a reason that can pass."""
    failed = [line for line in lines if line.can_pass and line.pk in steps]
    failed = [line for line in failed if steps[line.pk].fields]
    if len(failed) <= 1:
        return None
    text = ngettext("Retry the %(n)s that failed", "Retry the %(n)s that failed", len(failed))
    return _once_more(result, failed, text % {"n": len(failed)})


def _is_offered(request: HttpRequest, result: ActionResult) -> bool:
    """Whether the list asks such a thing, and whoever asks may do it."""
    return (
        result.undoes is None
        and isinstance(work_of(result), ManyAction)
        and is_allowed(result, request)
    )


def _there(request: HttpRequest, result: ActionResult, lines: Sequence[ActionLine]) -> set[str]:
    rows = (
        list_of(result)
        .get_queryset(request)
        .filter(pk__in=[each.row for each in lines if each.row])
    )
    return {str(key) for key in rows.order_by().values_list("pk", flat=True)}


def _once_more(result: ActionResult, lines: Sequence[ActionLine], label: str) -> Step:
    opts = list_of(result).opts
    name = f"{result.site}:{opts.app_label}_{opts.model_name}_changelist"
    fields = [
        ("action", result.action),
        ("index", "0"),
        ("select_across", "0"),
        *((ACTION_CHECKBOX_NAME, line.row) for line in lines),
        *_chosen(lines[0].choice),
    ]
    return Step(label, reverse(name), tuple(fields))


def _chosen(choice: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what was chosen as the form of the action takes it, which has the same names."""
    for name, value in choice.items():
        for each in value if isinstance(value, list) else [value]:
            yield name, str(each)


def _reads_log(request: HttpRequest) -> bool:
    user = request.user
    return sees_people(request) and isinstance(user, User) and Access.VIEW in access_of(user, "log")


def _log_about(person: str) -> str:
    return f"{reverse('console:log')}?{urlencode({PERSON: person})}"
