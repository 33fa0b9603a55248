"""How long, and how often at once, a target is asked while somebody waits for a page."""

from __future__ import annotations

import ast
import threading
import time
from contextlib import ExitStack
from contextvars import Context
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import pytest
from django.db import connections
from django.urls import reverse

from accounts.models import Job
from accounts.tenancy.unscoped import every_tenant
from operations.checkout import BASE_DIR
from provisioning.client.time_limit import UnlimitedError
from provisioning.engine import draining, for_a_page
from provisioning.engine.errors import TooManyAtOnceError
from provisioning.engine.for_a_page import asking_for_a_page, most_at_once
from provisioning.engine.one_person import provision_person
from provisioning.engine.pulse import beat
from provisioning.engine.sessions import session_with
from provisioning.engine.testing import test_connection as check
from provisioning.models import Application, Operation
from tests.conftest import signed_in
from tests.provisioning.engine.conftest import join, opened, people
from tests.support.feed import feed_caught_up
from tests.support.html_forms import text_of
from tests.support.packages import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import DirectoryGroup, User
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked, Fake

WHO_OPENS: Final = {
    "provisioning.engine.draining": "the job perform_operations",
    "provisioning.engine.one_person": "asking_for_a_page",
    "provisioning.engine.testing": "asking_for_a_page",
    "provisioning.engine.working_out": "the job work_out_run",
    "provisioning.importing.asking": "asking_for_a_page, or the jobs of queue runs that decide",
    "provisioning.importing.reading": "the job read_at_target",
}
"""Who opens a session with a target, and what bounds it."""
WHO_CONNECTS: Final = {
    "accounts.outgoing.documents": "ten seconds, one request",
    "provisioning.client.credentials": "what is left of the limit",
    "provisioning.client.target": "what is left of the limit",
}
"""Who makes connections to addresses that somebody typed, and for how long."""
FOR_A_PAGE: Final = {
    "console.applications.connection_page": "test_connection",
    "console.applications.one_person": "provision_person",
}
"""The views that have a target asked before they answer."""


def waiting() -> int:
    """Count the jobs that wait to do what is due."""
    try:
        with every_tenant():
            jobs = Job.objects.filter(kind="provisioning.perform_operations")
            return jobs.filter(state=Job.State.WAITING).count()
    finally:
        if threading.current_thread() is not threading.main_thread():
            connections.close_all()


def slowly(fake: Fake, seconds: float) -> None:
    def wait(_asked: Asked) -> Answer | None:
        time.sleep(seconds)
        return None

    fake.before = wait


class TestOneDeadline:
    def test_the_five_steps_of_a_test_end_in_time_together(
        self, application: Application, fake: Fake, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(for_a_page, "SECONDS", 1.0)
        slowly(fake, 0.7)

        began = time.monotonic()
        checked = check(application=application)

        assert time.monotonic() - began < 1.5
        assert [each.ok for each in checked] == [True, True, True, True, False]

    def test_a_person_who_takes_too_long_is_left_to_workers_and_arrives_once(
        self,
        engine: Engine,
        application: Application,
        staff: DirectoryGroup,
        fake: Fake,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        opened(engine, application)
        [ann] = people("ann")
        join(staff, [ann])
        monkeypatch.setattr(for_a_page, "SECONDS", 1.5)
        slowly(fake, 0.4)

        began = time.monotonic()
        shown = provision_person(application=application, user=ann)

        assert time.monotonic() - began < 2.5
        assert not shown[-1].ok
        slowly(fake, 0)
        engine.hurry()
        assert list(fake.users()) == ["ann@acme.example"]
        assert not Operation.objects.exclude(state__in=("done", "cancelled")).exists()


class TestWorkers:
    def test_nobody_is_called_to_a_target_that_has_not_answered_yet(
        self,
        engine: Engine,
        application: Application,
        staff: DirectoryGroup,
        fake: Fake,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        opened(engine, application)
        join(staff, people(*(f"p{number}" for number in range(12))))
        feed_caught_up()
        monkeypatch.setattr(draining, "SLICE_SECONDS", 0.2)
        called: list[int] = []

        def hang(_asked: Asked) -> Answer | None:
            Context().run(beat)
            called.append(waiting())
            time.sleep(0.3)
            return None

        Context().run(beat)
        assert engine.do_jobs() == 1  # The feed is followed.
        fake.before = hang
        assert engine.do_jobs() == 1
        assert called == [0] * len(called)
        assert waiting() == 1  # Another worker goes on.

        fake.before = lambda _asked: None
        monkeypatch.setattr(draining, "SLICE_SECONDS", 5.0)
        engine.work()
        assert len(fake.users()) == len(fake.members("Staff")) == 12


class TestAtOnce:
    def test_a_second_test_of_a_tenant_is_refused_and_asks_nothing(
        self, application: Application, staff: DirectoryGroup, fake: Fake
    ) -> None:
        [ann] = people("ann")
        with asking_for_a_page(application):
            with pytest.raises(TooManyAtOnceError):
                check(application=application)
            with pytest.raises(TooManyAtOnceError):
                provision_person(application=application, user=ann)

        assert fake.asked == []
        assert Operation.objects.count() == 0
        assert all(each.ok for each in check(application=application))

    def test_a_third_of_the_threads_asks_for_all_tenants_together(self) -> None:
        with ExitStack() as stack:
            for number in range(most_at_once()):
                stack.enter_context(asking_for_a_page(Application(tenant_id=number + 1)))
            with pytest.raises(TooManyAtOnceError), asking_for_a_page(Application(tenant_id=99)):
                pass

    @pytest.mark.parametrize(("name", "sent"), [("test", {}), ("one_person", None)])
    def test_the_page_says_so(
        self,
        application: Application,
        fake: Fake,
        alice: User,
        name: str,
        sent: dict[str, str] | None,
    ) -> None:
        [ann] = people("ann")
        console = signed_in(alice)
        url = reverse(f"console:provisioning_application_{name}", args=[application.pk])
        if sent is None:
            sent = console.get(url, {"person": ann.user_name}).context["version"]
            sent = {"person": ann.user_name, "version": str(sent)}
        with asking_for_a_page(application):
            answer = console.post(url, sent)

        assert answer.status_code == HTTPStatus.OK
        assert "Another target is being asked for your company." in text_of(answer)
        assert fake.asked == []


class TestEverythingIsBound:
    def test_no_target_is_asked_outside_a_job_and_without_a_limit(
        self, application: Application, fake: Fake
    ) -> None:
        with pytest.raises(UnlimitedError), session_with(application):
            pass
        assert fake.asked == []

    def test_sessions_are_opened_by_those_who_say_what_bounds_them(self) -> None:
        assert set(callers("session_with")) == set(WHO_OPENS)
        assert set(callers("Target")) == {"provisioning.engine.sessions"}
        imports = "from accounts.outgoing.connections import"
        connecting = {each for each in callers("Connection") if imports in text_of_module(each)}
        assert connecting == set(WHO_CONNECTS)

    def test_views_ask_targets_through_services_that_are_bound(self) -> None:
        found = {
            module: name
            for name in ("test_connection", "provision_person")
            for module in callers(name)
        }
        assert found == FOR_A_PAGE
        for module in found:
            assert "except TooManyAtOnceError" in text_of_module(module)


def callers(name: str) -> Iterator[str]:
    """Yield the modules of the product that call something by this name."""
    for package in PACKAGES:
        for path in sorted((BASE_DIR / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                called = node.func if isinstance(node, ast.Call) else None
                if isinstance(called, ast.Name) and called.id == name:
                    yield ".".join(path.relative_to(BASE_DIR).with_suffix("").parts)


def text_of_module(name: str) -> str:
    return (BASE_DIR / f"{name.replace('.', '/')}.py").read_text()
