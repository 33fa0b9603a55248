"""An application with a target over real HTTP, and a worker's work done in the test's process."""

from __future__ import annotations

from contextlib import suppress
from contextvars import Context
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.groups.groups import GroupFields, create_group
from accounts.jobs import queueing
from accounts.jobs.errors import GivenUpError, PutBackError
from accounts.jobs.kinds import PROVISIONING, RUNS
from accounts.jobs.running import run_job, scope_of_job
from accounts.models import DirectoryGroup, Job, Tenant, User
from accounts.services.user_sets import create_users
from accounts.services.users import UserFields
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from provisioning.engine.pulse import beat
from provisioning.engine.runs import make_plan, send_plan
from provisioning.models import Application, Operation, Run
from tests.provisioning.engine.applications import make_application
from tests.provisioning.engine.scim_fake import Fake, fake_scim
from tests.support.feed import feed_caught_up
from tests.support.members import add_group_members, remove_group_members

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_django.fixtures import Settings


@pytest.fixture
def fake() -> Iterator[Fake]:
    with fake_scim() as served:
        yield served


@pytest.fixture(autouse=True)
def _loopback_is_allowed(settings: Settings) -> None:
    """Let targets be on this machine, as an operator may."""
    settings.OUTGOING_NETWORKS = [ip_network("127.0.0.0/8")]


@pytest.fixture(autouse=True)
def _jobs_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let jobs wait until a test has them done, as they do without a worker."""
    monkeypatch.setattr(queueing, "hand_over", lambda _job, *, lock: None)


class Engine:
    """What a worker does, done now."""

    def work(self, *, rounds: int = 50) -> None:
        """Follow the feed and do what is due, until nothing is."""
        feed_caught_up()
        for _round in range(rounds):
            Context().run(beat)
            if not self.do_jobs():
                return
        raise AssertionError("There is no end to it.")

    def hurry(self) -> None:
        """Have what waits for a later attempt due now, and done."""
        Operation.objects.filter(state__in=("waiting", "unknown")).update(next_try=timezone.now())
        self.work()

    def do_jobs(self) -> int:
        """Do the jobs of provisioning that wait; return how many."""
        with every_tenant():
            waiting = list(
                Job.objects.filter(
                    queue__in=(PROVISIONING, RUNS), state=Job.State.WAITING
                ).order_by("pk")
            )
        for job in waiting:
            Context().run(self._do, job)
        return len(waiting)

    @staticmethod
    def _do(job: Job) -> None:
        with scope_of_job(job.tenant_id), suppress(PutBackError, GivenUpError):
            run_job(job.pk)


@pytest.fixture
def engine(transactional_db: None) -> Engine:
    return Engine()


@pytest.fixture
def tenant(engine: Engine, acme: Tenant) -> Iterator[Tenant]:
    with tenant_scope(acme):
        yield acme


@pytest.fixture
def staff(tenant: Tenant) -> DirectoryGroup:
    return create_group(values=GroupFields(display_name="Staff"))


def people(*names: str) -> list[User]:
    """Make people of the active tenant."""
    made = create_users(
        many=[
            UserFields(
                user_name=f"{name}@acme.example",
                email=f"{name}@acme.example",
                given_name=name.title(),
                family_name="Example",
                display_name=f"{name.title()} Example",
            )
            for name in names
        ]
    )
    found = User.objects.in_bulk([key for key in made if key])
    by_name = {each.user_name: each for each in found.values()}
    return [by_name[f"{name}@acme.example"] for name in names]


def join(group: DirectoryGroup, members: Sequence[User]) -> None:
    add_group_members(group=group, member_ids=[each.pk for each in members])


def leave(group: DirectoryGroup, members: Sequence[User]) -> None:
    remove_group_members(group=group, member_ids=[each.pk for each in members])


@pytest.fixture
def application(tenant: Tenant, staff: DirectoryGroup, fake: Fake) -> Application:
    return connected(fake, staff)


def connected(fake: Fake, *groups: DirectoryGroup, **columns: Any) -> Application:
    """Make an application with a fake as its target."""
    number = Application.objects.count()
    values = {"name": f"Planner {number}", **columns}
    return make_application(fake.base_url, *groups, **values)


def opened(engine: Engine, application: Application) -> Run:
    """Make a first plan, send it, and have everything done."""
    feed_caught_up()
    run = make_plan(application=application)
    engine.work()
    run.refresh_from_db()
    assert run.state == Run.State.PLANNED, run.why
    send_plan(run=run)
    engine.work()
    application.refresh_from_db()
    run.refresh_from_db()
    return run
