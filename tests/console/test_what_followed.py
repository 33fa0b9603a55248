"""What followed from an action on many: sessions, seats, and what went out to applications."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.groups.groups import GroupFields, create_group
from accounts.jobs import queueing
from accounts.models import ActionLine, Role, User
from accounts.services import users
from accounts.services.action_results import erase_lines_about
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from console.base.doing import Work
from console.base.followed import LABELS, Figure
from console.people.many_licences import ReleaseMany
from licenses.group_licenses import set_group_licenses
from licenses.models import Product, Subscription
from licenses.services import assign_seat
from provisioning.models import Application, Operation, OperationState
from tests.conftest import crowd, do_after_commit, person, signed_in
from tests.console.test_many_jobs import WORKS
from tests.console.test_undo import undo
from tests.support.html_forms import lxml_html
from tests.support.licence_file import apply_file
from tests.support.many import do

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.test import Client

    from accounts.models import Tenant

USERS = "/console/accounts/user/"


def done_to(browser: Client, action: str, people: Collection[User], **fields: Any) -> str:
    """Do it, and return the address of the page that tells how it went."""
    told = do(browser, USERS, action, [each.pk for each in people], **fields)
    return str(told.request["PATH_INFO"])


def figures(browser: Client, address: str) -> dict[str, str]:
    """Return what the page says followed."""
    page = lxml_html.fromstring(browser.get(address).content)
    rows = page.xpath("//section[@aria-labelledby='after']//li")
    told = [[" ".join(part.text_content().split()) for part in row] for row in rows]
    return {str(label): str(number) for label, number in told}


@pytest.fixture
def holders(acme: Tenant, crm: Subscription) -> list[User]:
    """Three people: two hold the two seats that there are, the third waits for one by a group."""
    people = crowd(acme, 3)
    with tenant_scope(acme):
        for each in people[:2]:
            assign_seat(subscription=crm, user=each)
        group = create_group(values=GroupFields(display_name="Sales"), member_ids=[people[2].pk])
        set_group_licenses(group=group, subscriptions=[crm])
    return people


def application(name: str, **columns: Any) -> Application:
    columns = {"first_plan_sent_at": timezone.now(), "token": "secret", **columns}
    return Application.objects.create(name=name, **columns)


def operation(at: Application, about: User, state: OperationState, **columns: Any) -> None:
    ended = None if state == OperationState.WAITING else timezone.now()
    columns = {"ended": ended, "main_action": "deactivate", **columns}
    Operation.objects.create(
        application=at, kind="User", object_id=str(about.pk), state=state, **columns
    )


def test_a_deactivation_tells_of_sessions_and_seats_and_who_had_waited(
    acme: Tenant, console: Client, holders: list[User]
) -> None:
    zoe = person(acme, "Zoe")
    for _ in range(2):
        signed_in(zoe)

    address = done_to(console, "deactivate", [*holders[:2], zoe])

    told = figures(console, address)
    assert told == {
        "Sessions ended": "2",
        "Seats that came free": "2",
        "Given to people who waited": "1",
    }


def test_only_sessions_that_were_alive_count(acme: Tenant, console: Client) -> None:
    zoe = person(acme, "Zoe")
    signed_in(zoe)
    signed_in(zoe)
    with tenant_scope(acme):
        over = zoe.sessions.first()
        assert over is not None
        over.expire_date = timezone.now() - timedelta(hours=1)
        over.save()

    assert figures(console, done_to(console, "sign_out", [zoe])) == {"Sessions ended": "1"}


@pytest.mark.parametrize("action", ["deactivate", "delete_selected"])
def test_who_was_not_touched_is_not_counted(
    acme: Tenant, console: Client, alice: User, action: str
) -> None:
    """Alice is the last admin, so that she and her session stay."""
    (ann,) = crowd(acme, 1)

    told = figures(console, done_to(console, action, [ann, alice]))

    assert told["Sessions ended"] == "0"


def test_taking_licences_back_tells_of_seats_alone(
    acme: Tenant, console: Client, crm: Subscription, holders: list[User]
) -> None:
    address = done_to(console, "release_license", holders[:1], subscription=crm.pk)

    told = figures(console, address)
    assert told == {"Seats that came free": "1", "Given to people who waited": "1"}
    file = apply_file(console, "email,product,action\ncrowd1,crm,release\n", follow=True)
    told = figures(console, str(file.request["PATH_INFO"]))
    assert told["Seats that came free"] == "1"


def test_seats_that_come_back_are_told_when_a_deactivation_is_undone(
    acme: Tenant, console: Client, crm: Subscription
) -> None:
    (ann,) = crowd(acme, 1)
    with tenant_scope(acme):
        assign_seat(subscription=crm, user=ann)
    address = done_to(console, "deactivate", [ann])
    undone = undo(console, address)

    assert figures(console, str(undone.request["PATH_INFO"])) == {"Seats given to them": "1"}


def test_giving_licences_tells_nothing_besides(
    acme: Tenant, console: Client, crm: Subscription
) -> None:
    address = done_to(console, "assign_license", crowd(acme, 2), subscription=crm.pk)

    assert figures(console, address) == {}


def test_lines_that_nobody_counted_tell_no_number_that_would_be_wrong(
    acme: Tenant, console: Client
) -> None:
    address = done_to(console, "deactivate", crowd(acme, 2))
    with tenant_scope(acme):
        first = ActionLine.objects.order_by("pk").first()
        assert first is not None
        ActionLine.objects.filter(pk=first.pk).update(followed=None)

    assert figures(console, address) == {}


def test_the_numbers_outlive_the_trail_and_the_erasure_of_who_they_are_about(
    acme: Tenant, console: Client, holders: list[User]
) -> None:
    address = done_to(console, "deactivate", holders[:2])
    before = figures(console, address)

    with tenant_scope(acme):
        erase_lines_about(holders[0].pk)

    assert figures(console, address) == before
    assert before["Seats that came free"] == "2"


@pytest.mark.parametrize("work", WORKS)
def test_every_figure_of_every_action_and_undo_has_words(work: tuple[str, str]) -> None:
    about, name = work
    offered: Work = getattr(type(admin.site._registry[apps.get_model(about)]), name)
    for each in filter(None, (offered, offered.undo)):
        assert set(each.follows) <= set(LABELS)
        if Figure.WAITED in each.follows:
            assert Figure.FREED in each.follows  # Nobody is given what did not come free.


class TestLate:
    @pytest.mark.django_db(transaction=True)
    def test_what_is_given_once_others_let_go_is_counted(
        self, acme: Tenant, console: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ann, ben = crowd(acme, 2)
        deactivate = users.deactivate_user

        def and_give_later(*, user: User) -> None:
            deactivate(user=user)
            transaction.on_commit(lambda: audit.record("license.granted", ben, product="crm"))

        monkeypatch.setattr(users, "deactivate_user", and_give_later)
        monkeypatch.setattr(queueing, "hand_over", do_after_commit)

        told = figures(console, done_to(console, "deactivate", [ann]))

        assert told["Given to people who waited"] == "1"


class TestApplications:
    def test_are_told_with_what_waits_and_for_what(self, acme: Tenant, console: Client) -> None:
        people = crowd(acme, 4)
        address = done_to(console, "deactivate", people)
        with tenant_scope(acme):
            slack, jira = application("Slack", token=""), application("Jira")
            for each in people[:3]:
                operation(jira, each, OperationState.DONE)
            operation(jira, people[3], OperationState.FAILED)
            for each in people[:2]:
                operation(slack, each, OperationState.WAITING)

        told = figures(console, address)

        assert told["Changes sent to applications"] == "3 of 6"
        assert told["Waiting for the token: Slack"] == "2"
        assert told["Failed: Jira"] == "1"

    def test_the_latest_says_how_each_stands(self, acme: Tenant, console: Client) -> None:
        (ann,) = crowd(acme, 1)
        address = done_to(console, "deactivate", [ann])
        with tenant_scope(acme):
            jira = application("Jira")
            operation(jira, ann, OperationState.FAILED)
            operation(jira, ann, OperationState.DONE)
            operation(jira, ann, OperationState.CANCELLED)

        told = figures(console, address)

        assert told["Changes sent to applications"] == "1 of 1"
        assert not [label for label in told if label.startswith("Failed")]

    def test_what_was_done_before_or_to_others_is_nothing_of_it(
        self, acme: Tenant, console: Client, globex: Tenant
    ) -> None:
        ann, ben = crowd(acme, 2)
        with tenant_scope(acme):
            jira = application("Jira")
            operation(jira, ann, OperationState.DONE)
        address = done_to(console, "deactivate", [ann])
        with tenant_scope(acme):
            operation(jira, ben, OperationState.DONE)
        with tenant_scope(globex):
            operation(application("Theirs"), ann, OperationState.DONE)

        assert "Changes sent to applications" not in figures(console, address)

    def test_are_linked_as_the_log_of_the_application_can_be_asked(
        self, acme: Tenant, console: Client
    ) -> None:
        states = (
            *(OperationState.WAITING, OperationState.HELD, OperationState.FAILED),
            *(OperationState.REFUSED, OperationState.QUARANTINED),
        )
        people = crowd(acme, len(states))
        address = done_to(console, "deactivate", people)
        with tenant_scope(acme):
            jira = application("Jira")
            for each, state in zip(people, states, strict=True):
                operation(jira, each, state)

        page = lxml_html.fromstring(console.get(address).content)
        links = [each.get("href") for each in page.iter("a")]
        links = [each for each in links if "/provisioning/operation/" in each and "?" in each]

        assert len(links) == len(states)
        for each in links:
            assert console.get(each).status_code == 200

    @pytest.mark.parametrize("columns", [{"is_paused": True}, {"quarantined_at": timezone.now()}])
    def test_why_it_waits_is_said(
        self, acme: Tenant, console: Client, columns: dict[str, Any]
    ) -> None:
        (ann,) = crowd(acme, 1)
        address = done_to(console, "deactivate", [ann])
        with tenant_scope(acme):
            operation(application("Jira", **columns), ann, OperationState.WAITING)

        told = figures(console, address)

        reason = "while it is paused" if "is_paused" in columns else "until it is mended"
        assert told[f"Waiting {reason}: Jira"] == "1"

    def test_cost_as_much_for_many_as_for_few(self, acme: Tenant, console: Client) -> None:
        costs = []
        for number in (2, 20):
            with tenant_scope(acme):
                User.objects.filter(user_name__startswith="crowd").delete()
            people = crowd(acme, number)
            address = done_to(console, "deactivate", people)
            with tenant_scope(acme):
                for name in range(number // 2):
                    jira = application(f"Jira {number} {name}")
                    for each in people:
                        operation(jira, each, OperationState.WAITING)
            console.get(address)
            with CaptureQueriesContext(connection) as statements:
                told = figures(console, address)
            costs.append(len(statements))
        assert told["Changes sent to applications"] == "0 of 200"
        assert told["Not sent elsewhere"] == "100"
        assert costs[0] == costs[1]

    def test_are_nothing_to_who_may_not_see_them(
        self, acme: Tenant, console: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (ann,) = crowd(acme, 1)
        with tenant_scope(acme):
            product = Product.objects.create(key="x", name="X")
            crm = Subscription.objects.create(product=product, seats=1)
            assign_seat(subscription=crm, user=ann)
        monkeypatch.setattr(ReleaseMany, "is_elsewhere", True)
        address = done_to(console, "release_license", [ann], subscription=crm.pk)
        with tenant_scope(acme):
            operation(application("Jira"), ann, OperationState.DONE)
        editor = signed_in(person(acme, "Edda", Role.EDITOR))

        assert "Changes sent to applications" in figures(console, address)
        told = figures(editor, address)
        assert told["Seats that came free"] == "1"
        assert "Changes sent to applications" not in told
