"""Provisioning one person now, in five steps that can be seen."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.trail import audit
from provisioning.client.target import TargetPausedError
from provisioning.engine.draining import perform_claimed
from provisioning.engine.for_a_page import asking_for_a_page
from provisioning.engine.gate import NotNowError, why_nothing_is_sent
from provisioning.engine.looking import look_at
from provisioning.engine.matching import search_unrecorded
from provisioning.engine.recording import record_operations
from provisioning.engine.refused import refused_removals
from provisioning.engine.sessions import probe_once, session_with
from provisioning.engine.testing import check_connection
from provisioning.engine.verdicts import ApplicationRefusedError
from provisioning.models import IN_FLIGHT, Exchange, Operation, OperationState
from provisioning.planning.retrying import said
from provisioning.protocol.steps import Action, Kind
from provisioning.storage.claims import claim_one

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from accounts.models import User
    from provisioning.engine.looking import View
    from provisioning.engine.sessions import Session
    from provisioning.models import Application


class Part(StrEnum):
    """The five steps."""

    TEST = "test"
    IMPORT = "import"
    SCOPE = "scope"
    MATCH = "match"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class Shown:
    """What one of the steps came to; ``ok`` is ``None`` when it was not come to."""

    step: Part
    says: str
    ok: bool | None
    seconds: float = 0.0
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    exchanges: Sequence[Exchange] = ()


def provision_person(*, application: Application, user: User) -> list[Shown]:
    """Bring one person in step at an application at once, and say what each step came to.

    Before the first plan was sent nothing is written there: the last step says what would be.

    Raises:
        TooManyAtOnceError: Enough pages wait for a target already.
    """
    shown: list[Shown] = []
    with asking_for_a_page(application):
        for each in _steps(application, user):
            shown.append(each)
            if each.ok is False:
                break
    come_to = {each.step for each in shown}
    audit.record("application.person_provisioned", application, person=str(user.pk))
    return shown + [Shown(part, "", None) for part in Part if part not in come_to]


def _steps(application: Application, user: User) -> Iterator[Shown]:
    yield _tested(application)
    start = time.monotonic()
    view = look_at(application, Kind.USER, str(user.pk))
    if view.error:
        says = _("The mapping cannot be evaluated: %(reason)s") % {"reason": view.error}
        yield Shown(Part.IMPORT, says, ok=False, seconds=_since(start))
        return
    resource = view.desired.resource if view.desired else {}
    says = _("%(count)d attributes by the mapping.") % {"count": len(resource)}
    yield Shown(Part.IMPORT, says, ok=True, seconds=_since(start), after=resource)
    yield Shown(Part.SCOPE, _scope_in_words(view), ok=True)
    try:
        with session_with(application) as session:
            probe_once(session)
            yield _matched(session, view)
            yield _acted(session, view)
    except TargetPausedError:
        yield Shown(Part.MATCH, _("The target asked us to wait. Try again later."), ok=False)


def _tested(application: Application) -> Shown:
    start = time.monotonic()
    checked = check_connection(application)
    failed = next((each for each in checked if each.ok is False), None)
    says = failed.says if failed else _("It answered and takes our token.")
    return Shown(Part.TEST, says, ok=failed is None, seconds=_since(start))


def _scope_in_words(view: View) -> str:
    if view.desired is not None:
        return _("They are in scope: wanted there.")
    if view.cause is not None:
        return _("They are not in scope: they leave.")
    return _("They are not in scope, and are not to be there.")


def _matched(session: Session, view: View) -> Shown:
    if view.known is not None:
        says = _("Linked to %(remote_id)s.") % {"remote_id": view.known.remote_id}
        return Shown(Part.MATCH, says, ok=True)
    if view.desired is None:
        return Shown(Part.MATCH, _("There is nothing to look for."), ok=True)
    start = time.monotonic()
    found = search_unrecorded(session, view.desired)
    if found.failed is not None:
        return Shown(Part.MATCH, said(found.failed.outcome), ok=False, seconds=_since(start))
    says = _("Accounts that match: %(count)d.") % {"count": len(found.resources)}
    return Shown(Part.MATCH, says, ok=True, seconds=_since(start))


def _acted(session: Session, view: View) -> Shown:
    """Do what has to be done now, whatever else waits, and show what came of it."""
    application = session.application
    before, after = _changes(view)
    why = why_nothing_is_sent(application)
    if why:
        return Shown(Part.ACT, why, ok=not view.steps, before=before, after=after)
    if not view.steps:
        return Shown(Part.ACT, _("Nothing has to be done."), ok=True)
    start = time.monotonic()
    record_operations(application, [view])
    operation = _in_flight(application, view)
    if operation is None:
        return Shown(Part.ACT, _why_not(application, view), ok=False, before=before, after=after)
    while _perform(session, operation):
        operation.refresh_from_db()
    operation.refresh_from_db()
    return Shown(
        Part.ACT,
        operation.last_error or str(OperationState(operation.state).label),
        ok=operation.state == OperationState.DONE,
        seconds=_since(start),
        before=before,
        after=after,
        exchanges=list(Exchange.objects.filter(operation=operation)),
    )


def _perform(session: Session, operation: Operation) -> bool:
    """Do what can be done now of an operation; whether there is more of it to do now."""
    claim = claim_one(tenant_id=operation.tenant_id, operation_id=operation.pk)
    if claim is None:
        return False
    phase = operation.phase
    try:
        perform_claimed(session, claim)
    except (NotNowError, ApplicationRefusedError, TargetPausedError):
        return False
    operation.refresh_from_db()
    return operation.state == OperationState.WAITING and operation.phase != phase


def _in_flight(application: Application, view: View) -> Operation | None:
    return Operation.objects.filter(
        application=application,
        kind=view.kind,
        object_id=view.object_id,
        state__in=IN_FLIGHT,
    ).first()


def _why_not(application: Application, view: View) -> str:
    held = Operation.objects.filter(
        application=application, object_id=view.object_id, state=OperationState.HELD
    )
    if held.exists():
        return _("It is held: more are to be taken away than you allow at once.")
    if refused_removals(application).filter(object_id=view.object_id).exists():
        return _("An admin refused it: they stay there.")
    if view.link is not None and view.link.quarantined_at is not None:
        return view.link.quarantine_reason
    return _("It waits until its conflict is decided.")


def _changes(view: View) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what changes, before and after, over all steps."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for step in view.steps:
        if step.action is not Action.CREATE:
            before |= step.before
        after |= step.after
    return before, after


def _since(start: float) -> float:
    return time.monotonic() - start
