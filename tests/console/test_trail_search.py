"""The audit trail is found by who, by address and by object, in the own tenant only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.group_kinds.member_deltas import MemberDelta
from accounts.groups.groups import GroupFields, create_group, delete_group, update_group
from accounts.models import AuditEntry, Tenant, User
from accounts.services.profiles import add_profile_members, create_profile
from accounts.services.users import UserFields, create_user, delete_user, update_user
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit
from accounts.trail.search import SEARCHED, finding
from licenses.models import Product, Subscription
from licenses.services import assign_seat
from tests.architecture.specimens import Specimens, our_models
from tests.conftest import person, signed_in
from tests.support.html_forms import lxml_html

if TYPE_CHECKING:
    from django.test import Client

TRAIL: Final = "console:accounts_auditentry_changelist"
KINDS: Final = {
    "user",
    *(str(apps.get_model(each.model_label)._meta.model_name) for each in SEARCHED),
}
"""The kinds of objects whose entries are found by a name."""
NAMES: Final = {"user_name", "display_name", "name", "domain", "urn", "product"}


def found(browser: Client, typed: str) -> list[str]:
    """Return the sentences that a search of the trail shows."""
    page = browser.get(reverse(TRAIL), {"q": typed}).content.decode()
    links = lxml_html.fromstring(page).xpath("//*[contains(@class, 'field-happened')]//a")
    return [" ".join(link.itertext()).strip() for link in links]


@pytest.fixture
def lena(acme: Tenant) -> User:
    """Somebody who was called otherwise before."""
    values = UserFields(
        user_name="lena.old@acme.example", email="lena@mail.example", display_name="Lena Kovač"
    )
    with tenant_scope(acme):
        lena = create_user(values=values)
        update_user(
            user=lena,
            values=UserFields(
                user_name="lena.new@acme.example",
                email="l.brandt@mail.example",
                display_name="Lena Brandt",
            ),
        )
    return lena


@pytest.mark.django_db
class TestPeople:
    @pytest.mark.parametrize(
        "typed",
        [
            "lena.new@acme.example",
            "LENA.NEW@ACME.EXAMPLE",
            "l.brandt@mail.example",
            "Lena Brandt",
            "brandt",
            "lena.old@acme.example",
            "Lena.Old@acme.example",
            "lena@mail.example",
            "Lena Kovač",
            "kovac",
        ],
    )
    @pytest.mark.parametrize("state", ["there", "deleted"])
    def test_somebody_is_found_by_every_name_that_they_have_or_had(
        self, acme: Tenant, console: Client, lena: User, typed: str, state: str
    ) -> None:
        if state == "deleted":
            with tenant_scope(acme):
                delete_user(user=lena)

        sentences = found(console, typed)

        assert any("changed Lena Brandt (lena.new@acme.example)" in each for each in sentences)
        assert not any("Alice" in each for each in sentences)

    @pytest.mark.parametrize("typed", ["bob@acme.example", "BOB@acme.example", "Bob"])
    @pytest.mark.parametrize("state", ["there", "deleted"])
    def test_what_somebody_joined_and_left_is_found_by_them(
        self, acme: Tenant, console: Client, bob: User, typed: str, state: str
    ) -> None:
        with tenant_scope(acme):
            lena = create_user(values=UserFields(user_name="lena@acme.example"))
            group = create_group(values=GroupFields(display_name="West"), member_ids=[bob.pk])
            for delta in (MemberDelta(remove=(bob.pk,)), MemberDelta(add=(lena.pk,))):
                update_group(group=group, values=GroupFields(display_name="West"), members=[delta])
            profile = create_profile(name="North")
            add_profile_members(profile=profile, user_ids=[bob.pk])
            if state == "deleted":
                delete_user(user=bob)

        sentences = found(console, typed)

        assert sum("West" in each for each in sentences) == 2
        assert sum("North" in each for each in sentences) == 1

    def test_what_somebody_did_is_found_by_their_address(
        self, acme: Tenant, console: Client, alice: User, bob: User
    ) -> None:
        with tenant_scope(acme), audit.acting_as("lena.old@acme.example"):
            audit.record("user.updated", bob)
        with tenant_scope(acme), audit.acting_as(alice.user_name):
            audit.record("user.password_changed", bob)

        for typed in ("Alice", "alice@acme.example"):
            assert any("changed the password of Bob" in each for each in found(console, typed))
        assert len(found(console, "lena.old@acme.example")) == 1

    def test_entries_of_old_are_found_by_who_is_gone(self, acme: Tenant, console: Client) -> None:
        with tenant_scope(acme):
            AuditEntry.objects.create(
                tenant=acme,
                action="user.deleted",
                actor="system",
                target_type="user",
                target_id="0197-old",
                target="Olaf",
                details={"user_name": "olaf@acme.example"},
            )

        assert len(found(console, "olaf@acme.example")) == 1


@pytest.mark.django_db
class TestObjects:
    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_every_kind_of_object_is_found_by_its_name_and_only_at_home(
        self, acme: Tenant, globex: Tenant, grace: User, console: Client, kind: str
    ) -> None:
        model = next(each for each in our_models() if each._meta.model_name == kind)
        with tenant_scope(acme):
            thing = acme if model is Tenant else Specimens("zanzibar").of(model)
            if model is Tenant:
                Tenant.objects.filter(pk=acme.pk).update(name="zanzibar")
            elif model is User:
                thing = person(acme, "zanzibar")
            audit.record(f"{kind}.updated", thing)

        assert found(console, "zanzibar")
        assert not found(signed_in(grace), "zanzibar")

    def test_every_kind_that_entries_are_about_and_that_has_a_name_is_searched(self) -> None:
        named = {
            str(model_admin.opts.model_name)
            for model_admin in _admins_with_history()
            if {field.name for field in model_admin.opts.concrete_fields} & NAMES
        }

        assert named <= KINDS | {"product"}

    def test_what_is_called_otherwise_or_deleted_is_found(
        self, acme: Tenant, console: Client
    ) -> None:
        with tenant_scope(acme):
            group = create_group(values=GroupFields(display_name="Vertrieb Süd"))
            update_group(group=group, values=GroupFields(display_name="Sales South"))
            delete_group(group=group)

        for typed in ("Vertrieb Süd", "vertrieb", "sud", "Sales South"):
            assert len(found(console, typed)) == 3, typed

    def test_seats_are_found_by_the_product(self, acme: Tenant, console: Client, bob: User) -> None:
        with tenant_scope(acme):
            crm = Product.objects.create(key="p-1", name="Customer Suite")
            held = Subscription.objects.create(product=crm, seats=1)
            assign_seat(subscription=held, user=bob)

        assert any("a seat of Customer Suite" in each for each in found(console, "customer suite"))

    def test_a_request_is_found_by_its_id(self, acme: Tenant, console: Client) -> None:
        with tenant_scope(acme):
            AuditEntry.objects.create(
                tenant=acme, action="user.updated", actor="x", request_id="abcdef012345"
            )

        assert len(found(console, "abcdef012345")) == 1
        assert not found(console, "abcdef")


NEVER_TARGETS: Final = {
    *("auditentry", "requestlogentry", "seat", "operation", "conflict", "importrow"),
    "accessrequest",
}
"""Of what happens to these, entries tell as of something else: the person, the application."""


def _admins_with_history() -> list[Any]:
    from django.contrib import admin  # noqa: PLC0415 - the registry is filled by then

    return [
        admin.site.get_model_admin(model)
        for model in our_models()
        if admin.site.is_registered(model) and model._meta.model_name not in NEVER_TARGETS
    ]


@pytest.mark.django_db
class TestWalls:
    @pytest.mark.parametrize(
        "typed", ["bob@acme.example", "Bob", "bob@", "Sales", "user.updated", "SCIM: Okta", "acme"]
    )
    def test_no_search_shows_another_tenant_s_entries(
        self, acme: Tenant, grace: User, bob: User, typed: str
    ) -> None:
        with tenant_scope(acme), audit.acting_as("SCIM: Okta"):
            create_group(values=GroupFields(display_name="Sales"))
            audit.record("user.updated", bob)

        page = signed_in(grace).get(reverse(TRAIL), {"q": typed}).content.decode()

        assert "Bob (bob@" not in page
        assert "the group Sales" not in page

    def test_an_operator_finds_entries_of_every_tenant(
        self, acme: Tenant, platform: Client, bob: User, grace: User
    ) -> None:
        for typed, name in (("bob@acme.example", "Bob (bob"), ("grace", "Grace (grace")):
            page = platform.get("/platform/accounts/auditentry/", {"q": typed}).content.decode()
            assert name in page

    def test_more_namesakes_than_are_looked_up_are_told(
        self, acme: Tenant, console: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("accounts.trail.search.MOST_OBJECTS", 2)
        for number in range(3):
            person(acme, f"Namesake{number}")

        page = console.get(reverse(TRAIL), {"q": "namesake"}).content.decode()

        assert "are called so. Type more of the name" in page


@pytest.mark.django_db
def test_a_search_reads_no_whole_trail(acme: Tenant, lena: User, bob: User) -> None:
    with tenant_scope(acme), CaptureQueriesContext(connection) as captured:
        for typed in ("lena.old@acme.example", "Lena", "user.updated", "abcdef012345"):
            list(AuditEntry.objects.filter(finding(typed).condition)[:100])
    read = [each["sql"] for each in captured if "accounts_auditentry" in each["sql"]]

    assert len(read) == 8
    with every_tenant(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for statement in read:
            unsorted = statement.partition(" ORDER BY ")[0].partition(" LIMIT ")[0]
            cursor.execute(f"EXPLAIN {unsorted}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan on accounts_auditentry" not in plan, statement + plan
            assert "audit_" in plan
            assert "audit_by_time" not in plan, plan
