"""Every log leads to the person whom its rows are about, and can be read for one person.

The logs are found in the console's registry and its pages; one that is about nobody says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from accounts.groups.groups import GroupFields, create_group
from accounts.models import ActionLine, ActionResult, Role
from accounts.services.action_results import begin_action
from accounts.services.users import delete_user
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from console.base.doing import do_to_many
from console.base.exports import ReadModelAdmin
from console.base.of_person import PersonFilter
from console.base.pages import registered_pages
from licenses.group_licenses import set_group_licenses
from licenses.services import assign_seat
from provisioning.models import Conflict, Operation, OperationState
from provisioning.services.applications import create_application
from saml_sso.models import SignInAttempt
from scim.models import RequestLogEntry, Source
from tests.conftest import person, signed_in
from tests.support.html_forms import lxml_html

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from accounts.models import Tenant, User
    from licenses.models import Seat, Subscription

pytestmark = pytest.mark.django_db

LISTS: Final = {
    "accounts.auditentry": "accounts_auditentry",
    "scim.requestlogentry": "scim_requestlogentry",
    "provisioning.operation": "provisioning_operation",
    "licenses.seat": "licenses_seat",
}
"""Lists of rows that are about people, by their model: their routes."""

DECIDED: Final = {
    "access_requests.accessrequest": "its page leads to the person",
    "provisioning.conflict": "its page leads to the person",
}
"""Lists whose rows are decided one by one, on a page beside the list."""

ABOUT_NOBODY: Final = {
    "licenses.subscription": "what was bought",
    "provisioning.importrow": "accounts at an application, which may be nobody's here",
    "provisioning.run": "everybody at an application",
}
"""Lists that are only read and are not about one person each."""

PAGES: Final = ("saml-and-scim-attempts", "who-holds-what", "waiting-for-a-seat")
"""Logs that are pages of their own."""

OTHER_PAGES: Final = {"idle-seats": "numbers, which lead to the list of seats"}
"""Pages beside them that are about nobody in particular."""


@pytest.fixture
def logged(acme: Tenant, bob: User, source: Source, crm: Subscription) -> Seat:
    """One row about Bob in every log."""
    with tenant_scope(acme):
        seat = assign_seat(subscription=crm, user=bob)
        audit.record("user.updated", bob)
        RequestLogEntry.objects.create(
            source=source, method="GET", route="/Users/{id}", resource_id=str(bob.pk), status=200
        )
        Operation.objects.create(
            application=create_application(name="Slack", catalogue_key="generic"),
            kind="User",
            object_id=str(bob.pk),
            name="Bob",
            state=OperationState.DONE,
            main_action="update",
        )
        SignInAttempt.objects.create(
            kind=SignInAttempt.Kind.SP_INITIATED,
            outcome=SignInAttempt.Outcome.ACCEPTED,
            reference="REF-1",
            identifier="b•••@acme.example",
            user=bob,
        )
    return seat


def address_of(user: User) -> str:
    return reverse("console:accounts_user_change", args=[user.pk])


def leads_to(browser: Client, url: str, user: User) -> bool:
    """Whether the page has a link to the person, beside that of whoever is signed in."""
    page = lxml_html.fromstring(browser.get(url).content.decode())
    return bool(page.xpath("//main//a[@href=$page]", page=address_of(user)))


def test_every_list_that_is_only_read_is_told_whether_it_is_about_people() -> None:
    read = {
        model._meta.label_lower
        for model, model_admin in admin.site._registry.items()
        if isinstance(model_admin, ReadModelAdmin)
    }

    assert read == {*LISTS, *DECIDED, *ABOUT_NOBODY}


def test_every_log_on_a_page_of_its_own_is_told_whether_it_is_about_people() -> None:
    found = {
        page.name
        for page in registered_pages()
        if page.label and page.access_key in {"licenses.seat", "sign-in-attempts"}
    }

    assert found == {*PAGES, *OTHER_PAGES}


@pytest.mark.parametrize("route", LISTS.values())
def test_a_row_leads_to_the_person(console: Client, bob: User, logged: Seat, route: str) -> None:
    assert leads_to(console, reverse(f"console:{route}_changelist"), bob)


@pytest.mark.parametrize("route", LISTS.values())
def test_a_list_can_be_read_for_one_person(
    console: Client, alice: User, bob: User, logged: Seat, route: str
) -> None:
    url = reverse(f"console:{route}_changelist")

    assert leads_to(console, f"{url}?person={bob.pk}", bob)
    page = console.get(f"{url}?person={alice.pk}").content.decode()
    assert address_of(bob) not in page
    assert "Alice" in page
    assert console.get(f"{url}?person=x").status_code == 400


@pytest.mark.parametrize("route", LISTS.values())
def test_every_such_list_has_the_filter(route: str) -> None:
    [model_admin] = [
        each
        for each in admin.site._registry.values()
        if f"{each.opts.app_label}_{each.opts.model_name}" == route
    ]

    filters = [each for each in model_admin.list_filter if isinstance(each, type)]
    assert any(issubclass(each, PersonFilter) for each in filters)


def test_the_page_of_one_request_and_one_operation_lead_to_the_person(
    console: Client, in_acme: Tenant, bob: User, logged: Seat
) -> None:
    request, operation = RequestLogEntry.objects.get(), Operation.objects.get()

    for name, row in (("scim_requestlogentry", request), ("provisioning_operation", operation)):
        assert leads_to(console, reverse(f"console:{name}_change", args=[row.pk]), bob)


def test_the_page_of_a_conflict_leads_to_the_person(
    console: Client, in_acme: Tenant, bob: User
) -> None:
    conflict = Conflict.objects.create(
        application=create_application(name="Slack", catalogue_key="generic"),
        kind="User",
        object_id=str(bob.pk),
        name="Bob",
        why=Conflict.Why.TAKEN,
    )

    url = reverse("console:provisioning_conflict_change", args=[conflict.pk])
    assert leads_to(console, url, bob)


class TestSignIns:
    def test_a_sign_in_leads_to_who_came_in_by_it(
        self, console: Client, acme: Tenant, bob: User, logged: Seat
    ) -> None:
        with tenant_scope(acme):
            attempt = SignInAttempt.objects.get()
        listed = reverse("console:saml-and-scim-attempts")

        assert leads_to(console, listed, bob)
        assert leads_to(console, f"{listed}?person={bob.pk}", bob)
        assert leads_to(console, reverse("console:saml-and-scim-attempt", args=[attempt.pk]), bob)
        assert leads_to(console, reverse("console:saml-and-scim"), bob)

    def test_those_of_another_person_are_left_out(
        self, console: Client, alice: User, bob: User, logged: Seat
    ) -> None:
        listed = reverse("console:saml-and-scim-attempts")

        assert not leads_to(console, f"{listed}?person={alice.pk}", bob)


def test_who_holds_what_and_who_waits_lead_to_people(
    console: Client, in_acme: Tenant, bob: User, logged: Seat, crm: Subscription
) -> None:
    ann, ben = person(in_acme, "Ann"), person(in_acme, "Ben")
    group = create_group(values=GroupFields(display_name="Sales"), member_ids=[ann.pk, ben.pk])
    set_group_licenses(group=group, subscriptions=[crm])

    assert leads_to(console, reverse("console:who-holds-what"), bob)
    assert leads_to(console, reverse("console:waiting-for-a-seat"), ben)


RESULTS: Final[dict[str, Callable[[User, Seat], str]]] = {
    "accounts.user": lambda bob, _seat: str(bob.pk),
    "licenses.seat": lambda _bob, seat: str(seat.pk),
}
"""The key of a row about Bob, by the list on which an action on many rows is done."""


@pytest.mark.parametrize("about", RESULTS)
def test_each_line_of_a_result_leads_to_its_person(
    console: Client, alice: User, bob: User, logged: Seat, about: str
) -> None:
    result = ActionResult(pk=uuid4(), site="console", about=about, back="/console/", title="Done")
    line = ActionLine(
        row=RESULTS[about](bob, logged),
        name="Bob",
        outcome=ActionLine.Outcome.PASSED_OVER,
        ended=timezone.now(),
    )
    with tenant_scope(alice.tenant):
        begin_action(key=result.pk, maker=alice, result=result, lines=[line], kind=do_to_many)

    assert leads_to(console, reverse("console:result", args=[result.pk]), bob)


@pytest.mark.parametrize("route", LISTS.values())
def test_who_is_gone_is_no_link(
    console: Client, acme: Tenant, bob: User, logged: Seat, route: str
) -> None:
    with tenant_scope(acme):
        delete_user(user=bob)

    response = console.get(reverse(f"console:{route}_changelist"))

    assert address_of(bob) not in response.content.decode()


@pytest.mark.parametrize("route", ["scim_requestlogentry", "provisioning_operation"])
def test_who_may_see_no_people_is_led_to_none_and_told_no_name(
    acme: Tenant, bob: User, logged: Seat, route: str
) -> None:
    connector = signed_in(person(acme, "Connie", Role.CONNECTOR_ADMIN))
    url = reverse(f"console:{route}_changelist")

    for address in (url, f"{url}?person={bob.pk}"):
        page = connector.get(address).content.decode()
        assert address_of(bob) not in page
        assert "bob@acme.example" not in page


@pytest.mark.parametrize("route", LISTS.values())
def test_somebody_of_another_tenant_is_no_link_and_has_no_name(
    console: Client, acme: Tenant, grace: User, source: Source, route: str
) -> None:
    with tenant_scope(acme):
        RequestLogEntry.objects.create(
            source=source, method="GET", route="/Users/{id}", resource_id=str(grace.pk), status=404
        )
    url = reverse(f"console:{route}_changelist")

    for address in (url, f"{url}?person={grace.pk}"):
        page = console.get(address).content.decode()
        assert address_of(grace) not in page
        assert "Grace" not in page
