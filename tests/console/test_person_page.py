"""The page of one person: what they have and why, who changed them, whether they are out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from accounts.groups.groups import GroupFields, create_group
from accounts.groups.mappings import set_group_mappings
from accounts.identifiers import uuid7
from accounts.models import AuditEntry, DirectoryGroup, Role, Session, User
from accounts.services.profiles import create_profile
from accounts.services.settings_of_user import change_profiles
from accounts.services.users import deactivate_user
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from console.person.signing_in import SIGN_INS
from licenses.csv_import import REASON
from licenses.group_licenses import set_group_licenses
from licenses.services import assign_seat
from provisioning.models import Application, Link, Operation, OperationState
from provisioning.services.applications import create_application
from scim.models import RequestLogEntry, Source
from tests.conftest import person, signed_in
from tests.support.busy_person import keep_busy
from tests.support.html_forms import lxml_html, submit, text_of

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant
    from licenses.models import Subscription
    from tests.support.scim import SCIMClient

pytestmark = pytest.mark.django_db

SECTIONS: Final = (
    *("licences", "profile", "belonging", "applications"),
    *("sessions", "sign_ins", "requests", "history"),
)
BOUND: Final = 25
"""More entries than any list of the page shows."""
LOGS: Final = ("accounts_auditentry", "provisioning_operation", "scim_requestlogentry")
"""What grows with the days of a tenant and is asked about one person."""
OTHERS: Final = 2_000
"""How many rows of each log are about others, so that reading all of them does not pay."""
STATEMENTS: Final = 32
"""What the page costs an admin, the frame around it and the form included."""


def page_of(browser: Client, user: User) -> str:
    response = browser.get(f"/console/accounts/user/{user.pk}/change/")
    assert response.status_code == 200
    return response.content.decode()


def fill_logs(tenant: Tenant) -> None:
    """Write rows about others into each log of the tenant, which is active."""
    ids = [str(uuid7()) for _ in range(OTHERS)]
    AuditEntry.objects.bulk_create(
        AuditEntry(
            tenant=tenant,
            actor="system",
            action=action,
            target_type=kind,
            target_id=pk,
            details={"added": [pk]} if kind == "directorygroup" else {},
        )
        for pk in ids
        for action, kind in (
            *((each, "user") for each in ("user.updated", "user.role_changed", *SIGN_INS)),
            ("group.members_changed", "directorygroup"),
        )
    )
    RequestLogEntry.objects.bulk_create(
        RequestLogEntry(method="GET", route="/Users/{id}", resource_id=pk, status=200) for pk in ids
    )
    application = Application.objects.get()
    Operation.objects.bulk_create(
        Operation(application=application, kind="User", object_id=pk, state=OperationState.DONE)
        for pk in ids
    )


def section(page: str, name: str) -> str:
    """Return the words of a section, in one line."""
    [found] = lxml_html.fromstring(page).xpath(f"//section[@id='person-{name}']")
    return " ".join(" ".join(found.itertext()).split())


def statements_for(browser: Client, user: User) -> int:
    with CaptureQueriesContext(connection) as captured:
        page_of(browser, user)
    return len(captured)


class TestCost:
    def test_it_costs_the_same_with_one_and_with_fifty_of_everything(
        self, console: Client, acme: Tenant, bob: User, source: Source
    ) -> None:
        with tenant_scope(acme):
            keep_busy(bob, source, 3)
        page_of(console, bob)  # What is remembered after the first page of a process.
        with_few = statements_for(console, bob)

        with tenant_scope(acme):
            keep_busy(bob, source, 50, first=3)

        assert statements_for(console, bob) == with_few == STATEMENTS

    def test_what_is_read_about_the_person_is_found_by_an_index(
        self, console: Client, acme: Tenant, bob: User, source: Source
    ) -> None:
        with tenant_scope(acme):
            keep_busy(bob, source, 1)
            fill_logs(acme)
        with CaptureQueriesContext(connection) as captured:
            page_of(console, bob)
        # Keys that are no text stand in a statement without their hyphens.
        made = [each["sql"] for each in captured]
        about_bob = [sql for sql in made if str(bob.pk) in sql or bob.pk.hex in sql]
        asked = {table: [sql for sql in about_bob if f'"{table}"' in sql] for table in LOGS}
        assert all(asked.values()), asked

        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(LOGS)}")
            for table, statements in asked.items():
                for statement in statements:
                    cursor.execute(f"EXPLAIN {statement}")
                    plan = "\n".join(line for (line,) in cursor.fetchall())
                    assert f"Seq Scan on {table}" not in plan, plan
                    conditions = [line for line in plan.splitlines() if "Index Cond:" in line]
                    assert any(str(bob.pk) in line for line in conditions), plan

    def test_every_list_has_a_bound_and_a_way_to_the_rest(
        self, console: Client, acme: Tenant, bob: User, source: Source
    ) -> None:
        with tenant_scope(acme):
            keep_busy(bob, source, 30)

        page = lxml_html.fromstring(page_of(console, bob))

        for name in SECTIONS:
            [found] = page.xpath(f"//section[@id='person-{name}']")
            assert len(found.xpath(".//tbody/tr | .//li[not(ancestor::li)]")) <= BOUND, name
            if name != "sessions":
                assert found.xpath(".//a[@href]"), name


class TestSeats:
    def test_a_seat_that_somebody_gave_names_them_and_their_reason(
        self, console: Client, in_acme: Tenant, bob: User, crm: Subscription
    ) -> None:
        with audit.acting_as("tomasz@acme.example"):
            assign_seat(subscription=crm, user=bob, reason="Q4 route planning")

        words = section(page_of(console, bob), "licences")

        assert "CRM Has a seat By hand, by tomasz@acme.example: “Q4 route planning”" in words

    def test_a_seat_that_a_group_gives_names_the_group(
        self, console: Client, in_acme: Tenant, bob: User, crm: Subscription
    ) -> None:
        group = create_group(values=GroupFields(display_name="Sales"), member_ids=[bob.pk])
        outer = create_group(values=GroupFields(display_name="Everybody"), member_ids=[group.pk])
        set_group_licenses(group=outer, subscriptions=[crm])

        page = page_of(console, bob)

        assert "CRM Has a seat Through the group Everybody" in section(page, "licences")
        assert f"/console/accounts/directorygroup/{outer.pk}/change/" in page

    def test_a_seat_from_a_file_says_so(
        self, console: Client, in_acme: Tenant, bob: User, crm: Subscription
    ) -> None:
        with audit.acting_as("tomasz@acme.example"):
            assign_seat(subscription=crm, user=bob, reason=REASON)

        words = section(page_of(console, bob), "licences")

        assert "By a CSV file, by tomasz@acme.example" in words

    def test_a_seat_that_an_identity_provider_gave_names_it(
        self, console: Client, in_acme: Tenant, bob: User, crm: Subscription
    ) -> None:
        with audit.acting_as("SCIM: Okta"):
            assign_seat(subscription=crm, user=bob)

        assert "By Okta over SCIM" in section(page_of(console, bob), "licences")

    def test_who_waits_is_seen_to_wait_and_through_which_group(
        self, console: Client, in_acme: Tenant, bob: User, crm: Subscription
    ) -> None:
        for name in ("Ann", "Ben"):
            assign_seat(subscription=crm, user=person(in_acme, name))
        group = create_group(values=GroupFields(display_name="Sales"), member_ids=[bob.pk])
        set_group_licenses(group=group, subscriptions=[crm])

        page = page_of(console, bob)

        assert "CRM Waits for a seat Through the group Sales" in section(page, "licences")
        assert f"/console/licences/waiting/?licence={crm.pk}" in page


class TestBelonging:
    def test_role_profile_and_group_each_have_their_reason(
        self, console: Client, in_acme: Tenant, bob: User
    ) -> None:
        with audit.acting_as("SCIM: Okta"):
            inner = create_group(values=GroupFields(display_name="Planners"), member_ids=[bob.pk])
        outer = create_group(values=GroupFields(display_name="Back office"), member_ids=[inner.pk])
        given = create_profile(name="Freight rates")
        set_group_mappings(group=outer, role=Role.EDITOR, profiles=[given])
        with audit.acting_as("tomasz@acme.example"):
            change_profiles(user=bob, join=[create_profile(name="Ledgers")])

        words = section(page_of(console, bob), "belonging")

        assert "Editor role Through Back office . By" in words
        assert "Freight rates access profile Through Back office" in words
        assert "Ledgers access profile By tomasz@acme.example, today" in words
        assert "Planners group By SCIM: Okta, today" in words
        assert "Back office group Through the group Planners" in words

    def test_a_role_that_somebody_gave_names_them(
        self, console: Client, bob: User, alice: User
    ) -> None:
        submit(console, f"/console/accounts/user/{bob.pk}/change/", role=Role.EDITOR)

        words = section(page_of(console, bob), "belonging")

        assert "Editor role By alice@acme.example, today" in words


class TestWhoDidIt:
    def test_history_says_who_changed_what_before_and_after(
        self, console: Client, acme: Tenant, bob: User, okta: SCIMClient
    ) -> None:
        body = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "name.givenName", "value": "Robert"}],
        }
        okta.request("PATCH", f"/Users/{bob.pk}", body, expect=200)

        page = page_of(console, bob)

        assert "SCIM: Okta changed" in section(page, "history")
        assert "Bob" in section(page, "history")
        assert "Robert" in section(page, "history")
        assert "Given name Robert managed by Okta" in section(page, "profile")

    def test_the_last_requests_about_them_are_there_and_nobody_elses(
        self, console: Client, in_acme: Tenant, bob: User, alice: User, source: Source
    ) -> None:
        for number, user in enumerate([bob, alice, bob]):
            RequestLogEntry.objects.create(
                source=source,
                source_name=source.name,
                method="PATCH",
                route=f"/Users/{number}",
                resource_id=str(user.pk),
                status=200,
            )

        words = section(page_of(console, bob), "requests")

        assert "/Users/2" in words
        assert "/Users/0" in words
        assert "/Users/1" not in words

    def test_sign_ins_say_how_and_refusals_why(
        self, console: Client, in_acme: Tenant, bob: User
    ) -> None:
        with audit.acting_as(bob.user_name):
            audit.record("user.signed_in", bob, method="saml")
        audit.record("sign_in.refused", bob, reason="The password is wrong.")

        words = section(page_of(console, bob), "sign_ins")

        assert words.index("Refused") < words.index("Signed in")
        assert "The password is wrong." in words
        assert "saml" in words.lower()


class TestLeaving:
    def test_whoever_is_out_everywhere_is_said_to_be(
        self, console: Client, in_acme: Tenant, bob: User, crm: Subscription
    ) -> None:
        assign_seat(subscription=crm, user=bob)
        signed_in(bob)
        with audit.acting_as("tomasz@acme.example"):
            deactivate_user(user=bob)

        words = section(page_of(console, bob), "leaving")

        assert "Out everywhere you can see" in words
        assert "Deactivated by tomasz@acme.example, today" in words
        for each in ("Sessions None", "Links to sign in None", "Seats None"):
            assert each in words

    def test_an_active_person_is_not_asked_about(self, console: Client, bob: User) -> None:
        assert "person-leaving" not in page_of(console, bob)

    @pytest.mark.parametrize(
        ("stands", "says"),
        [
            (({"is_active": True}, OperationState.DONE), "Still active there"),
            (({"is_active": True}, OperationState.WAITING), "Removal waits"),
            (({"is_active": True}, OperationState.FAILED), "Removal failed"),
            (({"quarantined_at": timezone.now()}, "quarantined"), "Removal refused"),
            (({"is_active": False}, OperationState.DONE), "Removed there"),
        ],
    )
    def test_each_application_says_whether_it_has_let_go(
        self, console: Client, in_acme: Tenant, bob: User, stands: tuple[Any, str], says: str
    ) -> None:
        link, state = stands
        application = create_application(name="Slack", catalogue_key="generic")
        about: dict[str, Any] = {"application": application, "kind": "User"}
        about |= {"object_id": str(bob.pk), "name": "bob"}
        Link.objects.create(**about, remote_id="r1", state=Link.State.LINKED, **link)
        Operation.objects.create(**about, main_action="deactivate", state=state)
        deactivate_user(user=bob)

        words = section(page_of(console, bob), "leaving")

        assert f"Slack {says}" in words
        assert ("Out everywhere" in words) is (says == "Removed there")

    def test_the_day_of_the_deletion_is_named(
        self, console: Client, in_acme: Tenant, bob: User
    ) -> None:
        application = create_application(name="Slack", catalogue_key="generic")
        due = timezone.now() + timedelta(days=30)
        Link.objects.create(
            application=application,
            kind="User",
            object_id=str(bob.pk),
            remote_id="r1",
            state=Link.State.LINKED,
            is_active=False,
            delete_due=due,
        )
        deactivate_user(user=bob)

        day = date_format(timezone.localtime(due), "DATE_FORMAT")
        assert f"deleted there on {day}" in section(page_of(console, bob), "leaving")


def test_sessions_of_others_and_ended_ones_are_not_counted(
    console: Client, bob: User, alice: User
) -> None:
    signed_in(bob)
    signed_in(alice)
    Session.objects.create(
        session_key="over", user=bob, expire_date=timezone.now() - timedelta(days=1)
    )

    assert "1 session" in section(page_of(console, bob), "sessions")


def test_the_newest_operation_decides_however_many_there_were(
    console: Client, in_acme: Tenant, bob: User
) -> None:
    application = create_application(name="Slack", catalogue_key="generic")
    about: dict[str, Any] = {"application": application, "kind": "User", "object_id": str(bob.pk)}
    Link.objects.create(**about, remote_id="r1", state=Link.State.LINKED)
    for state in (OperationState.FAILED, OperationState.DONE, OperationState.WAITING):
        Operation.objects.create(**about, name="bob", state=state, main_action="update")

    assert "Waiting Change" in section(page_of(console, bob), "applications")


def test_a_refused_form_stands_before_what_the_person_has(console: Client, bob: User) -> None:
    url = f"/console/accounts/user/{bob.pk}/change/"
    response = submit(console, url, user_name="alice@acme.example")

    page = response.content.decode()
    assert "Somebody else already has this user name" in text_of(response)
    assert page.index('id="user_form"') < page.index('id="person-licences"')
    assert "alice@acme.example" not in section(page, "history")


def test_a_person_of_another_tenant_adds_nothing(
    console: Client, globex: Tenant, bob: User, grace: User
) -> None:
    """Rows of another tenant that name the same person by id stay behind the wall."""
    with tenant_scope(globex):
        RequestLogEntry.objects.create(
            source_name="Globex Okta",
            method="GET",
            route="/Users",
            resource_id=str(bob.pk),
            status=200,
        )
        application = create_application(name="Globex Slack", catalogue_key="generic")
        Operation.objects.create(
            application=application,
            kind="User",
            object_id=str(bob.pk),
            state=OperationState.WAITING,
        )
        group = create_group(
            values=GroupFields(display_name="Globex people"), member_ids=[grace.pk]
        )
        assert DirectoryGroup.objects.filter(pk=group.pk).exists()

    page = page_of(console, bob)

    assert "Globex" not in page
    assert console.get(f"/console/accounts/user/{grace.pk}/change/").status_code == 404
