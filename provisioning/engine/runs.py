"""Plans and full runs: what an admin looks at, sends, watches and stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioning.models import Application, Run


def make_plan(*, application: Application) -> Run:
    """Have a plan worked out by a worker; the run is ``reading`` until it is ``planned``.

    Its operations are ``planned``, with before and after; nothing is sent.
    """
    raise NotImplementedError


def send_plan(*, run: Run) -> None:
    """Send exactly the operations of a plan; the first plan that is sent opens the application.

    Raises:
        NotPlannedError: It is not worked out yet, or sent, or replaced by a newer one.
        InputsChangedError: Mapping, switches, scope or somebody concerned changed meanwhile.
    """
    raise NotImplementedError


def start_full_run(*, application: Application) -> Run:
    """Have everything compared with the target, and sent what is not in step.

    Raises:
        NothingSentError: No plan was sent yet, or it is paused or in quarantine.
    """
    raise NotImplementedError


def stop_run(*, run: Run) -> None:
    """Stop a run: after the request that is under way nothing more of it is sent."""
    raise NotImplementedError


def allow_removals(*, application: Application) -> int:
    """Send the removals that are held, each once; return how many."""
    raise NotImplementedError


def refuse_removals(*, application: Application) -> int:
    """Forget the removals that are held; whoever they are about stays as they are there."""
    raise NotImplementedError
