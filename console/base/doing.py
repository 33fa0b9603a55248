"""Doing to many rows what somebody wanted: a job, one transaction a row.

What is done to a row, what becomes of it and how far the job is are written together, so that a
worker that dies in the middle loses nothing and does nothing twice.  Whoever wanted it is judged
again before each row.  A row is locked in the order in which its own service locks, for no
transaction holds two of them.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from typing_extensions import override

from accounts.identifiers import uuid_of
from accounts.jobs.kinds import BULK, MINUTE, RUNS, at_least_once
from accounts.models import ActionLine, ActionResult, User
from accounts.progress import report_progress
from accounts.requests.outages import is_held_by_others
from accounts.services.action_results import end_action, is_to_go_on, note_stop, take_up
from accounts.trail import audit
from accounts.trail.refusals import in_words
from console.base.followed import Figure, followed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from django_stubs_ext import StrOrPromise

    from accounts.jobs.kinds import Kind
    from accounts.trail.audit import Event

_sites: Final[dict[str, Any]] = {}


def own_account() -> str:
    """Return why nothing is done to whoever wants it."""
    return _("This is your own account. Another system admin must do it.")


def _asks_nobody(_key: str) -> None:
    """Ask nobody about a row."""


class Done(NamedTuple):
    """What was done to a row.

    Attributes:
        kept: What is needed to take it back: ids, and no secret.  Empty: nothing to take back.
        note: What is to be said of it, if something is.
        sessions: So many sessions of the person ended with it.
    """

    kept: dict[str, Any] = {}
    note: str = ""
    sessions: int = 0


class Work:
    """What is done to each row of a list, as an attribute of its :class:`ModelAdmin`.

    Args:
        permissions: Who may: each is asked of ``has_<permission>_permission``.

    Attributes:
        asks_targets: Whether :meth:`asking` asks servers of others, which may let it wait.
        undo: What takes it back, if something does.  Each row then says what that needs
            (:attr:`Done.kept`).
        stays_because: Why nothing takes it back, for whoever is about to do it.
        spares_maker: Whether nobody does it to their own account, also who lets go on what
            somebody else began.
        follows: What its result tells of that follows from it, in this order.
        is_elsewhere: Whether it may follow in rooms of their own, too, such as at applications.
    """

    asks_targets: ClassVar[bool] = False
    undo: ClassVar[Work | None] = None
    stays_because: StrOrPromise = ""
    spares_maker: ClassVar[bool] = False
    follows: ClassVar[tuple[Figure, ...]] = ()
    is_elsewhere: ClassVar[bool] = False

    def __init__(self, *, permissions: Sequence[str]) -> None:
        self.allowed_permissions = list(permissions)

    def do(self, model_admin: Any, obj: Any, choice: Any) -> Done | None:
        """Do it to one row, inside a transaction; a refusal is told and stops nothing."""
        raise NotImplementedError

    def became(self, count: int, told: str) -> str:
        """Return what was done to so many rows, such as *206 of 209 people were deactivated*.

        ``told`` is how many of how many; ``count`` is the one of them that goes before the noun.
        """
        raise NotImplementedError

    def asking(self) -> AbstractContextManager[Callable[[str], Any]]:
        """Return what asks somebody else about a row, by its key, before its transaction.

        It is open as long as the job is.  Most ask nobody.
        """
        return nullcontext(_asks_nobody)

    def do_as_answered(self, model_admin: Any, obj: Any, choice: Any, answer: Any) -> Done | None:
        """Do it to one row, as :meth:`do` does, with what was answered about it."""
        return self.do(model_admin, obj, choice)

    def find(self, model_admin: Any, request: HttpRequest, key: str) -> Any:
        """Return the row with a key, if it is there still for whoever wanted this."""
        return model_admin.get_queryset(request).filter(pk=key).first()

    def find_choice(self, ids: dict[str, Any]) -> Any:
        """Return what was chosen for a row, from the ids that were kept of it.

        Raises:
            ValidationError: It is gone.
        """
        return None

    def read_line(self, line: ActionLine) -> Any:
        """Return what is wanted for a row, from its line.

        Raises:
            ValidationError: What was chosen is gone.
        """
        return self.find_choice(line.choice)

    def note(self, model_admin: Any, request: HttpRequest, refused: Sequence[ActionLine]) -> None:
        """Put what was refused into the audit trail."""
        for line in refused:
            model_admin.note_refused(request, line.reason, line.row)

    def is_allowed(self, model_admin: Any, request: HttpRequest) -> bool:
        """Whether whoever asks may do this at all."""
        return all(
            getattr(model_admin, f"has_{each}_permission")(request)
            for each in self.allowed_permissions
        )


class _Gone(Work):
    """What a version before this one did."""

    stays_because = gettext_lazy("What did it is not offered any more.")

    def __init__(self) -> None:
        super().__init__(permissions=())

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext("%(n)s row was done", "%(n)s rows were done", count)
        return text % {"n": told}

    @override
    def is_allowed(self, model_admin: Any, request: HttpRequest) -> bool:
        return False


def works_for(site: Any) -> None:
    """Let jobs find the lists of ``site``."""
    _sites[site.name] = site


@at_least_once(queue=BULK, pauses=(10, MINUTE, 10 * MINUTE))
def do_to_many(*, result_id: str) -> dict[str, Any]:
    """Do what is left of an action on many rows, until it is over or stopped."""
    return _do_what_is_left(result_id)


@at_least_once(
    queue=RUNS, pauses=(10, MINUTE, 10 * MINUTE), leaves=2, reaches_out=True, one_for_tenant=True
)
def do_to_many_at_targets(*, result_id: str) -> dict[str, Any]:
    """Do the same for an action that asks a target about each row, which may let it wait."""
    return _do_what_is_left(result_id)


def kind_of_job(result: ActionResult) -> Kind[Any]:
    """Return what does an action: a kind that may wait for others, if it asks them."""
    return do_to_many_at_targets if work_of(result).asks_targets else do_to_many


def list_of(result: ActionResult) -> Any:
    """Return the list on whose rows it is done, as its site has it."""
    return _sites[result.site].get_model_admin(apps.get_model(result.about))


def work_of(result: ActionResult) -> Work:
    """Return what is done to each row: the action, or what takes it back."""
    work = _offered(result)
    return work if result.undoes is None or work.undo is None else work.undo


def is_allowed(result: ActionResult, request: HttpRequest) -> bool:
    """Whether whoever asks may do the same; who may, may take it back as well."""
    return _offered(result).is_allowed(list_of(result), request)


def _offered(result: ActionResult) -> Work:
    """Return the action of the list; one that nobody may do if the list has it no longer."""
    work = getattr(list_of(result), result.action, None)
    return work if isinstance(work, Work) else _Gone()


def _do_what_is_left(result_id: str) -> dict[str, Any]:
    wanted = take_up(key=uuid_of(result_id))
    if wanted is None:
        return {}
    result, maker = wanted
    with _sites[result.site].scope_of(maker):
        return _Run(result).go()


class _Run:
    """One attempt at what is left of an action."""

    def __init__(self, result: ActionResult) -> None:
        self._result = result
        self._site = _sites[result.site]
        self._admin = list_of(result)
        self._work = work_of(result)
        self._lines = ActionLine.objects.filter(result=result.pk).order_by("number")

    def go(self) -> dict[str, Any]:
        """Do line after line, and return how many have an outcome."""
        total = self._lines.count()
        left = list(self._lines.filter(outcome="").values_list("pk", "row"))
        was_busy = False
        with self._work.asking() as ask:
            for done, (line_id, row) in enumerate(left, start=total - len(left) + 1):
                answer = ask(row)
                try:
                    if not self._took_turn(line_id, answer, (done, total)):
                        return {"done": done - 1, "of": total}
                except OperationalError as error:
                    # Of two one after the other it is not the row that is in the way.
                    if was_busy or not is_held_by_others(error):
                        raise
                    was_busy = True
                    self._leave(line_id)
                else:
                    was_busy = False
        self._end()
        return {"done": total, "of": total}

    def _took_turn(self, line_id: int, answer: Any, progress: tuple[int, int]) -> bool:
        """Do a line, unless no more may be done, and tell which."""
        with audit.listening() as entries:
            with transaction.atomic():
                request = self._request()
                if not self._goes_on(request):
                    return False
                line = self._do(line_id, request, answer, entries)
                report_progress(done=progress[0], total=progress[1])
            self._count_late(line, entries)
        return True

    def _count_late(self, line: ActionLine | None, entries: Sequence[Event]) -> None:
        """Count what followed only once the line was committed, as others were waited for."""
        if line is None or line.followed is None:
            return
        late = followed(line, entries, sessions=line.followed.get(Figure.SESSIONS, 0))
        if late != line.followed:
            self._lines.filter(pk=line.pk).update(followed=late)

    def _leave(self, line_id: int) -> None:
        """Write that somebody else held the row for too long; the others have their turn."""
        self._lines.filter(pk=line_id, outcome="").update(
            outcome=ActionLine.Outcome.REFUSED,
            reason=_("Somebody else was changing the same for too long. Nothing was changed."),
            can_pass=True,
            ended=timezone.now(),
            sealed=b"",
        )

    @transaction.atomic
    def _end(self) -> None:
        if end_action(result=self._result):
            # Of somebody who was erased meanwhile a line tells nothing, not even its name.
            refused = list(self._lines.filter(outcome=ActionLine.Outcome.REFUSED).exclude(name=""))
            if refused:
                self._work.note(self._admin, self._request(), refused)

    def _goes_on(self, request: HttpRequest) -> bool:
        """Tell whether the next line may be done; if not, its result says so."""
        if not is_to_go_on(result=self._result):
            return False
        if self._site.has_permission(request) and is_allowed(self._result, request):
            return True
        reason = _("Whoever wanted this may not do it any more. What was done stays.")
        note_stop(result=self._result, because=reason)
        return False

    def _request(self) -> HttpRequest:
        """Return what the list's pages judge: a request of whoever wanted it, as they are now."""
        request = HttpRequest()
        maker = User.objects.select_related("tenant").filter(pk=self._result.maker).first()
        request.user = maker or AnonymousUser()
        return request

    def _do(
        self, line_id: int, request: HttpRequest, answer: Any, entries: Sequence[Event]
    ) -> ActionLine | None:
        line = self._lines.select_for_update(of=("self",)).filter(pk=line_id, outcome="").first()
        if line is None:  # An attempt that was given up for dead has just done it.
            return None
        line.outcome, done = self._outcome(line, request, answer)
        line.reason, line.kept, line.ended = done.note, done.kept, timezone.now()
        line.sealed = b""
        if line.outcome == ActionLine.Outcome.DONE:
            line.followed = followed(line, entries, sessions=done.sessions)
        line.save(update_fields=["outcome", "reason", "kept", "ended", "sealed", "followed"])
        return line

    def _outcome(self, line: ActionLine, request: HttpRequest, answer: Any) -> tuple[str, Done]:
        found = self._work.find(self._admin, request, line.row)
        if found is None:
            return ActionLine.Outcome.REFUSED, Done(note=_("It is not there any more."))
        if self._work.spares_maker and found == request.user:
            return ActionLine.Outcome.REFUSED, Done(note=own_account())
        try:
            with transaction.atomic(), audit.because(self._result.reason):
                choice = self._work.read_line(line)
                done = self._work.do_as_answered(self._admin, found, choice, answer)
        except (*self._admin.refusals, ValidationError) as refusal:
            return ActionLine.Outcome.REFUSED, Done(note=in_words(refusal))
        return ActionLine.Outcome.DONE, done or Done()
