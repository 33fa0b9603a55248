"""Seats over time, who waits, who held what on a day, and taking back seats of idle people."""

from __future__ import annotations

import datetime
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.groups.groups import GroupFields, create_group
from accounts.models import ActionLine, Role, User
from accounts.services.users import delete_user
from accounts.tenancy.scoping import tenant_scope
from console.licences.chart import chart_of
from licenses.group_licenses import set_group_licenses
from licenses.models import Seat, SeatCount, Subscription
from licenses.services import assign_seat, release_seat
from scim.protocol.urns import ENTERPRISE_USER
from tests.conftest import crowd, person, signed_in
from tests.support.html_forms import text_of, what_is_sent
from tests.support.many import ask, do

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from accounts.models import Tenant

OVER_TIME = "/console/licences/over-time/"
WAITING = "/console/licences/waiting/"
HELD = "/console/licences/held/"
IDLE = "/console/licences/idle/"
SEATS = "/console/licenses/seat/"
PAGES = (OVER_TIME, WAITING, HELD, IDLE)


def text(browser: Client, address: str) -> str:
    return text_of(browser.get(address))


def csv_of(browser: Client, address: str) -> list[str]:
    answer: Any = browser.get(address)
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()


def count(subscription: Subscription, days_ago: int, used: int, waiting: int = 0) -> None:
    """Put down what was counted some days ago."""
    SeatCount.objects.create(
        subscription=subscription,
        day=timezone.localdate() - timedelta(days=days_ago),
        bought=2,
        used=used,
        waiting=waiting,
    )


@pytest.mark.parametrize("page", PAGES)
def test_without_any_licence_each_page_says_so(console: Client, page: str) -> None:
    answer = console.get(page)

    assert answer.status_code == HTTPStatus.OK
    said = text_of(answer)
    assert "no licences yet" in said or "Nobody held a seat" in said


def test_nothing_counted_yet(console: Client, crm: Subscription) -> None:
    said = text(console, OVER_TIME)

    assert "0 of 2 seats of CRM are used." in said
    assert "The first count comes soon after midnight." in said


def test_one_day_is_a_dot(console: Client, acme: Tenant, crm: Subscription) -> None:
    with tenant_scope(acme):
        count(crm, 0, used=1)
    page = console.get(OVER_TIME).content.decode()

    assert page.count("<circle class=") == 3
    assert "<polyline" not in page
    assert "used were 1, and are 1 of 2 at the last count; 0 waited." in page


def test_a_line_breaks_where_days_were_not_counted(in_acme: Tenant, crm: Subscription) -> None:
    for days_ago in (1, 2, 3, 7, 8, 12):
        count(crm, days_ago, used=1)
    today = timezone.localdate()
    drawn = chart_of(
        list(SeatCount.objects.order_by("day")), first=today - timedelta(days=29), last=today
    )

    assert [(each.kind, len(each.lines), len(each.dots)) for each in drawn.series] == [
        ("limit", 2, 1),
        ("line", 2, 1),
        ("waits", 2, 1),
    ]


def test_a_year_is_told_by_the_week(console: Client, acme: Tenant, crm: Subscription) -> None:
    with tenant_scope(acme):
        for days_ago in range(365):
            count(crm, days_ago, used=1)

    def rows(days: int) -> int:
        page = console.get(OVER_TIME, {"days": days}).content.decode()
        return page.count('<th scope="row" class="gh-once">')

    assert (rows(30), rows(90)) == (30, 90)
    assert rows(365) in {53, 54}


def test_the_end_is_said_before_it_comes(
    console: Client, acme: Tenant, crm: Subscription, bob: User
) -> None:
    with tenant_scope(acme):
        assign_seat(subscription=crm, user=bob)
        Subscription.objects.update(ends=timezone.localdate() + timedelta(days=3))
    said = text(console, OVER_TIME)

    assert "The subscription to CRM ends in 3 days" in said
    assert "nobody is given a seat any more" in said
    assert "The 1 person who holds a seat keeps it." in said
    first = text(console, "/console/")
    assert "The subscription to CRM ends in 3 days" in first
    assert f"{OVER_TIME}?licence={crm.pk}" in first


def test_who_waits_stands_in_the_order_of_their_turns(
    console: Client, acme: Tenant, crm: Subscription
) -> None:
    with tenant_scope(acme):
        people = [person(acme, name) for name in ("Ann", "Ben", "Cem", "Dee")]
        group = create_group(
            values=GroupFields(display_name="Sales"), member_ids=[user.pk for user in people]
        )
        set_group_licenses(group=group, subscriptions=[crm])
    said = text(console, WAITING)

    assert said.index("cem@acme.example") < said.index("dee@acme.example")
    assert "ann@acme.example" not in said
    assert "Sales" in said
    assert "CRM (2 waiting)" in said


def test_who_held_a_seat_on_a_day(
    console: Client, acme: Tenant, crm: Subscription, bob: User
) -> None:
    today = timezone.localdate()
    with tenant_scope(acme):
        User.objects.filter(pk=bob.pk).update(
            attributes={ENTERPRISE_USER: {"department": "=cmd|' /C calc'!A0"}}
        )
        assign_seat(subscription=crm, user=bob)
        ann = person(acme, "Ann")
        assign_seat(subscription=crm, user=ann)
        release_seat(subscription=crm, user=ann)
        noon = timezone.make_aware(
            datetime.datetime.combine(today - timedelta(days=10), datetime.time(12))
        )
        Seat.objects.update(granted=noon)
        Seat.objects.filter(user=ann).update(released=noon + timedelta(days=5))
        delete_user(user=ann)

    def held(days_ago: int) -> list[str]:
        day = today - timedelta(days=days_ago)
        lines = csv_of(console, f"{HELD}csv/?day={day}")
        return [line.split(",")[1] for line in lines[1:]]

    assert held(11) == []
    assert held(10) == held(6) == ["ann@acme.example", "bob@acme.example"]
    assert held(5) == held(0) == ["bob@acme.example"]
    assert ",'=cmd|' /C calc'!A0," in csv_of(console, f"{HELD}csv/?licence={crm.pk}")[1]
    assert "2 seats were held at the end of" in text(console, f"{HELD}?day={today - timedelta(7)}")


@pytest.mark.parametrize(
    "query",
    ["day=2999-01-01", "day=yesterday", "day=20260101", "licence=x", "p=0", "day=1999-12-31"],
)
def test_a_day_or_a_page_that_is_none_is_refused(console: Client, query: str) -> None:
    assert console.get(f"{HELD}?{query}").status_code == HTTPStatus.BAD_REQUEST


def test_a_licence_of_somebody_else_is_not_there(
    console: Client, globex: Tenant, crm: Subscription
) -> None:
    with tenant_scope(globex):
        theirs = Subscription.objects.create(
            product=crm.product, seats=1, starts=timezone.localdate()
        )
    for page in (OVER_TIME, WAITING, HELD, f"{HELD}csv/"):
        assert console.get(page, {"licence": theirs.pk}).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("role", "pages", "file"),
    [
        (Role.ADMIN, HTTPStatus.OK, HTTPStatus.OK),
        (Role.ACCESS_REVIEW_MANAGER, HTTPStatus.OK, HTTPStatus.OK),
        (Role.EDITOR, HTTPStatus.OK, HTTPStatus.FORBIDDEN),
        (Role.CONNECTOR_ADMIN, HTTPStatus.FORBIDDEN, HTTPStatus.FORBIDDEN),
        (Role.CHANGE_REQUEST_MANAGER, HTTPStatus.FORBIDDEN, HTTPStatus.FORBIDDEN),
    ],
)
def test_who_sees_these_pages(
    acme: Tenant, crm: Subscription, role: Role, pages: HTTPStatus, file: HTTPStatus
) -> None:
    browser = signed_in(person(acme, "Zoe", role))

    assert {browser.get(page).status_code for page in PAGES} == {pages}
    assert browser.get(f"{HELD}csv/").status_code == file
    if pages == HTTPStatus.OK:
        assert ("Export CSV" in text(browser, HELD)) == (file == HTTPStatus.OK)


@pytest.fixture
def idle(acme: Tenant, crm: Subscription) -> dict[str, Seat]:
    """The seats of Ann, who is idle, and of Ben, who signed in yesterday."""
    long_ago = timezone.now() - timedelta(days=200)
    with tenant_scope(acme):
        for name, last in (("Ann", long_ago), ("Ben", timezone.now() - timedelta(days=1))):
            user = person(acme, name)
            assign_seat(subscription=crm, user=user)
            User.objects.filter(pk=user.pk).update(last_login=last)
        Seat.objects.update(granted=long_ago)
        return {seat.user_label[:3]: seat for seat in Seat.objects.all()}


def test_seats_of_idle_people_are_found(
    console: Client, crm: Subscription, idle: dict[str, Seat]
) -> None:
    assert "1 seat is held by somebody idle for that long." in text(console, IDLE)
    assert "No seat is held" in text(console, f"{IDLE}?days=250")
    listed = text(console, f"{SEATS}?idle=90&subscription__id__exact={crm.pk}")
    assert "ann@acme.example" in listed
    assert "ben@acme.example" not in listed


@pytest.mark.parametrize("role", [Role.ADMIN, Role.EDITOR])
def test_seats_of_idle_people_are_taken_back_and_no_others(
    acme: Tenant, idle: dict[str, Seat], role: Role
) -> None:
    browser = signed_in(person(acme, "Zoe", role))
    keys = [seat.pk for seat in idle.values()]
    preview = text_of(ask(browser, SEATS, "release_idle", keys, days="90"))
    assert "CRM: 1 seat is free at once, or goes to who waits for one." in preview
    assert "They have signed in, or were given the seat, within these days." in preview

    do(browser, SEATS, "release_idle", keys, days="90")

    with tenant_scope(acme):
        assert [seat.user_label for seat in Seat.objects.filter(released=None)] == [
            "ben@acme.example"
        ]
        assert Seat.objects.get(pk=idle["ann"].pk).release_reason == "Not signed in for 90 days."


def test_who_signs_in_before_their_turn_keeps_the_seat(
    acme: Tenant, console: Client, idle: dict[str, Seat]
) -> None:
    page = ask(console, SEATS, "release_idle", [idle["ann"].pk], days="90").content.decode()
    with tenant_scope(acme):
        User.objects.filter(seats=idle["ann"]).update(last_login=timezone.now())

    console.post(SEATS, what_is_sent(page, "seen"))

    with tenant_scope(acme):
        assert Seat.objects.filter(released=None).count() == 2


def test_two_tabs_take_a_seat_back_once(
    acme: Tenant, console: Client, idle: dict[str, Seat]
) -> None:
    tabs = [
        what_is_sent(
            ask(console, SEATS, "release_idle", [idle["ann"].pk], days="90").content.decode(),
            "seen",
        )
        for _tab in range(2)
    ]
    for tab in tabs:
        console.post(SEATS, tab, follow=True)

    with tenant_scope(acme):
        assert Seat.objects.filter(released=None).count() == 1
        outcomes = ActionLine.objects.order_by("pk").values_list("outcome", flat=True)
        assert list(outcomes) == [ActionLine.Outcome.DONE]  # The other tab asks anew.


def test_who_may_only_look_takes_nothing_back(acme: Tenant, idle: dict[str, Seat]) -> None:
    browser = signed_in(person(acme, "Zoe", Role.ACCESS_REVIEW_MANAGER))

    do(browser, SEATS, "release_idle", [idle["ann"].pk], days="90")

    with tenant_scope(acme):
        assert Seat.objects.filter(released=None).count() == 2


@pytest.mark.parametrize("page", PAGES)
def test_statements_do_not_grow_with_people(
    acme: Tenant,
    crm: Subscription,
    console: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    page: str,
) -> None:
    def statements() -> int:
        with django_assert_max_num_queries(30) as noted:
            console.get(page)
        return len(noted.captured_queries)

    with tenant_scope(acme):
        Subscription.objects.update(seats=5)
        group = create_group(
            values=GroupFields(display_name="Sales"),
            member_ids=[user.pk for user in crowd(acme, 7)],
        )
        set_group_licenses(group=group, subscriptions=[crm])
    few = statements()
    with tenant_scope(acme):
        Subscription.objects.update(seats=20)
        group = create_group(
            values=GroupFields(display_name="Others"),
            member_ids=[person(acme, f"Other{number}").pk for number in range(30)],
        )
        set_group_licenses(group=group, subscriptions=[crm])

    assert statements() == few
