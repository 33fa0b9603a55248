"""An action on many rows is a job: it can be left, stopped, taken up again, and doubles nothing."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.utils import timezone

from accounts.jobs import queueing
from accounts.models import ActionLine, ActionResult, AuditEntry, Job, Role, User
from accounts.services import users
from accounts.services.action_results import begin_action, erase_lines_about
from accounts.tenancy.scoping import tenant_scope
from console.base import many_progress
from console.base.doing import Work, kind_of_job
from licenses.models import Seat, Subscription
from tests.conftest import crowd, do_at_once, person, signed_in
from tests.support.html_forms import text_of, what_is_sent
from tests.support.licence_file import apply_file
from tests.support.many import ask

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.test import Client

    from accounts.models import Tenant

USERS = "/console/accounts/user/"
WORKS = [
    (model._meta.label_lower, name)
    for model, model_admin in admin.site._registry.items()
    for name in dir(type(model_admin))
    if isinstance(getattr(type(model_admin), name, None), Work)
]
"""Everything that is done to many rows in the console: the list, and what it is called there."""


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """The jobs that wait, as no worker is there."""
    waiting: list[Job] = []
    monkeypatch.setattr(queueing, "hand_over", lambda job, lock: waiting.append(job))
    return waiting


def begin(browser: Client, action: str, people: list[User], **fields: Any) -> str:
    """Press the button, and return the address of the page that it leads to."""
    page = ask(browser, USERS, action, [each.pk for each in people], **fields).content.decode()
    return str(browser.post(USERS, what_is_sent(page, "seen")).headers["Location"])


def work(jobs: list[Job]) -> None:
    """Do what waits, as a worker does."""
    while jobs:
        do_at_once(jobs.pop(0), lock=None)


def inactive(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        return User.objects.filter(active=False).count()


def deactivations(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant):
        found = AuditEntry.objects.filter(action="user.deactivated")
        return sorted(found.values_list("target_id", flat=True))


def after(number: int, what: Callable[[], None]) -> Callable[..., None]:
    """Return a deactivation that does something else as well when it is done so often."""
    original, calls = users.deactivate_user, []

    def deactivate(*, user: User) -> None:
        original(user=user)
        calls.append(user)
        if len(calls) == number:
            what()

    return deactivate


def test_nothing_is_done_before_a_worker_does_it_and_the_page_says_that_it_waits(
    acme: Tenant, console: Client, queued: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = begin(console, "deactivate", crowd(acme, 3))

    page = text_of(console.get(address))

    assert inactive(acme) == 0
    assert "3 rows wait" in page
    assert "No worker is running, so this waits." in page
    assert "You can leave this page" in page
    assert "Nothing was done so far." in page
    assert 'name="outcome"' not in page  # There is nothing to filter.
    monkeypatch.setattr(many_progress, "living_workers", lambda: 1)
    assert "No worker is running" not in text_of(console.get(address))
    work(queued)
    assert inactive(acme) == 3
    done = text_of(console.get(address))
    assert "Done</dt><dd>3" in done
    assert 'name="outcome"' in done


def test_its_job_carries_one_id_and_is_of_the_tenant(
    acme: Tenant, console: Client, queued: list[Job]
) -> None:
    begin(console, "deactivate", crowd(acme, 3))

    (job,) = queued
    with tenant_scope(acme):
        result = ActionResult.objects.get()
    assert (job.queue, job.tenant_id, job.arguments) == (
        "bulk",
        acme.pk,
        {"result_id": str(result.pk)},
    )
    assert result.job == job.pk


def test_pressing_twice_before_it_is_done_queues_one_job(
    acme: Tenant, console: Client, bob: User, queued: list[Job]
) -> None:
    sent = what_is_sent(ask(console, USERS, "deactivate", [bob.pk]).content.decode(), "seen")

    addresses = {console.post(USERS, sent).headers["Location"] for _ in range(2)}

    assert len(addresses) == 1
    assert len(queued) == 1
    with tenant_scope(acme):
        assert ActionLine.objects.count() == 1


def test_who_is_passed_over_altogether_needs_no_worker(
    acme: Tenant, console: Client, bob: User, queued: list[Job]
) -> None:
    with tenant_scope(acme):
        users.deactivate_user(user=bob)
    page = ask(console, USERS, "deactivate", [bob.pk]).content.decode()

    address = console.post(USERS, what_is_sent(page, "seen")).headers["Location"]

    assert queued == []
    assert "Passed over</dt><dd>1" in text_of(console.get(address))


class TestUnderWay:
    @pytest.fixture
    def address(
        self, acme: Tenant, console: Client, queued: list[Job], monkeypatch: pytest.MonkeyPatch
    ) -> str:
        """The page of a deactivation of five whose worker died after it had done two."""
        address = begin(console, "deactivate", crowd(acme, 5))

        def die() -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as dying:
            dying.setattr(users, "deactivate_user", after(3, die))
            with pytest.raises(KeyboardInterrupt):
                do_at_once(queued[0], lock=None)
        return address

    def test_what_was_done_stays_and_what_was_begun_is_undone(
        self, acme: Tenant, console: Client, address: str
    ) -> None:
        assert inactive(acme) == len(deactivations(acme)) == 2
        page = text_of(console.get(address))
        assert "2 of 5 done" in page
        assert "second left" in page or "seconds left" in page
        with tenant_scope(acme):
            job = Job.objects.get()
        assert (job.done, job.total) == (2, 5)

    def test_the_next_worker_does_the_rest_and_nothing_twice(
        self, acme: Tenant, console: Client, address: str, queued: list[Job]
    ) -> None:
        work(queued)

        assert inactive(acme) == 5
        assert len(set(deactivations(acme))) == len(deactivations(acme)) == 5
        assert "Done</dt><dd>5" in text_of(console.get(address))

    def test_a_part_of_the_page_says_how_far_it_is(
        self, console: Client, address: str, queued: list[Job]
    ) -> None:
        part = {"part": "progress"}
        going = console.get(address, part).content.decode()
        work(queued)
        over = console.get(address, part).content.decode()

        assert "<html" not in going
        assert 'data-now="going"' in going
        assert "data-over" not in going
        assert f'data-over="{address}"' in over
        assert console.get(address, {"part": "x"}).status_code == HTTPStatus.BAD_REQUEST

    def test_the_page_costs_as_much_for_many_as_for_few(
        self, acme: Tenant, console: Client, address: str, django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(20):
            console.get(address, {"part": "progress"})

    def test_it_is_stopped_and_goes_on(
        self, acme: Tenant, console: Client, address: str, queued: list[Job]
    ) -> None:
        stopping = text_of(console.post(address, {"stop": "1"}, follow=True))
        work(queued)
        stopped = text_of(console.get(address))
        still = inactive(acme)
        console.post(address, {"go-on": "1"})
        console.post(address, {"go-on": "1"})

        assert "Stops after the row that is under way" in stopping
        assert "Stopped" in stopped
        assert "What was done stays." in stopped
        assert still == 2
        assert len(queued) == 1
        work(queued)
        assert inactive(acme) == 5

    def test_who_changes_their_mind_before_it_has_stopped_lets_it_go_on(
        self, acme: Tenant, console: Client, address: str, queued: list[Job]
    ) -> None:
        console.post(address, {"stop": "1"})
        console.post(address, {"go-on": "1"})

        assert len(queued) == 1
        work(queued)
        assert inactive(acme) == 5

    def test_who_may_not_do_the_same_neither_sees_nor_stops_it(
        self, acme: Tenant, other_console: Client, address: str, queued: list[Job]
    ) -> None:
        eve = signed_in(person(acme, "Eve", Role.EDITOR))

        for other in (eve, other_console):
            assert other.get(address).status_code == HTTPStatus.NOT_FOUND
            assert other.post(address, {"stop": "1"}).status_code == HTTPStatus.NOT_FOUND
        work(queued)
        assert inactive(acme) == 5

    def test_another_admin_lets_go_on_in_their_own_name_what_its_maker_may_no_more(
        self, acme: Tenant, alice: User, address: str, queued: list[Job]
    ) -> None:
        zoe = person(acme, "Zoe", Role.ADMIN)
        with tenant_scope(acme):
            User.objects.filter(pk=alice.pk).update(role=Role.EDITOR)
        work(queued)

        page = text_of(signed_in(zoe).post(address, {"go-on": "1"}, follow=True))
        work(queued)

        assert "Stopped" not in page
        assert inactive(acme) == 5
        with tenant_scope(acme):
            found = AuditEntry.objects.filter(action="user.deactivated", actor=zoe.user_name)
            assert found.count() == 3

    @pytest.mark.parametrize("change", ["demoted", "deactivated", "deleted"])
    def test_it_stops_when_whoever_wanted_it_may_not_any_more(
        self, acme: Tenant, alice: User, address: str, queued: list[Job], change: str
    ) -> None:
        with tenant_scope(acme):
            person(acme, "Zoe", Role.ADMIN)
            mine = User.objects.filter(pk=alice.pk)
            if change == "deleted":
                mine.delete()
            elif change == "demoted":
                mine.update(role=Role.EDITOR)
            else:
                mine.update(active=False)
        before = len(deactivations(acme))

        work(queued)

        assert len(deactivations(acme)) == before == 2
        with tenant_scope(acme):
            result = ActionResult.objects.get()
        assert result.state == ActionResult.State.STOPPED
        assert "Whoever wanted this" in result.stopped_because

    def test_a_row_that_is_gone_is_refused_and_the_others_are_done(
        self, acme: Tenant, console: Client, address: str, queued: list[Job]
    ) -> None:
        with tenant_scope(acme):
            User.objects.filter(user_name="crowd4").delete()

        work(queued)

        page = text_of(console.get(address))
        assert "It is not there any more." in page
        assert "Refused</dt><dd>1" in page
        assert inactive(acme) == 4

    def test_what_fails_each_time_is_given_up_and_tried_again_when_its_maker_says_so(
        self,
        acme: Tenant,
        console: Client,
        address: str,
        queued: list[Job],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        (job,) = queued
        with monkeypatch.context() as broken:
            broken.setattr(users, "deactivate_user", lambda user: 1 / 0)
            do_at_once(job, lock=None)
            again = text_of(console.get(address))
            for _attempt in range(5):
                do_at_once(job, lock=None)
        failed = text_of(console.get(address))
        queued.clear()

        assert "It failed, and is tried again soon." in again
        assert "It failed several times, and was given up." in failed
        assert "ZeroDivisionError" not in failed
        console.post(address, {"go-on": "1"})
        work(queued)
        assert inactive(acme) == 5


def test_whoever_deactivates_themselves_with_others_has_their_turn_last(
    acme: Tenant, alice: User, console: Client, queued: list[Job]
) -> None:
    person(acme, "Zoe", Role.ADMIN)
    begin(console, "deactivate", [alice, *crowd(acme, 3)])

    work(queued)

    assert inactive(acme) == 4
    with tenant_scope(acme):
        assert ActionLine.objects.order_by("number").last().name == str(alice)  # type: ignore[union-attr]


def test_a_file_of_licences_is_a_job_line_by_line(
    acme: Tenant, console: Client, bob: User, crm: Subscription, queued: list[Job]
) -> None:
    kim = person(acme, "Kim")
    text = f"email,product\n{bob.email},crm\n{kim.email},crm\n"
    address = apply_file(console, text).headers["Location"]

    waits = text_of(console.get(address))
    with tenant_scope(acme):
        Subscription.objects.update(seats=1)  # While it waits.
    work(queued)

    assert "2 rows wait" in waits
    page = text_of(console.get(address))
    assert "Done</dt><dd>1" in page
    assert "Refused</dt><dd>1" in page
    assert "All 1 seats of CRM are taken" in page
    with tenant_scope(acme):
        assert Seat.objects.filter(released=None).count() == 1
        (entry,) = AuditEntry.objects.filter(action="license.refused")
    assert entry.details["number"] == 1


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "about 30 seconds left"), (10, "about 5 minutes left")]
)
def test_the_time_that_is_left_follows_from_the_lines_that_were_done(
    acme: Tenant, console: Client, seconds: int, words: str, queued: list[Job]
) -> None:
    begin(console, "deactivate", crowd(acme, 40))
    with tenant_scope(acme):
        result = ActionResult.objects.get()
        now = timezone.now()
        for line in ActionLine.objects.filter(number__lte=10):
            line.outcome = ActionLine.Outcome.DONE
            line.ended = now + timedelta(seconds=seconds * line.number)
            line.save()
        Job.objects.update(state=Job.State.RUNNING)

        assert many_progress.progress_of(result).left == words


class TestSomebodyIsErasedMeanwhile:
    """Their lines tell nothing any more, whatever becomes of them then."""

    @pytest.mark.parametrize("undoes", [None, uuid4()], ids=["done", "undone"])
    @pytest.mark.parametrize("what", WORKS, ids="-".join)
    def test_their_lines_are_not_done_and_stop_nobody(
        self, alice: User, what: tuple[str, str], undoes: UUID | None, queued: list[Job]
    ) -> None:
        left, acme = uuid4(), alice.tenant
        result = ActionResult(site="console", about=what[0], action=what[1], undoes=undoes)
        lines = [
            ActionLine(row="1", name="Kim", person=left, outcome=outcome)
            for outcome in (ActionLine.Outcome.REFUSED, "")
        ]
        with tenant_scope(acme):
            kind = kind_of_job(result)
            begin_action(key=uuid4(), maker=alice, result=result, lines=lines, kind=kind)
            erase_lines_about(left)

        work(queued)

        with tenant_scope(acme):
            assert ActionResult.objects.get().state == ActionResult.State.OVER
            assert Job.objects.get().state == Job.State.DONE
            done = list(ActionLine.objects.order_by("number").values_list("outcome", flat=True))
        assert done == ["refused", "passed over"]

    @pytest.mark.parametrize("outcome", ["", *ActionLine.Outcome.values])
    def test_nothing_of_them_is_kept(self, acme: Tenant, alice: User, outcome: str) -> None:
        left = uuid4()
        told = {
            "row": str(left),
            "name": "Kim",
            "reason": "Kim is it.",
            "person": left,
            "choice": {"name": "Kim"},
            "kept": {"name": "Kim"},
            "sealed": b"Kim",
        }
        of_the_action = {"id", "tenant", "result", "number", "outcome", "ended"}
        of_the_action |= {"followed", "can_pass"}
        names = {field.name for field in ActionLine._meta.concrete_fields}
        assert names == {*told, *of_the_action}  # A new one is of the person, or it is not.
        with tenant_scope(acme):
            result = ActionResult.objects.create(tenant=acme, maker=alice.pk, about="accounts.user")
            ActionLine.objects.create(tenant=acme, result=result, number=1, outcome=outcome, **told)

            erase_lines_about(left)

            line = ActionLine.objects.get()
        assert line.outcome == (outcome or ActionLine.Outcome.PASSED_OVER)
        assert line.reason == ("" if outcome else "They are not here any more.")
        assert not any(getattr(line, name) for name in told if name != "reason")
