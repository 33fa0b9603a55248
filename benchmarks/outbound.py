"""``python -m benchmarks.outbound WORD``: do something in the database of ``DATABASE_URL``.

In a process of its own, because Django is set up for one database, and so that the memory is that
of what is done.  The last line of standard output is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import secrets
import subprocess
import sys
import time
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import django

from benchmarks.tenant import SLUG
from benchmarks.workers import NETWORKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.databases import Database

_PUSHED: Final = 25
"""People who are changed and pushed one after the other."""
_LONGEST: Final = 3600
"""Seconds that a word may ask the target, all in all."""


def said(database: Database, word: str, *values: str) -> dict[str, Any]:
    """Say a word to a process in a database; return what it printed."""
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "benchmarks.outbound", word, *values],
        env=environment(database),
        stdout=subprocess.PIPE,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def environment(database: Database) -> dict[str, str]:
    """Return the variables of a process that works in a database."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": database.url,
        "GATEHOUSE_LOG_LEVEL": "ERROR",
        "GATEHOUSE_OUTGOING_NETWORKS": NETWORKS,
    }


def connect(target_url: str, *groups: str) -> dict[str, Any]:
    """Make an application for these groups, or every member; its first plan was sent."""
    from django.utils import timezone  # noqa: PLC0415 - models exist only after set-up

    from accounts.models import DirectoryGroup, Role  # noqa: PLC0415
    from accounts.storage.changes import latest_position  # noqa: PLC0415
    from provisioning.models import Application, Follower  # noqa: PLC0415
    from provisioning.services.applications import create_application  # noqa: PLC0415
    from provisioning.services.assignments import set_assignments  # noqa: PLC0415
    from provisioning.services.connections import Connection, change_connection  # noqa: PLC0415
    from provisioning.services.settings import set_switches  # noqa: PLC0415

    made = create_application(catalogue_key="generic", name="Target")
    secret = secrets.token_urlsafe(16)
    change_connection(application=made, connection=Connection(base_url=target_url, token=secret))
    set_switches(application=made, switches={"create_groups": False})
    assigned = list(DirectoryGroup.objects.filter(pk__in=groups))
    roles = [] if groups else [Role.MEMBER]
    set_assignments(application=made, groups=assigned, roles=roles, profiles=[])
    Application.objects.filter(pk=made.pk).update(first_plan_sent_at=timezone.now())
    generation, number, entry_id = latest_position()
    Follower.objects.create(
        application=made, generation=generation, transaction=number, entry_id=entry_id
    )
    return {"application": made.pk}


def plan() -> dict[str, Any]:
    """Work a plan out; say how long it took, the memory, and what it would send."""
    from provisioning.engine.starting import begin_run  # noqa: PLC0415
    from provisioning.engine.working_out import work_out  # noqa: PLC0415
    from provisioning.models import Operation, Run  # noqa: PLC0415

    run = begin_run(_application(), Run.Kind.PLAN)
    begun, spent = time.perf_counter(), time.process_time()
    work_out(run)
    seconds, spent = time.perf_counter() - begun, time.process_time() - spent
    run.refresh_from_db()
    return {
        "seconds": seconds,
        "processor": spent,
        "counts": run.counts,
        "why": run.why,
        "operations": Operation.objects.filter(run=run).count(),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


def perform() -> dict[str, Any]:
    """Do what is due; say for how long of it what was waited for."""
    from django.db import connection  # noqa: PLC0415

    from provisioning.engine.draining import perform_operations  # noqa: PLC0415
    from provisioning.models import IN_FLIGHT, Exchange, Operation  # noqa: PLC0415

    application = _application()
    due = Operation.objects.filter(state__in=IN_FLIGHT)
    operations = due.count()
    latest = Exchange.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    statements, commits = _Clock(), _Clock()
    ending = mock.patch.object(connection, "commit", commits.timing(connection.commit))
    begun, spent = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(statements), ending:
        while due.exists():
            perform_operations.work(application_id=application.pk)
    seconds, spent = time.perf_counter() - begun, time.process_time() - spent
    asked = Exchange.objects.filter(pk__gt=latest).values_list("seconds", flat=True)
    return {
        "operations": operations,
        "requests": len(asked),
        "seconds": seconds,
        "processor": spent,
        "http": sum(asked),
        "statements": statements.seconds,
        "statement_count": statements.count,
        "commits": commits.seconds,
        "commit_count": commits.count,
    }


def push() -> dict[str, Any]:
    """Change people one after the other; say how long it took until the target had the change."""
    from dataclasses import replace  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from accounts.services.users import UserFields, update_user  # noqa: PLC0415
    from provisioning.engine.draining import perform_operations  # noqa: PLC0415
    from provisioning.engine.following import follow_changes  # noqa: PLC0415

    application = _application()
    taken = []
    for number in range(1, _PUSHED + 1):
        user = User.objects.get(external_id=f"ext{number}")
        begun = time.perf_counter()
        values = replace(UserFields.of(user), display_name=f"Pushed {time.time()}")
        update_user(user=user, values=values)
        follow_changes.work(application_id=application.pk)
        perform_operations.work(application_id=application.pk)
        taken.append((time.perf_counter() - begun) * 1000)
    return {"milliseconds": median(taken), "taken": taken}


class _Clock:
    """How often something was done, and for how long."""

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], *words: Any) -> Any:
        with self._running():
            return execute(*words)

    def timing(self, work: Callable[[], None]) -> Callable[[], None]:
        """Return the same work, timed."""

        def timed() -> None:
            with self._running():
                work()

        return timed

    @contextmanager
    def _running(self) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.count += 1
            self.seconds += time.perf_counter() - begun


def _application() -> Any:
    from provisioning.models import Application  # noqa: PLC0415

    return Application.objects.select_related("tenant").get()


WORDS: Final[Mapping[str, Callable[..., dict[str, Any]]]] = {
    "connect": connect,
    "plan": plan,
    "perform": perform,
    "push": push,
}


def main() -> int:
    """Do one of the words in the tenant of the benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.outbound", description=__doc__)
    parser.add_argument("word", choices=WORDS)
    parser.add_argument("values", nargs="*")
    options = parser.parse_args()
    django.setup()
    from accounts.models import Tenant  # noqa: PLC0415
    from accounts.tenancy.scoping import tenant_scope  # noqa: PLC0415
    from provisioning.client.time_limit import time_limit  # noqa: PLC0415

    with tenant_scope(Tenant.objects.get(slug=SLUG)), time_limit(_LONGEST):
        told = WORDS[options.word](*options.values)
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
