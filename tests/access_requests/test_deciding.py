"""Granting and refusing, in the browsers of those who decide."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access_requests.deciding import grant_request
from access_requests.errors import NotYoursToDecideError
from access_requests.models import AccessRequest
from access_requests.telling import DECIDERS, requests_to_decide
from accounts.groups.groups import GroupFields, create_group
from accounts.models import AuditEntry, ProfileMembership, Role, User
from accounts.services.profiles import add_profile_members, delete_profile
from accounts.services.roles import change_role
from accounts.services.users import deactivate_user, delete_user
from accounts.tenancy.scoping import tenant_scope
from console.base.access import ACCESS, Access
from licenses.group_licenses import set_group_licenses
from licenses.models import Seat
from licenses.services import assign_seat
from scim.protocol.urns import ENTERPRISE_USER
from tests.conftest import crowd, person, signed_in
from tests.support.asking import INBOX, ask, decide, only_request, page_of
from tests.support.html_forms import text_of, what_is_sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from accounts.models import AccessProfile, Tenant
    from licenses.models import Subscription
    from tests.access_requests.conftest import Scene

ROW = ACCESS["access_requests.accessrequest"]


def test_the_table_of_access_lets_those_decide_whom_the_services_know() -> None:
    assert {role for role, access in ROW.items() if Access.DECIDE in access} == set(DECIDERS)


@pytest.mark.parametrize("role", DECIDERS)
def test_a_seat_is_granted_until_a_day_and_its_person_told(
    acme: Tenant, member: Client, bob: User, crm: Subscription, role: Role
) -> None:
    ask(member, crm)
    until = timezone.localdate() + timedelta(days=30)
    browser = signed_in(person(acme, "Dora", role))

    answer = decide(
        browser, only_request(acme), "grant", until=until.isoformat(), answer="Have fun."
    )

    assert "Bob has CRM" in text_of(answer)
    asked = only_request(acme)
    assert (asked.state, asked.until, asked.answer) == ("granted", until, "Have fun.")
    with tenant_scope(acme):
        seat = Seat.objects.get(user=bob, released=None)
        assert (seat.pk, seat.granted_by, seat.by_group) == (asked.gave, "dora@acme.example", False)
        actions = set(AuditEntry.objects.filter(target_id=str(bob.pk)).values_list("action"))
    assert {("license.granted",), ("access_request.granted",)} <= actions
    [letter] = [each for each in mail.outbox if each.to == [bob.email]]
    assert letter.subject == "You have CRM"
    assert "Have fun." in letter.body
    page = member.get("/account/").content.decode()
    assert "yours until" in page
    assert "Have fun." in page


def test_a_profile_is_granted_for_good(
    acme: Tenant, member: Client, inbox: Client, bob: User, customs: AccessProfile
) -> None:
    ask(member, customs)

    decide(inbox, only_request(acme), "grant")

    asked = only_request(acme)
    with tenant_scope(acme):
        membership = ProfileMembership.objects.get(user=bob, profile=customs)
    assert (asked.state, asked.gave, asked.until) == ("granted", membership.pk, None)
    assert asked.closed is not None


def test_the_day_that_was_wished_for_is_offered(
    acme: Tenant, member: Client, inbox: Client, crm: Subscription
) -> None:
    until = timezone.localdate() + timedelta(days=9)
    ask(member, crm, until=until.isoformat())

    decide(inbox, only_request(acme), "grant")

    assert only_request(acme).until == until


def test_a_refusal_has_a_reason(
    acme: Tenant, member: Client, inbox: Client, bob: User, crm: Subscription
) -> None:
    ask(member, crm)

    answer = decide(inbox, only_request(acme), "refuse", answer="  ")
    assert "Say why: the person who asked reads it." in text_of(answer)
    assert only_request(acme).is_open

    decide(inbox, only_request(acme), "refuse", answer="Use the other one.")

    asked = only_request(acme)
    assert (asked.state, asked.answer) == ("refused", "Use the other one.")
    with tenant_scope(acme):
        assert not Seat.objects.exists()
        assert AuditEntry.objects.get(action="access_request.turned_down").target_id == str(bob.pk)
    assert "Use the other one." in mail.outbox[-1].body
    assert mail.outbox[-1].to == [bob.email]
    assert "Use the other one." in member.get("/account/").content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role not in DECIDERS])
def test_no_other_role_sees_or_decides(
    acme: Tenant, member: Client, crm: Subscription, role: Role
) -> None:
    ask(member, crm)
    browser = signed_in(person(acme, "Eve", role))

    for page in (INBOX, page_of(only_request(acme))):
        assert browser.get(page).status_code == HTTPStatus.FORBIDDEN
    answer = browser.post(page_of(only_request(acme)), {"decide": "grant"})

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert only_request(acme).is_open


@pytest.mark.parametrize("role", DECIDERS)
@pytest.mark.parametrize("pressed", ["grant", "refuse", "change", "nonsense", ""])
def test_nobody_decides_their_own(
    acme: Tenant, crm: Subscription, role: Role, pressed: str
) -> None:
    browser = signed_in(person(acme, "Dora", role))
    ask(browser, crm)
    page = page_of(only_request(acme))

    assert 'name="decide"' not in browser.get(page).content.decode()
    answer = browser.post(page, {"decide": pressed, "until": "", "answer": "I want it"})

    assert ("Somebody else decides it" in text_of(answer)) or pressed in {"nonsense", ""}
    assert only_request(acme).is_open
    with tenant_scope(acme):
        assert not Seat.objects.exists()


def test_another_companys_request_is_not_there(
    acme: Tenant, member: Client, crm: Subscription, other_console: Client
) -> None:
    ask(member, crm)
    page = page_of(only_request(acme))

    for answer in (other_console.get(page), other_console.post(page, {"decide": "grant"})):
        assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "Bob" not in other_console.get(INBOX).content.decode()
    assert only_request(acme).is_open


def gone(_asked: AccessRequest, user: User, _crm: Subscription) -> None:
    delete_user(user=user)


def deactivated(_asked: AccessRequest, user: User, _crm: Subscription) -> None:
    deactivate_user(user=user)


def withdrawn(asked: AccessRequest, _user: User, _crm: Subscription) -> None:
    AccessRequest.objects.filter(pk=asked.pk).update(state="withdrawn", closed=timezone.now())


def thing_gone(_asked: AccessRequest, _user: User, crm: Subscription) -> None:
    crm.delete()


def over(_asked: AccessRequest, _user: User, crm: Subscription) -> None:
    type(crm).objects.update(ends=timezone.localdate() - timedelta(days=1), starts="2020-01-01")


def full(_asked: AccessRequest, _user: User, crm: Subscription) -> None:
    type(crm).objects.update(seats=0)


def has_it(_asked: AccessRequest, user: User, crm: Subscription) -> None:
    assign_seat(subscription=crm, user=user)


@pytest.mark.parametrize(
    ("meanwhile", "says"),
    [
        (gone, "If it was, the person who asked is deleted. Nothing was changed."),
        (deactivated, "is deactivated. The request lapses by itself"),
        (withdrawn, "This request is over: Not wanted any more."),
        (thing_gone, "CRM is gone. The request lapses by itself"),
        (over, "is not running today"),
        (full, "seats of CRM are taken"),
        (has_it, "has CRM meanwhile"),
    ],
)
def test_what_cannot_be_granted_any_more_is_said_and_changes_nothing(
    scene: Scene, meanwhile: Callable[[AccessRequest, User, Subscription], None], says: str
) -> None:
    acme, member, inbox, bob, crm = scene.acme, scene.member, scene.inbox, scene.bob, scene.crm
    ask(member, crm)
    asked = only_request(acme)
    shown = what_is_sent(inbox.get(page_of(asked)).content.decode(), "version")
    with tenant_scope(acme):
        meanwhile(asked, bob, crm)
        before = list(Seat.objects.values("pk", "released"))
        state = list(AccessRequest.objects.values_list("state"))
    mail.outbox.clear()

    answer = inbox.post(page_of(asked), {**shown, "decide": "grant"}, follow=True)

    assert says in text_of(answer)
    with tenant_scope(acme):
        assert list(Seat.objects.values("pk", "released")) == before
        assert list(AccessRequest.objects.values_list("state")) == state
    assert not mail.outbox


def test_no_seat_free_is_said_before_anything_is_granted(
    acme: Tenant, member: Client, inbox: Client, crm: Subscription
) -> None:
    ask(member, crm)
    page = page_of(only_request(acme))

    assert "2 of 2 are free. Granting leaves 1." in text_of(inbox.get(page))
    with tenant_scope(acme):
        type(crm).objects.update(seats=0)

    shown = text_of(inbox.get(page))
    assert "Nothing can be granted until somebody gives a seat back." in shown


def of_sales(user: User, **more: Any) -> None:
    user.attributes = {ENTERPRISE_USER: {"department": "Sales", **more}}
    user.save(update_fields=["attributes"])


class TestWhatHelps:
    @pytest.fixture
    def helps(self, scene: Scene) -> Callable[[], str]:
        def read() -> str:
            return text_of(scene.inbox.get(page_of(only_request(scene.acme))))

        return read

    @pytest.mark.parametrize("thing", ["crm", "customs"])
    def test_colleagues_of_the_department_who_have_it_are_counted(
        self, scene: Scene, helps: Callable[[], str], thing: str
    ) -> None:
        asked = getattr(scene, thing)
        ask(scene.member, asked)
        assert "<dt>Colleagues" not in helps()
        colleagues = crowd(scene.acme, 3)
        with tenant_scope(scene.acme):
            for each in (scene.bob, *colleagues[:2]):
                of_sales(each)
        assert "Nobody else in Sales has it" in helps()

        with tenant_scope(scene.acme):
            type(scene.crm).objects.update(seats=10)
            for each in colleagues:  # The last is of no department.
                if thing == "crm":
                    assign_seat(subscription=scene.crm, user=each)
                else:
                    add_profile_members(profile=scene.customs, user_ids=[each.pk])
        assert "2 in Sales have it" in helps()
        with tenant_scope(scene.acme):
            deactivate_user(user=colleagues[0])

        assert "1 in Sales has it" in helps()

    def test_of_what_too_many_have_nothing_is_counted(
        self, scene: Scene, helps: Callable[[], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.access_requests.what_helps._LOOKED_THROUGH", 1)
        ask(scene.member, scene.customs)
        people = crowd(scene.acme, 2)
        with tenant_scope(scene.acme):
            of_sales(scene.bob)
            add_profile_members(profile=scene.customs, user_ids=[each.pk for each in people])

        assert "<dt>Colleagues" not in helps()

    def test_the_manager_is_named_if_they_are_here(
        self, scene: Scene, helps: Callable[[], str], grace: User
    ) -> None:
        ask(scene.member, scene.crm)
        for manager in ("nobody", str(grace.pk), str(UUID(int=1))):
            with tenant_scope(scene.acme):
                of_sales(scene.bob, manager={"value": manager})
            assert "<dt>Manager" not in helps(), manager

        with tenant_scope(scene.acme):
            of_sales(scene.bob, manager={"value": str(scene.carol.pk)})

        assert "<dt>Manager</dt><dd><bdi>Carol" in helps()

    def test_the_group_that_gives_a_licence_is_named(
        self, scene: Scene, helps: Callable[[], str]
    ) -> None:
        with tenant_scope(scene.acme):
            group = create_group(
                values=GroupFields(display_name="Night shift"), member_ids=[scene.bob.pk]
            )
            set_group_licenses(group=group, subscriptions=[scene.crm])
        ask(scene.member, scene.customs)

        assert "CRM through the group Night shift" in helps()

    def test_it_costs_the_same_however_much_there_is(
        self, scene: Scene, helps: Callable[[], str]
    ) -> None:
        def statements() -> int:
            helps()
            with CaptureQueriesContext(connection) as captured:
                helps()
            return len(captured)

        ask(scene.member, scene.customs)
        with tenant_scope(scene.acme):
            of_sales(scene.bob, manager={"value": str(scene.carol.pk)})
            assign_seat(subscription=scene.crm, user=scene.bob)
        few = statements()
        people = crowd(scene.acme, 30)
        with tenant_scope(scene.acme):
            for each in people:
                of_sales(each)
            add_profile_members(profile=scene.customs, user_ids=[each.pk for each in people])

        assert statements() == few

    def test_how_long_the_oldest_waits_is_told(
        self, scene: Scene, helps: Callable[[], str]
    ) -> None:
        ask(scene.member, scene.customs)
        assert "The oldest has waited" not in helps()
        with tenant_scope(scene.acme):
            AccessRequest.objects.update(asked=timezone.now() - timedelta(days=2, hours=3))

        assert "The oldest has waited for 2 days." in helps()


def test_a_profile_that_is_gone_is_granted_to_nobody(
    acme: Tenant, member: Client, inbox: Client, customs: AccessProfile
) -> None:
    ask(member, customs)
    with tenant_scope(acme):
        delete_profile(profile=type(customs).objects.get(pk=customs.pk))

    answer = decide(inbox, only_request(acme), "grant")

    assert "Customs data is gone" in text_of(answer)
    assert only_request(acme).is_open


def test_who_is_in_the_profile_meanwhile_is_not_put_there_by_a_grant(
    acme: Tenant, member: Client, inbox: Client, bob: User, customs: AccessProfile
) -> None:
    ask(member, customs)
    with tenant_scope(acme):
        add_profile_members(profile=customs, user_ids=[bob.pk])

    answer = decide(inbox, only_request(acme), "grant")

    assert "has Customs data meanwhile" in text_of(answer)
    assert only_request(acme).gave is None


def test_the_second_of_two_tabs_is_told_and_changes_nothing(scene: Scene, alice: User) -> None:
    acme, member, inbox, crm = scene.acme, scene.member, scene.inbox, scene.crm
    ask(member, crm)
    asked, other = only_request(acme), signed_in(alice)
    shown = what_is_sent(other.get(page_of(asked)).content.decode(), "version")
    decide(inbox, asked, "refuse", answer="No.")
    mail.outbox.clear()

    answer = other.post(page_of(asked), {**shown, "decide": "grant"}, follow=True)

    assert "This request is over: Refused." in text_of(answer)
    assert only_request(acme).state == "refused"
    assert not mail.outbox


def test_the_second_of_two_tabs_that_would_change_the_end_sees_what_is_other(
    acme: Tenant, member: Client, inbox: Client, alice: User, crm: Subscription
) -> None:
    ask(member, crm)
    asked, other = only_request(acme), signed_in(alice)
    shown = what_is_sent(other.get(page_of(asked)).content.decode(), "version")
    decide(inbox, asked, "grant")
    day = (timezone.localdate() + timedelta(days=5)).isoformat()

    answer = other.post(page_of(asked), {**shown, "decide": "grant", "until": day}, follow=True)

    assert "It is now" in answer.content.decode()
    assert only_request(acme).until is None


@pytest.mark.parametrize("day", ["2020-01-01", "9999-12-31", "soon"])
def test_a_day_that_nobody_can_mean_is_refused(
    acme: Tenant, member: Client, inbox: Client, crm: Subscription, day: str
) -> None:
    ask(member, crm)

    answer = decide(inbox, only_request(acme), "grant", until=day)

    assert 'class="errorlist"' in answer.content.decode()
    assert only_request(acme).is_open


def test_the_end_of_a_grant_is_changed_and_its_person_told(
    acme: Tenant, member: Client, inbox: Client, bob: User, crm: Subscription
) -> None:
    ask(member, crm)
    today = timezone.localdate()
    first, later = (today + timedelta(days=days) for days in (3, 40))
    decide(inbox, only_request(acme), "grant", until=first.isoformat())

    decide(inbox, only_request(acme), "change", until=later.isoformat())

    assert only_request(acme).until == later
    assert mail.outbox[-1].to == [bob.email]
    assert mail.outbox[-1].subject.startswith("You have CRM until")
    decide(inbox, only_request(acme), "change", until="")
    assert only_request(acme).until is None
    assert only_request(acme).closed is not None


def test_whose_role_was_taken_meanwhile_decides_nothing(
    acme: Tenant, member: Client, carol: User, crm: Subscription
) -> None:
    ask(member, crm)
    with tenant_scope(acme):
        change_role(user=User.objects.get(pk=carol.pk), role=Role.EDITOR)

        with pytest.raises(NotYoursToDecideError):
            grant_request(request=only_request(acme), decider=carol)

    assert only_request(acme).is_open


def test_longest_and_hostile_values_are_shown_as_they_are(
    acme: Tenant, member: Client, inbox: Client, crm: Subscription
) -> None:
    reason = "<script>alert(1)</script>{{ 7|add:7 }} ليلى " + "w" * 900
    ask(member, crm, reason=reason)

    page = inbox.get(page_of(only_request(acme))).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in page


def fill(tenant: Tenant, crm: Subscription, size: int) -> None:
    """Let so many people ask."""
    with tenant_scope(tenant):
        users = [person(tenant, f"P{size}x{number}") for number in range(size)]
        AccessRequest.objects.bulk_create(
            AccessRequest(user=user, subscription=crm, thing="CRM", reason="x") for user in users
        )


@pytest.mark.parametrize("page", ["list", "one", "dashboard"])
def test_two_hundred_requests_cost_as_many_statements_as_three(
    scene: Scene, page: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    acme, inbox, crm = scene.acme, scene.inbox, scene.crm
    fill(acme, crm, 3)
    with tenant_scope(acme):
        first = AccessRequest.objects.order_by("pk").first()
    assert first is not None
    url = {"list": INBOX, "one": page_of(first), "dashboard": "/console/"}[page]
    inbox.get(url)
    with CaptureQueriesContext(connection) as few:
        inbox.get(url)

    fill(acme, crm, 200)

    with django_assert_num_queries(len(few)):
        inbox.get(url)


def test_the_dashboard_says_how_many_wait_and_leads_there(
    acme: Tenant, member: Client, inbox: Client, carol: User, crm: Subscription
) -> None:
    assert "waits for you" not in text_of(inbox.get("/console/"))
    ask(inbox, crm)  # One's own is not one that waits for oneself.
    assert "waits for you" not in text_of(inbox.get("/console/"))
    ask(member, crm)

    page = text_of(inbox.get("/console/"))

    assert "1 request waits for you" in page
    assert "Bob asks for CRM" in page
    assert f"{INBOX}?state__exact=open" in page
    with tenant_scope(acme):
        assert [each.thing for each in requests_to_decide(carol)] == ["CRM"]


def test_who_was_deactivated_waits_for_nobody(
    acme: Tenant, member: Client, inbox: Client, bob: User, crm: Subscription
) -> None:
    ask(member, crm)
    with tenant_scope(acme):
        deactivate_user(user=bob)

    assert "waits for you" not in text_of(inbox.get("/console/"))


def test_the_page_of_a_person_tells_what_they_ask_for(
    acme: Tenant, member: Client, console: Client, bob: User, crm: Subscription
) -> None:
    ask(member, crm)
    day = timezone.localdate() + timedelta(days=30)
    decide(console, only_request(acme), "grant", until=day.isoformat())

    page = text_of(console.get(f"/console/accounts/user/{bob.pk}/change/"))

    assert "Asked for" in page
    assert page_of(only_request(acme)) in page
    assert "Ends on" in page
    assert f"{INBOX}?person={bob.pk}" in page
    assert "Bob" in text_of(console.get(f"{INBOX}?person={bob.pk}"))


def test_when_a_person_is_deleted_nothing_of_their_requests_is_left(
    acme: Tenant, member: Client, inbox: Client, bob: User, crm: Subscription
) -> None:
    ask(member, crm, reason="My secret reason")
    decide(inbox, only_request(acme), "grant")

    with tenant_scope(acme):
        delete_user(user=User.objects.get(pk=bob.pk))

        assert not AccessRequest.objects.exists()


def test_who_decided_and_is_deleted_is_named_no_longer(scene: Scene, alice: User) -> None:
    acme, member, inbox, carol, crm = scene.acme, scene.member, scene.inbox, scene.carol, scene.crm
    ask(member, crm)
    decide(inbox, only_request(acme), "grant")
    browser = signed_in(alice)
    assert "carol@acme.example" in text_of(browser.get(page_of(only_request(acme))))

    with tenant_scope(acme):
        delete_user(user=User.objects.get(pk=carol.pk))

    page = text_of(browser.get(page_of(only_request(acme))))
    assert "somebody who is gone" in page
    assert "carol@acme.example" not in page
