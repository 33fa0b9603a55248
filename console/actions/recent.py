"""*Jobs*: what was done to many at once in the last 30 days, how it stands, what can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.db.models import Q
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from accounts.identifiers import is_canonical_uuid, read_uuid
from accounts.models import ActionResult, User
from accounts.services.action_results import kept_results
from console.base.begun import NAME
from console.base.doing import is_allowed, work_of
from console.base.pages import ConsolePage, register_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

SHOWN: Final = 50
AFTER: Final = "after"
_State = ActionResult.State
_BADGES: Final = {
    _State.GOING: "busy",
    _State.STOPPING: "busy",
    _State.STOPPED: "warn",
    _State.OVER: "good",
}


@require_safe
def recent_actions(request: HttpRequest) -> HttpResponse:
    """Show the actions that the person may do themselves, whoever did them, the newest first."""
    seen = _seen_by(request)
    after = read_uuid(request.GET.get(AFTER, ""))
    last = seen.filter(pk=after).first() if after else None
    if last is not None:
        older = Q(created__lt=last.created) | Q(created=last.created, pk__lt=last.pk)
        seen = seen.filter(older)
    found = list(seen.order_by("-created", "-pk")[: SHOWN + 1])
    shown = found[:SHOWN]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Jobs"),
        "rows": _rows(shown),
        "after": str(shown[-1].pk) if len(found) > SHOWN else "",
        "is_first": last is None,
    }
    request.current_app = admin.site.name
    return render(request, "console/actions/recent.html", context)


def _seen_by(request: HttpRequest) -> QuerySet[ActionResult]:
    """Return the results of actions that the person may do, and of those that they did."""
    kept = kept_results().filter(site=admin.site.name)
    assert isinstance(request.user, User)  # noqa: S101 - the site lets nobody else in
    seen = Q(maker=request.user.pk)
    for about, action in kept.order_by().values_list("about", "action").distinct():
        one = ActionResult(site=admin.site.name, about=about, action=action)
        if is_allowed(one, request):
            seen |= Q(about=about, action=action)
    return kept.filter(seen)


def _rows(results: Sequence[ActionResult]) -> list[dict[str, Any]]:
    makers = User.objects.in_bulk({result.maker for result in results})
    undone = set(
        ActionResult.objects.filter(undoes__in=[result.pk for result in results]).values_list(
            "undoes", flat=True
        )
    )
    return [
        {
            "result": result,
            "url": reverse(f"{admin.site.name}:{NAME}", args=[result.pk]),
            "maker": makers.get(result.maker),
            "state": result.get_state_display(),
            "kind": _BADGES[_State(result.state)],
            "undo": _undo(result, is_undone=result.pk in undone),
        }
        for result in results
    ]


def _undo(result: ActionResult, *, is_undone: bool) -> str:
    """Return how it stands with undoing, in a few words."""
    if result.undoes is not None:
        return _("It undoes another one")
    if is_undone:
        return _("Undone")
    if result.undo_until is None or work_of(result).undo is None:
        return _("No")
    if result.undo_until < timezone.localdate():
        return _("No longer")
    return _("Until %(day)s") % {"day": date_format(result.undo_until)}


register_page(
    ConsolePage(
        name="jobs",
        route="results/",
        view=recent_actions,
        label=_lazy("Jobs"),
        found_as=_lazy("Undo what was done to many"),
        questions={AFTER: is_canonical_uuid},
    )
)
