"""One request of an operation: the intent first, then the request, then what came of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from provisioning.engine.exchanges import keep_exchange
from provisioning.engine.gate import ClaimLostError, require_open
from provisioning.engine.rows import step_as_json
from provisioning.models import Link, Operation, OperationState
from provisioning.planning.retrying import decide
from provisioning.storage.claims import Claim, intend

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from provisioning.client.target import Answer
    from provisioning.engine.sessions import Session
    from provisioning.planning.retrying import Verdict
    from provisioning.protocol.answers import Outcome
    from provisioning.protocol.steps import Step


class Next(Enum):
    """What becomes of an operation whose step was not simply done."""

    ANEW = auto()
    """The target is not as we knew it: look at the object anew."""
    ENDED = auto()
    """The operation has ended, or waits."""


@dataclass(slots=True)
class Work:
    """An operation that this worker has claimed, and the connection that it is done over.

    ``steps`` are those that are done or under way, as the operation's row shows them;
    ``is_partly_done`` tells whether a request of the step under way was successful already.
    """

    operation: Operation
    claim: Claim
    session: Session
    steps: list[dict[str, Any]] = field(default_factory=list)
    is_partly_done: bool = False

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        body: Any = None,
        if_match: str = "",
    ) -> Answer:
        """Send one request, its intent committed before and the exchange after.

        Raises:
            ClaimLostError: Another worker has the operation.
            StoppedError: Its run was stopped.
            NotNowError: The application sends nothing now.
            TargetPausedError: Nobody may ask this target yet.
        """
        application = self.session.application
        reads = method == "GET"
        if not reads:
            self._mark("asked")
        gate = intend(
            tenant_id=application.tenant_id, claim=self.claim, steps=self.steps, reads=reads
        )
        require_open(gate, base_url=application.base_url)
        answer = self.session.target.request(
            method, path, params=params, body=body, if_match=if_match
        )
        keep_exchange(self.operation, application, answer)
        return answer

    def begin(self, steps: Sequence[Step]) -> None:
        """Show what is about to be done, after what is done already."""
        done = [each for each in self.steps if each.get("done")]
        self.steps = done + [step_as_json(step) for step in steps]

    def step_done(self) -> None:
        """Mark the first step that was not done as done."""
        self._mark("done")

    @property
    def unanswered(self) -> dict[str, Any]:
        """The step that was asked for and of which nothing more is known, or nothing."""
        for each in self.steps:
            if "asked" in each and "done" not in each:
                return each
        return {}

    def refused(self) -> None:
        """Note that the target has done nothing of the step that was asked for."""
        if not self.is_partly_done:
            self.unanswered.pop("asked", None)

    def keep_unanswered(self) -> None:
        """Keep with the link what nobody answered, whatever becomes of this operation."""
        unanswered = self.unanswered
        if unanswered:
            Link.objects.filter(
                application=self.session.application,
                kind=self.operation.kind,
                object_id=self.operation.object_id,
            ).update(unsettled=unanswered)

    def _mark(self, what: str) -> None:
        for each in self.steps:
            if "done" not in each:
                each[what] = timezone.now().isoformat()
                return

    def judge(self, outcome: Outcome) -> Verdict:
        """Return what follows from an answer."""
        return decide(
            outcome,
            attempts=self.operation.attempts,
            now=timezone.now(),
            first_tried=self.operation.first_tried or timezone.now(),
            jitter=random.random(),  # noqa: S311 - spreads attempts, guards nothing
        )

    def write(self, **columns: Any) -> None:
        """Write columns of the operation, if it is still ours; in a transaction that is open.

        Raises:
            ClaimLostError: Another worker has it.
        """
        ours = Operation.objects.filter(
            pk=self.operation.pk, claim=self.claim.token, state=OperationState.RUNNING
        )
        if not ours.update(steps=self.steps, **columns):
            raise ClaimLostError
        for name, value in columns.items():
            setattr(self.operation, name, value)

    def put_back(self, *, when: datetime, reason: str, counts: bool = True, **columns: Any) -> None:
        """Let the operation wait until ``when``; without ``counts`` this was no attempt."""
        self.keep_unanswered()
        attempts = self.operation.attempts if counts else max(self.operation.attempts - 1, 0)
        self.write(
            **{"state": OperationState.WAITING, **columns},
            next_try=when,
            last_error=reason,
            attempts=attempts,
            claim=None,
            claimed_until=None,
        )
