"""The panel *Profile* of a person's page: what is said of them, who manages it, who changed it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Role, User
from accounts.services.users import UserFields, deactivate_user, delete_user, update_user
from accounts.storage.retention import ERASED
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from scim.models import DEFAULT_MAPPINGS, Resource, Source
from scim.protocol.urns import ENTERPRISE_USER
from scim.services import SourceOptions, create_source
from scim.services.mappings import MappingRow, set_mapping
from tests.conftest import person, signed_in
from tests.support.html_forms import lxml_html, submit

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

pytestmark = pytest.mark.django_db

ADMIN: Final = "alice@acme.example"
SAID: Final[dict[str, Any]] = {
    "title": "Route planner",
    "phoneNumbers": [{"value": "+49 40 555 0142", "type": "work"}],
    ENTERPRISE_USER: {
        "department": "Logistics EMEA",
        "costCenter": "4410",
        "employeeNumber": "E-17",
    },
}
"""What an identity provider says of somebody beside their names."""
NAMES: Final = {"User name", "E-mail address", "Given name", "Display name"}
"""What is said of Bob at first."""
PHONES: Final = [{"value": "+49 1", "type": "work"}]


def panel(browser: Client, user: User) -> Any:
    answer = browser.get(f"/console/accounts/user/{user.pk}/change/")
    page = lxml_html.fromstring(answer.content.decode())
    [found] = page.xpath("//section[@id='person-profile']")
    return found


def facts(browser: Client, user: User) -> dict[str, str]:
    """Return what the panel says, by the label, in one line each."""
    found = panel(browser, user)
    pairs = zip(found.xpath(".//dt"), found.xpath(".//dd"), strict=True)
    return {in_a_line(label): in_a_line(value) for label, value in pairs}


def in_a_line(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).split())


def links(browser: Client, user: User) -> dict[str, str]:
    return {in_a_line(each): each.get("href") for each in panel(browser, user).xpath(".//a")}


def say(user: User, **values: Any) -> None:
    """Let whoever acts say this of ``user``, whose company is active."""
    before = UserFields.of(user)
    now = {name: getattr(before, name) for name in UserFields.__slots__} | values
    update_user(user=user, values=UserFields(**now))


def push(scim: SCIMClient, user: User, **values: Any) -> None:
    body = {"Operations": [{"op": "replace", "value": values}]}
    scim.request("PATCH", f"/Users/{user.pk}", body, expect=200)


class TestWhatIsSaid:
    def test_everything_that_is_set_stands_there_and_nothing_else(
        self, console: Client, in_acme: Tenant, bob: User
    ) -> None:
        assert facts(console, bob).keys() == NAMES

        say(bob, family_name="Baker", external_id="00u1", attributes=SAID)

        assert facts(console, bob) == {
            "User name": "bob@acme.example",
            "E-mail address": "bob@acme.example",
            "Given name": "Bob",
            "Family name": "Baker",
            "Display name": "Bob",
            "Title": "Route planner",
            "Department": "Logistics EMEA, cost centre 4410",
            "Phone": "+49 40 555 0142 (work)",
            "Employee number": "E-17",
            "External ID": "00u1",
        }

    def test_a_cost_centre_without_a_department_has_a_line_of_its_own(
        self, console: Client, in_acme: Tenant, bob: User
    ) -> None:
        say(bob, attributes={ENTERPRISE_USER: {"costCenter": "4410"}})

        assert facts(console, bob)["Cost centre"] == "4410"
        assert "Department" not in facts(console, bob)

    def test_of_many_numbers_the_first_stand_there(
        self, console: Client, in_acme: Tenant, bob: User
    ) -> None:
        numbers = [{"value": f"+49 {each}", "type": "work"} for each in range(30)]
        say(bob, attributes={"phoneNumbers": [*numbers, {"display": "no number"}]})

        said = facts(console, bob)["Phone"]

        assert said.startswith("+49 0 (work), +49 1 (work)")
        assert said.endswith("and 25 more")

    def test_what_is_said_is_no_markup(self, console: Client, in_acme: Tenant, bob: User) -> None:
        evil = "<b>x</b>"
        inside = {"department": evil, "manager": {"value": evil}}
        say(bob, external_id=evil, attributes={"title": evil, ENTERPRISE_USER: inside})

        found = panel(console, bob)

        assert not found.xpath(".//b")
        assert in_a_line(found).count(evil) == 4


class TestManager:
    def led_by(self, user: User, key: object) -> None:
        say(user, attributes={ENTERPRISE_USER: {"manager": {"value": str(key)}}})

    def test_a_manager_who_is_here_is_named_and_linked(
        self, console: Client, in_acme: Tenant, bob: User
    ) -> None:
        leilani = person(in_acme, "Leilani")
        self.led_by(bob, leilani.pk)

        assert facts(console, bob)["Manager"] == "Leilani"
        assert links(console, bob)["Leilani"] == f"/console/accounts/user/{leilani.pk}/change/"

        deactivate_user(user=leilani)
        assert facts(console, bob)["Manager"] == "Leilani Inactive"

    def test_who_is_nobody_here_leads_nowhere(
        self, console: Client, in_acme: Tenant, bob: User, grace: User
    ) -> None:
        gone = person(in_acme, "Gone")
        delete_user(user=gone)
        for key in (grace.pk, gone.pk, str(bob.pk).upper(), "E-17", "boss@acme.example", "W" * 900):
            self.led_by(bob, key)

            assert facts(console, bob)["Manager"] == f"{key} Nobody here has this ID."
            assert "/console/accounts/user/" not in "".join(links(console, bob).values())

    def test_it_costs_one_statement_and_only_where_the_id_may_be_of_somebody_here(
        self, console: Client, in_acme: Tenant, bob: User
    ) -> None:
        boss = person(in_acme, "Boss")
        number = {}
        for key in ("", "E-17", boss.pk):
            self.led_by(bob, key)
            panel(console, bob)
            with CaptureQueriesContext(connection) as captured:
                panel(console, bob)
            number[key] = len(captured)

        assert number["E-17"] == number[""]
        assert number[boss.pk] == number[""] + 1


class TestWhoManagesIt:
    def test_what_a_source_fills_is_marked_and_the_form_opens_it(
        self, console: Client, in_acme: Tenant, bob: User, okta: SCIMClient
    ) -> None:
        push(okta, bob, title="Head")

        said = in_a_line(panel(console, bob))

        assert "Profile Managed by Okta. Change anyway until the next push" in said
        assert facts(console, bob)["User name"] == "bob@acme.example managed by Okta"
        assert facts(console, bob)["Title"] == "Head managed by Okta"
        assert "Managed over SCIM, too: Active" in said
        [way] = links(console, bob).values()
        assert way == "?unlock=user_name,email,given_name,family_name,display_name#edit"
        opened = console.get(f"/console/accounts/user/{bob.pk}/change/{way}")
        assert opened.content.count(b"Okta manages this field: the next push overwrites it.") == 5

    def test_whom_nobody_manages_is_managed_by_hand(self, console: Client, bob: User) -> None:
        assert in_a_line(panel(console, bob)).startswith(
            "Profile Managed by hand. Edit the profile"
        )
        assert links(console, bob) == {"Edit the profile": "#edit"}

    def test_a_field_that_no_table_fills_is_open_on_the_form_and_not_marked(
        self, console: Client, acme: Tenant, bob: User, okta: SCIMClient
    ) -> None:
        push(okta, bob, displayName="Bob Baker", title="Head")
        with tenant_scope(acme):
            Source.objects.get(name="Okta").mappings.exclude(field="user_name").delete()

        said = facts(console, bob)

        assert said["User name"].endswith("managed by Okta")
        assert said["Display name"] == "Bob Baker"
        assert said["Title"] == "Head managed by Okta"

    def test_with_two_sources_each_line_says_which(
        self, console: Client, acme: Tenant, bob: User, okta: SCIMClient
    ) -> None:
        push(okta, bob, title="Head")
        with tenant_scope(acme):
            entra = create_source(options=SourceOptions(name="Entra"))
            rows = [*DEFAULT_MAPPINGS[Resource.USER], ("title", "title", False)]
            table = [MappingRow(field, path, required) for field, path, required in rows]
            set_mapping(source=entra, resource=Resource.USER, rows=table)
            both = [entra.pk, *stored(bob).source_ids]
            User.objects.filter(pk=bob.pk).update(source_ids=both)

        said = facts(console, bob)

        assert said["Title"] == "Head managed by Entra"
        assert said["User name"] == "bob@acme.example managed by Entra, Okta"
        marks = panel(console, bob).xpath(".//dd//span[contains(text(), 'managed by')]")
        assert {mark.get("class") for mark in marks} == {"gh-help gh-names"}


class TestWhoChangedIt:
    def test_a_change_by_hand_says_by_whom_and_when_until_a_source_changes_it_again(
        self, console: Client, in_acme: Tenant, bob: User, okta: SCIMClient
    ) -> None:
        push(okta, bob, title="Head")
        path = f"/console/accounts/user/{bob.pk}/change/?unlock=display_name"
        submit(console, path, display_name="Robert")

        said = facts(console, bob)
        assert said["Display name"].startswith(
            f"Robert managed by Okta edited here by {ADMIN}, today"
        )
        assert "edited" not in said["Given name"]

        push(okta, bob, displayName="Bob Baker")
        assert facts(console, bob)["Display name"] == "Bob Baker managed by Okta"

    def test_what_no_table_fills_is_theirs_who_wrote_it_last(
        self, console: Client, in_acme: Tenant, bob: User, okta: SCIMClient
    ) -> None:
        push(okta, bob, **SAID)
        assert facts(console, bob)["Phone"].endswith("managed by Okta")

        with audit.acting_as("priya@acme.example"):
            say(bob_now := stored(bob), attributes={**bob_now.attributes, "phoneNumbers": PHONES})

        said = facts(console, bob)
        assert said["Phone"].startswith("+49 1 (work) edited here by priya@acme.example, today")
        assert said["Department"] == "Logistics EMEA, cost centre 4410 managed by Okta"

    @pytest.mark.parametrize(
        "changed",
        [{"department": "Back office"}, {"costCenter": "17"}, {"manager": {"value": "x"}}],
    )
    def test_each_part_of_a_line_counts(
        self, console: Client, in_acme: Tenant, bob: User, changed: dict[str, Any]
    ) -> None:
        say(bob, attributes={ENTERPRISE_USER: {"department": "A", "costCenter": "1"}})
        with audit.acting_as(ADMIN):
            inside = {**bob.attributes[ENTERPRISE_USER], **changed}
            say(bob, attributes={ENTERPRISE_USER: inside})

        label = "Manager" if "manager" in changed else "Department"
        edited = {name for name, said in facts(console, bob).items() if "edited here" in said}
        assert edited == {label}

    def test_who_is_erased_is_not_named(self, console: Client, in_acme: Tenant, bob: User) -> None:
        with audit.acting_as("priya@acme.example"):
            say(bob, family_name="Baker")
        AuditEntry.objects.filter(actor="priya@acme.example").update(actor=ERASED)

        said = facts(console, bob)["Family name"]

        assert said.startswith("Baker edited here by Somebody who was deleted, today")


class TestRights:
    def test_an_editor_reads_the_profile_without_the_external_id_and_who_changed_it(
        self, acme: Tenant, bob: User, okta: SCIMClient
    ) -> None:
        push(okta, bob, externalId="00u1", **SAID)
        with tenant_scope(acme), audit.acting_as(ADMIN):
            say(stored(bob), given_name="Robert")
            Source.objects.get().profiles.all().delete()

        editor = signed_in(person(acme, "Eddie", Role.EDITOR))
        said = facts(editor, bob)

        assert said["Given name"] == "Robert managed by An identity provider"
        assert "Okta" not in in_a_line(panel(editor, bob))
        assert "External ID" not in said
        assert links(editor, bob) == {}

    def test_an_editor_is_led_to_the_names_of_who_is_managed_by_hand(
        self, acme: Tenant, bob: User
    ) -> None:
        editor = signed_in(person(acme, "Eddie", Role.EDITOR))

        assert links(editor, bob) == {"Edit the profile": "#edit"}

    def test_a_reviewer_reads_who_changed_it_and_finds_no_way_to_change_it(
        self, acme: Tenant, bob: User
    ) -> None:
        with tenant_scope(acme), audit.acting_as(ADMIN):
            say(bob, given_name="Robert")
        reviewer = signed_in(person(acme, "Rita", Role.ACCESS_REVIEW_MANAGER))

        assert f"edited here by {ADMIN}" in facts(reviewer, bob)["Given name"]
        assert links(reviewer, bob) == {}


def stored(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        *({"phoneNumbers": odd} for odd in ("x", {"value": "1"}, [None, "x", [1]])),
        {"phoneNumbers": [{"value": ["a"], "type": {"x": 1}}, {"value": "1", "type": 5}]},
        *({"title": odd} for odd in (["x"], {"a": 1}, 5, False, None)),
        *(
            {ENTERPRISE_USER: {"manager": odd}}
            for odd in ("x", None, ["x"], {"value": 5}, {"value": ["x"]}, [{"value": "x"}])
        ),
        *({ENTERPRISE_USER: {"department": odd}} for odd in (["x"], {"x": 1}, 5)),
    ],
    ids=json.dumps,
)
def test_attributes_of_any_shape_leave_the_page_readable(
    console: Client, bob: User, attributes: Any
) -> None:
    """As they may have come by an earlier schema, or by an extension with such a name."""
    with connection.cursor() as cursor:
        written = "UPDATE accounts_user SET attributes = %s::jsonb WHERE id = %s"
        cursor.execute(written, [json.dumps(attributes), bob.pk])

    assert "User name" in facts(console, bob)
