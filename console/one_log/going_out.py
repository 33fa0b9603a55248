"""What goes out, in the log: what was to be done at which application, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.identifiers import read_uuid
from accounts.models import DirectoryGroup, User
from accounts.trail.sentences import actor_in_words
from console.applications.words import action_label, cause_label, steps_in_words
from console.one_log.entries import About, Entry, Fact, Place, about, reference_of
from console.one_log.outcomes import Outcome
from console.one_log.streams import Part, Stream, sees, shows
from provisioning.models import Application, Operation, OperationState
from provisioning.models.operations import IN_FLIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from accounts.trail.search import Sought
    from console.one_log.entries import Known

NAME: Final = "out"
_OUTCOMES: Final = {
    Outcome.DONE: (OperationState.DONE,),
    Outcome.WAITING: (*IN_FLIGHT, OperationState.HELD),
    Outcome.FAILED: (OperationState.FAILED, OperationState.QUARANTINED),
    Outcome.EXPECTED: (OperationState.CANCELLED,),
}
_OUTCOME_OF: Final = {state: outcome for outcome, states in _OUTCOMES.items() for state in states}
_REMEDIES: Final = {
    OperationState.FAILED: gettext_lazy(
        "Put right what the reason says, there or in the mapping. It is tried again when the data "
        "or the mapping changes; “Try again” on its page does so at once."
    ),
    OperationState.QUARANTINED: gettext_lazy(
        "It was refused too often and is not tried again until the data or the mapping changes, or "
        "somebody presses “Try again” on its page."
    ),
    OperationState.HELD: gettext_lazy(
        "More would be taken away than the application's limit allows. An admin allows or refuses "
        "it on the page of the application."
    ),
}


def _rows(request: HttpRequest) -> QuerySet[Any]:
    """Return what the provisioning log lists; what is only planned stands on its plan."""
    rows = admin.site.get_model_admin(Operation).get_queryset(request)
    return rows.exclude(state=OperationState.PLANNED)


def _sought(request: HttpRequest, sought: Sought) -> Iterator[Part]:
    """Yield the operations of who or what is meant; who may open none finds by what is shown."""
    typed = sought.typed.lower() if read_uuid(sought.typed) else sought.typed
    keys, condition = {typed}, Q(object_id=typed)
    for model in (User, DirectoryGroup):
        found = sought.about.get(str(model._meta.model_name), ())
        named = Q() if sees(request, model) else shows("name", sought.typed)
        condition |= Q(object_id__in=found) & named
        keys |= {*found}
    # The first of them is what an index finds.
    yield Part(Q(object_id__in=sorted(keys)) & condition, is_rare=True)
    applications = sought.about.get("application", ())
    if applications:
        yield Part(Q(application__in=applications))


def _names(row: Operation) -> Iterator[About]:
    yield about(Application, row.application_id)
    yield _object(row)


def _object(row: Operation) -> About:
    return about(User if row.kind == "User" else DirectoryGroup, row.object_id)


def _tell(rows: Sequence[Operation], known: Known) -> list[Entry]:
    return [_told(row, known) for row in rows]


def _told(row: Operation, known: Known) -> Entry:
    state = OperationState(row.state)
    outcome = _OUTCOME_OF.get(state, Outcome.WAITING)
    remedy = str(_REMEDIES.get(state, ""))
    return Entry(
        stream=NAME,
        key=str(row.pk),
        at=row.created,
        kind=_("Going out"),
        outcome=outcome,
        mark="warn" if state == OperationState.HELD else "",
        sentence=_sentence(row, outcome),
        figure=_attempts(row),
        reason=(row.last_error or row.get_state_display()) if remedy else "",
        remedy=remedy,
        facts=_facts(row, known, is_said=bool(remedy)),
        changes=[change for step in steps_in_words(row) for change in step["changes"]],
        reference=reference_of(NAME, row.pk),
        more_url=reverse("console:provisioning_operation_change", args=[row.pk]),
        more=_("Every step, with request and answer"),
    )


def _sentence(row: Operation, outcome: Outcome) -> str:
    said = _("%(application)s: %(action)s, %(name)s") % {
        "application": row.application.name,
        "action": action_label(row.main_action) or row.get_kind_display(),
        "name": row.name or row.object_id,
    }
    if outcome == Outcome.DONE:
        return said
    return f"{said}: {row.get_state_display().lower()}"


def _attempts(row: Operation) -> str:
    text = ngettext("%(n)s attempt", "%(n)s attempts", row.attempts)
    return text % {"n": row.attempts}


def _facts(row: Operation, known: Known, *, is_said: bool) -> list[Fact]:
    application = known.get(about(Application, row.application_id), Place("", ""))
    its_page = known.get(_object(row), Place("", "")).url
    label = _("Person") if row.kind == "User" else _("Group")
    facts = [
        Fact(label, row.name or row.object_id, its_page),
        Fact(_("Application"), row.application.name, application.url),
        Fact(_("State"), row.get_state_display()),
        Fact(_("Reason"), "" if is_said else row.last_error),
        Fact(_("Why it leaves"), cause_label(row.cause)),
        Fact(_("Wanted by"), actor_in_words(row.actor)),
        Fact(_("Tried"), _attempts(row)),
        Fact(_("ID here"), row.object_id, is_code=True),
    ]
    return [fact for fact in facts if fact.text]


STREAM: Final = Stream(
    name=NAME,
    model=Operation,
    moment="created",
    page=Operation._meta.label_lower,
    rows=_rows,
    outcomes={outcome: Q(state__in=states) for outcome, states in _OUTCOMES.items()},
    sought=_sought,
    of_person=lambda key: Q(object_id=key),
    names=_names,
    tell=_tell,
)
