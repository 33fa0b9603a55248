"""What becomes of an operation after an answer that was no success."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from provisioning.engine.asking import Next
from provisioning.engine.ending import give_up, quarantine_view
from provisioning.engine.gate import NotNowError
from provisioning.engine.paths import path_of
from provisioning.engine.quarantine import quarantine_application
from provisioning.models import Application, Link, OperationState
from provisioning.planning import retrying
from provisioning.protocol.steps import Kind
from provisioning.services.credentials import digest_of_credential
from provisioning.storage.pace import pause_target

if TYPE_CHECKING:
    from datetime import datetime

    from provisioning.engine.asking import Work
    from provisioning.engine.looking import View
    from provisioning.planning.retrying import Verdict
    from provisioning.protocol.answers import Outcome

_TIMED_OUT: Final = 408
_FAILED: Final = 500
_BAD_GATEWAY: Final = 502
_SAYS_NOTHING: Final = (retrying.RetryAt, retrying.QuarantineApplication, retrying.GivenUp)
_GONE: Final = frozenset({404, 410})


class ApplicationRefusedError(Exception):
    """The application was put into quarantine; the operation waits."""


def conclude(work: Work, view: View, outcome: Outcome) -> Next:
    """Let an operation wait, end it, or have its object looked at anew.

    Raises:
        TargetPausedError: Nobody may ask the target before a time.
        ApplicationRefusedError: The application takes nothing from us any more.
        NotNowError: It does not take a credential that was replaced meanwhile.
    """
    if not _may_be_done(outcome):
        work.refused()
    verdict = work.judge(outcome)
    if isinstance(verdict, retrying.Gone):
        doubt = doubted(work, view, outcome)
        if doubt is not None:
            _end_or_wait(work, view, work.judge(doubt))
            return Next.ENDED
        unlink(view)
    if isinstance(verdict, (retrying.Done, retrying.ReadAgain, retrying.Gone)):
        return Next.ANEW
    _end_or_wait(work, view, verdict)
    return Next.ENDED


def _end_or_wait(work: Work, view: View, verdict: Verdict) -> None:
    match verdict:
        case retrying.RetryAt(when=when, reason=reason, pauses_target=pauses):
            if pauses:
                _pause(work, when)
            work.put_back(when=when, reason=reason, counts=not pauses)
        case retrying.SearchFirst(when=when, reason=reason):
            _may_be_there(work, view, when, reason)
        case retrying.MatchAgain(reason=reason) | retrying.QuarantineObject(reason=reason):
            quarantine_view(work, view, reason=reason)
        case retrying.QuarantineApplication(reason=reason):
            if _is_replaced(work.session.application):
                raise NotNowError
            quarantine_application(application=work.session.application, reason=reason)
            work.put_back(when=timezone.now(), reason=reason, counts=False)
            raise ApplicationRefusedError(reason)
        case retrying.GivenUp(reason=reason):
            give_up(work, view, reason=reason)


def _is_replaced(application: Application) -> bool:
    """Tell whether another credential was stored since the connection was opened with this one."""
    stored = Application.objects.filter(pk=application.pk).first()
    return stored is not None and (
        digest_of_credential(stored) != digest_of_credential(application)
    )


def _may_be_done(outcome: Outcome) -> bool:
    """Tell whether the target may have done what it did not confirm."""
    if outcome.status == 0:
        return outcome.was_sent
    return outcome.status >= _FAILED or outcome.status == _TIMED_OUT


def doubted(work: Work, view: View, outcome: Outcome) -> Outcome | None:
    """Return what to make of "not there" while not even the list of people is; else nothing.

    Whoever stands before a target, or an address that leads nowhere, says of everything that it is
    not there: who leaves would count as gone.  A target that lists nothing is believed; a page is
    not, while the target shows the resource.
    """
    listed = work.ask("GET", path_of(Kind.USER), params={"count": "1"}).outcome
    if listed.status not in _GONE:
        if isinstance(work.judge(listed), _SAYS_NOTHING):
            return listed
        is_there = outcome.is_page and _is_shown(work, view)
        return replace(outcome, method="GET", is_readable=False) if is_there else None
    reason = _("It says that nothing is there, people not either. Is the address right?")
    return replace(outcome, status=_BAD_GATEWAY, scim_type="", detail=reason, method="GET")


def _is_shown(work: Work, view: View) -> bool:
    """Ask whether a resource is there still."""
    assert view.known is not None  # noqa: S101 - what is gone was there
    path = path_of(view.kind, view.known.remote_id)
    return work.ask("GET", path).outcome.is_success


def unlink(view: View) -> None:
    """Forget a resource that is not at the target any more."""
    if view.link is not None:
        view.link.delete()


def _pause(work: Work, until: datetime) -> None:
    session = work.session
    pause_target(tenant_id=session.application.tenant_id, key=session.pace_key, until=until)


@transaction.atomic
def _may_be_there(work: Work, view: View, when: datetime, reason: str) -> None:
    """Remember that the target may have created it although it did not say so."""
    if view.link is not None:
        Link.objects.filter(pk=view.link.pk, remote_id="").update(state=Link.State.UNKNOWN)
    work.put_back(when=when, reason=reason, state=OperationState.UNKNOWN)
