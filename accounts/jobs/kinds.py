"""Kinds of jobs: what is done, in which queue, and how often it is tried.

A kind is a function with one of the decorators below, which say what a worker that dies in the
middle leaves behind.  Each application names its kinds in ``KINDS`` of its module ``tasks``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Generic, ParamSpec

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from accounts.jobs.queueing import queue_job

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from accounts.models import Job

_Arguments = ParamSpec("_Arguments")

MAIL: Final = "mail"
DAILY: Final = "daily"
BULK: Final = "bulk"
PROVISIONING: Final = "provisioning"
RUNS: Final = "runs"
QUEUES: Final = (MAIL, DAILY, BULK, PROVISIONING, RUNS)
"""A worker takes from all of them unless it is told otherwise."""
UPKEEP: Final = "upkeep"
"""The queue of the engine's own work, of which every worker takes."""

AFTER_MIDNIGHT: Final = "10 0 * * *"
HOURLY: Final = "20 * * * *"
EVERY_TEN_MINUTES: Final = "*/10 * * * *"

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
_PAUSES: Final = (10, MINUTE, 10 * MINUTE, HOUR, 4 * HOUR)
_PAUSES_BY_THE_CLOCK: Final = (5 * MINUTE, HOUR)


@dataclass(frozen=True, slots=True)
class Kind(Generic[_Arguments]):
    """A kind of job.

    Attributes:
        name: What its rows are known by: the function's name with that of its application.  Who
            changes the arguments in a way that waiting jobs do not fit gives the new kind another
            name, and keeps the old one for those that wait when an installation is upgraded.
        is_one_transaction: Whether its writes and its end are one transaction.
        sealed: The arguments that are stored sealed; the others are ids.
        pauses: Seconds until it is tried again after each failure; then it has failed.
        cron: When it is due by itself, in the words of cron (UTC).  Such a kind never runs twice
            at once.
        leaves: So many places of a worker it leaves to kinds that leave fewer, as long as there
            is another one; the same for all kinds of a queue (:mod:`accounts.jobs.places`).
        reaches_out: Whether it asks servers of others, which may let it wait.  A tenant's leave a
            place to those of other tenants.
        one_for_tenant: Whether one of a tenant is done at a time, whatever workers there are.
    """

    name: str
    queue: str
    work: Callable[_Arguments, Mapping[str, Any] | None]
    is_one_transaction: bool
    sealed: frozenset[str]
    pauses: tuple[int, ...]
    cron: str
    leaves: int
    reaches_out: bool
    one_for_tenant: bool

    def lock_of(self, tenant_id: int | None) -> str | None:
        """Return what Procrastinate lets one running job have at a time."""
        if self.one_for_tenant:
            return f"{self.name} {tenant_id}"
        return self.name if self.cron else None

    def defer(self, *args: _Arguments.args, **arguments: _Arguments.kwargs) -> Job:
        """Have this done by a worker once the transaction is committed; its arguments are named.

        The job runs in the scope of the tenant that is active now, or of none.
        """
        return queue_job(
            kind=self,
            arguments={name: arguments[name] for name in arguments if name not in self.sealed},
            sealed={name: arguments[name] for name in arguments if name in self.sealed},
        )


class _Declaring:
    """A decorator that makes a function a kind of job."""

    def __init__(self, *, is_one_transaction: bool) -> None:
        self._is_one_transaction = is_one_transaction

    def __call__(  # noqa: PLR0913 - what a kind declares
        self,
        *,
        queue: str,
        sealed: tuple[str, ...] = (),
        pauses: tuple[int, ...] = _PAUSES,
        cron: str = "",
        leaves: int = 0,
        reaches_out: bool = False,
        one_for_tenant: bool = False,
    ) -> Callable[[Callable[_Arguments, Mapping[str, Any] | None]], Kind[_Arguments]]:
        def declare(work: Callable[_Arguments, Mapping[str, Any] | None]) -> Kind[_Arguments]:
            return Kind(
                name=f"{work.__module__.partition('.')[0]}.{work.__name__}",
                queue=queue,
                work=work,
                is_one_transaction=self._is_one_transaction,
                sealed=frozenset(sealed),
                pauses=pauses,
                cron=cron,
                leaves=leaves,
                reaches_out=reaches_out,
                one_for_tenant=one_for_tenant,
            )

        return declare


exactly_once = _Declaring(is_one_transaction=True)
"""Its writes are committed with its end: a worker that dies leaves nothing, or everything."""

at_least_once = _Declaring(is_one_transaction=False)
"""It reaches out, such as by mail, or commits in steps: done anew, it must do no harm."""


def by_the_clock(cron: str) -> Callable[[Callable[[], Mapping[str, Any]]], Kind[[]]]:
    """Return a decorator for what is due by itself, tenant by tenant or in portions.

    It is tried again twice; after that its turn comes by itself.
    """
    return at_least_once(queue=DAILY, cron=cron, pauses=_PAUSES_BY_THE_CLOCK)


@cache
def kinds() -> Mapping[str, Kind[Any]]:
    """Return every kind of job by name."""
    found: dict[str, Kind[Any]] = {}
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, "tasks"):
            named = import_module(f"{app.module.__name__}.tasks")
            found |= {kind.name: kind for kind in getattr(named, "KINDS", ())}
    return found
