"""Long work in the log: full runs and plans of applications, and one's own actions on many rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import ActionResult, User
from accounts.trail.sentences import actor_in_words
from console.base import begun
from console.base.access import ACCESS, Access, access_of
from console.one_log.entries import About, Entry, Fact, Place, about, reference_of
from console.one_log.outcomes import Outcome
from console.one_log.streams import Part, Stream, read_own_uuid, sees, shows
from provisioning.models import Application, Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from accounts.trail.search import Sought
    from console.one_log.entries import Known

RUN: Final = "run"
ACTION: Final = "job"
_RUN_OUTCOMES: Final = {
    Outcome.DONE: (Run.State.PLANNED, Run.State.DONE),
    Outcome.WAITING: (Run.State.READING, Run.State.SENDING),
    Outcome.FAILED: (Run.State.STOPPED, Run.State.INCOMPLETE),
    Outcome.EXPECTED: (Run.State.REPLACED,),
}
_ACTION_OUTCOMES: Final = {
    Outcome.DONE: (ActionResult.State.OVER,),
    Outcome.WAITING: (ActionResult.State.GOING, ActionResult.State.STOPPING),
    Outcome.FAILED: (ActionResult.State.STOPPED,),
}


def _of_state(outcomes: Any, state: str) -> Outcome:
    return next((each for each, states in outcomes.items() if state in states), Outcome.DONE)


def _runs(request: HttpRequest) -> QuerySet[Any]:
    rows = admin.site.get_model_admin(Run).get_queryset(request)
    return rows.select_related("application")


def _sought_runs(request: HttpRequest, sought: Sought) -> Iterator[Part]:
    wanted = Q(actor__in=sought.actors)
    if not sees(request, User):
        wanted &= shows("actor", sought.typed)
    yield Part(Q(application__in=sought.about.get("application", ())) | wanted, is_rare=True)


def _tell_runs(rows: Sequence[Run], known: Known) -> list[Entry]:
    return [_told_run(row, known) for row in rows]


def _told_run(row: Run, known: Known) -> Entry:
    outcome = _of_state(_RUN_OUTCOMES, row.state)
    application = known.get(about(Application, row.application_id), Place("", ""))
    facts = [
        Fact(_("Application"), row.application.name, application.url),
        Fact(_("State"), row.get_state_display()),
        Fact(_("Operations"), str(row.total)),
        Fact(_("Wanted by"), actor_in_words(row.actor)),
    ]
    return Entry(
        stream=RUN,
        key=str(row.pk),
        at=row.created,
        kind=_("Job"),
        outcome=outcome,
        mark="warn" if outcome == Outcome.FAILED else "",
        sentence=_("%(application)s: %(kind)s, %(state)s")
        % {
            "application": row.application.name,
            "kind": row.get_kind_display(),
            "state": row.get_state_display().lower(),
        },
        reason=row.why,
        remedy=_("Its page says what was done, and lets you go on or begin anew.")
        if row.why
        else "",
        facts=[fact for fact in facts if fact.text],
        reference=reference_of(RUN, row.pk),
        more_url=reverse("console:provisioning_run_change", args=[row.pk]),
        more=_("The run, line by line"),
    )


def _actions(request: HttpRequest) -> QuerySet[Any]:
    """Return what whoever asks did to many rows, on lists that they may see still."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - the site let them in
    lists = [page for page in ACCESS if Access.VIEW in access_of(user, page)]
    return ActionResult.objects.filter(site=admin.site.name, maker=user.pk, about__in=lists)


def _sought_actions(request: HttpRequest, sought: Sought) -> Iterator[Part]:
    yield Part(Q(title__icontains=sought.typed), is_rare=True)


def _tell_actions(rows: Sequence[ActionResult], known: Known) -> list[Entry]:
    return [_told_action(row) for row in rows]


def _told_action(row: ActionResult) -> Entry:
    outcome = _of_state(_ACTION_OUTCOMES, row.state)
    is_stopped = outcome == Outcome.FAILED
    by_hand = _("You stopped it.") if is_stopped else ""
    return Entry(
        stream=ACTION,
        key=str(row.pk),
        at=row.created,
        kind=_("Job"),
        outcome=outcome,
        mark="warn" if is_stopped else "",
        sentence=_("%(title)s: %(state)s")
        % {"title": row.title, "state": row.get_state_display().lower()},
        reason=row.stopped_because or by_hand,
        remedy=_("What was done stays. Let it go on from its page.") if is_stopped else "",
        facts=[Fact(_("State"), row.get_state_display())],
        reference=reference_of(ACTION, row.pk),
        more_url=reverse(f"console:{begun.NAME}", args=[row.pk]),
        more=_("The result, line by line"),
    )


def _names_of_run(row: Run) -> Iterable[About]:
    return (about(Application, row.application_id),)


def _names_nothing(_row: ActionResult) -> Iterable[About]:
    return ()


RUNS: Final = Stream(
    name=RUN,
    model=Run,
    moment="created",
    page=Run._meta.label_lower,
    rows=_runs,
    outcomes={outcome: Q(state__in=states) for outcome, states in _RUN_OUTCOMES.items()},
    sought=_sought_runs,
    of_person=None,
    names=_names_of_run,
    tell=_tell_runs,
    reads_key=read_own_uuid,
)
ACTIONS: Final = Stream(
    name=ACTION,
    model=ActionResult,
    moment="created",
    page="",
    rows=_actions,
    outcomes={outcome: Q(state__in=states) for outcome, states in _ACTION_OUTCOMES.items()},
    sought=_sought_actions,
    of_person=None,
    names=_names_nothing,
    tell=_tell_actions,
    reads_key=read_own_uuid,
)
