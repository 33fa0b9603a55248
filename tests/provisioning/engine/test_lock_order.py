"""Rows of an application are locked in one order, so that nobody waits for who waits for them."""

from __future__ import annotations

import ast
import time
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db import connection

from accounts.tenancy.scoping import tenant_id_scope
from provisioning.desired import Concerned
from provisioning.engine import following, runs
from provisioning.engine.conflicts import Choice, resolve_conflict
from provisioning.engine.following import follow_changes
from provisioning.engine.retrying import retry_stuck
from provisioning.engine.runs import make_plan, send_plan, start_full_run, stop_run
from provisioning.models import Application, Conflict, Run
from provisioning.services.applications import delete_application, pause_application
from provisioning.services.connections import Connection, change_connection
from tests.provisioning.engine.conftest import join, opened, people
from tests.provisioning.engine.scim_fake import Fake, fake_scim
from tests.support.feed import feed_caught_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from accounts.models import DirectoryGroup
    from tests.provisioning.engine.conftest import Engine

_PATIENCE: Final = 10.0
_WAITS: Final = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@pytest.fixture
def elsewhere() -> Iterator[Fake]:
    with fake_scim() as served:
        yield served


def _in_its_own_connection(
    tenant_id: int, work: Callable[[], object], failed: list[BaseException]
) -> Thread:
    def run() -> None:
        try:
            with tenant_id_scope(tenant_id):
                work()
        except BaseException as error:  # noqa: BLE001 - told by the test
            failed.append(error)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_WAITS)
        return bool(cursor.fetchone()[0])


def _plan_is_sent(application: Application, _elsewhere: Fake) -> Callable[[], object]:
    run = Run.objects.filter(application=application, state=Run.State.PLANNED).get()
    return lambda: send_plan(run=run)


def _host_is_left(application: Application, elsewhere: Fake) -> Callable[[], object]:
    said = Connection(base_url=elsewhere.base_url, token="t")
    return lambda: change_connection(application=application, connection=said)


def _run_is_stopped(application: Application, _elsewhere: Fake) -> Callable[[], object]:
    run = start_full_run(application=application)
    return lambda: stop_run(run=run)


def _run_is_begun(application: Application, _elsewhere: Fake) -> Callable[[], object]:
    return lambda: start_full_run(application=application)


def _plan_is_made(application: Application, _elsewhere: Fake) -> Callable[[], object]:
    return lambda: make_plan(application=application)


def _conflict_is_decided(application: Application, _elsewhere: Fake) -> Callable[[], object]:
    conflict = Conflict.objects.create(
        application=application, kind="User", object_id="o", name="O", why=Conflict.Why.SEVERAL
    )
    return lambda: resolve_conflict(conflict=conflict, choice=Choice.CREATE)


def _it_is_paused(application: Application, _elsewhere: Fake) -> Callable[[], object]:
    return lambda: pause_application(application=application, reason="")


def _it_is_deleted(application: Application, _elsewhere: Fake) -> Callable[[], object]:
    return lambda: delete_application(application=application)


def _stuck_is_retried(application: Application, _elsewhere: Fake) -> Callable[[], object]:
    return lambda: retry_stuck(application=application)


DECISIONS: Final = (
    _plan_is_sent,
    _host_is_left,
    _run_is_stopped,
    _run_is_begun,
    _plan_is_made,
    _conflict_is_decided,
    _it_is_paused,
    _it_is_deleted,
    _stuck_is_retried,
)


@pytest.mark.parametrize("decided", DECISIONS, ids=lambda each: each.__name__.strip("_"))
@pytest.mark.parametrize("everything", ["everybody", "somebody"])
def test_what_an_admin_decides_while_changes_are_followed(  # noqa: PLR0913, PLR0917 - fixtures
    engine: Engine,
    application: Application,
    staff: DirectoryGroup,
    elsewhere: Fake,
    monkeypatch: pytest.MonkeyPatch,
    decided: Callable[[Application, Fake], Callable[[], object]],
    everything: str,
) -> None:
    join(staff, people("ann"))
    opened(engine, application)
    make_plan(application=application)
    engine.work()
    decide = decided(application, elsewhere)
    [ben] = people("ben")
    join(staff, [ben])
    feed_caught_up()
    is_locked, go_on = Event(), Event()

    def concerned(**_what: Any) -> Concerned:
        is_locked.set()
        assert go_on.wait(_PATIENCE)
        if everything == "everybody":
            return Concerned(everything=True)
        return Concerned(users={str(ben.pk)})

    monkeypatch.setattr(following, "concerned_by", concerned)
    monkeypatch.setattr(runs, "have_changed", lambda _run: False)  # What holds locks longest.
    failed: list[BaseException] = []
    follows = _in_its_own_connection(
        application.tenant_id, lambda: follow_changes.work(application_id=application.pk), failed
    )
    assert is_locked.wait(_PATIENCE)
    decides = _in_its_own_connection(application.tenant_id, decide, failed)
    end = time.monotonic() + _PATIENCE
    while decides.is_alive() and not _somebody_waits() and time.monotonic() < end:
        time.sleep(0.01)
    go_on.set()
    for thread in (follows, decides):
        thread.join(_PATIENCE)
        assert not thread.is_alive()

    assert failed == []


def test_whoever_holds_an_application_lets_others_refer_to_it() -> None:
    root = Path(__file__).parents[3]
    strict = []
    for path in [*root.glob("provisioning/**/*.py"), *root.glob("console/applications/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr != "select_for_update":
                continue
            of = ast.unparse(node.func.value)
            named = {each.arg for each in node.keywords}
            if of == "Application.objects" and "no_key" not in named:
                strict.append(f"{path.relative_to(root)}:{node.lineno}")
    assert strict == []
