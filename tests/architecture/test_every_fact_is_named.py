"""Whatever is written, by whatever way in, one entry of its own transaction names it.

Tables are read from the models, forms from the sites: a new one is asked unasked.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from typing_extensions import override

from accounts.group_kinds import member_deltas
from accounts.group_kinds.member_deltas import MemberDelta
from accounts.groups.groups import GroupFields, create_group
from accounts.groups.mappings import set_group_attributes, set_group_mappings
from accounts.models import AccessProfile, AuditEntry, DirectoryGroup, Role, Tenant, User
from accounts.services.profiles import change_profile_members, create_profile, delete_profile
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from licenses.group_licenses import set_group_licenses
from licenses.models import Product, Seat, Subscription
from saml_sso.models import IdentityProviderSettings
from tests.architecture.specimens import our_models
from tests.architecture.test_every_posting_form import Keys, keys, urls
from tests.architecture.test_forms_in_the_trail import rows, saves
from tests.architecture.test_secret_columns import KEPT
from tests.architecture.test_stale_forms import (
    browser_of,
    every_form,
    page_of,
    things,
)
from tests.conftest import person, signed_in
from tests.saml_sso.conftest import idp
from tests.support.facts import Fact, entries_by_transaction, facts_noted
from tests.support.html_forms import form_with_field, read_forms, what_is_sent
from tests.support.licence_file import apply_file
from tests.support.many import do
from tests.support.named_facts import NOT_FACTS, RULES
from tests.support.saml_party import connect as connect_idp
from tests.support.saml_party import party_of, post_response
from tests.support.scim import connect
from tests.support.ways_in import Way, ill_named, in_order, way

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.db import models

__all__ = ["idp", "in_order", "keys", "rows", "things", "way"]  # Fixtures.


TABLES = {model._meta.db_table for model in our_models()}


def test_every_table_holds_facts_or_says_why_not() -> None:
    assert RULES.keys() | NOT_FACTS.keys() == TABLES
    assert not RULES.keys() & NOT_FACTS.keys()


@pytest.fixture
def crm(acme: Tenant) -> Subscription:
    product = Product.objects.create(key="crm", name="CRM")
    with tenant_scope(acme):
        return Subscription.objects.create(product=product, seats=50)


def members(*ids: object) -> list[dict[str, str]]:
    return [{"value": str(pk)} for pk in ids]


ADD = {"op": "add", "path": "members"}


def give_everything(group_id: str, profile: AccessProfile, crm: Subscription) -> None:
    group = DirectoryGroup.objects.get(pk=group_id)
    set_group_mappings(group=group, role=Role.EDITOR, profiles=[profile])
    set_group_licenses(group=group, subscriptions=[crm])
    set_group_attributes(group=group, attributes={"site": "West"})


def test_over_scim(way: Way, acme: Tenant, alice: User, crm: Subscription) -> None:
    scim = connect(acme, on_delete="delete")
    with tenant_scope(acme):
        finance = create_profile(name="Finance")
    way.prepared()

    babs = scim.create({"userName": "babs"})["id"]
    kim = scim.create({"userName": "kim", "title": "Clerk"})["id"]
    scim.patch(f"/Users/{babs}", {"op": "replace", "path": "title", "value": "Guide"})
    renamed = {"userName": "babs2", "active": False}
    scim.patch(f"/Users/{babs}", {"op": "replace", "value": renamed})
    scim.request("PUT", f"/Users/{babs}", {"userName": "babs3", "active": True}, expect=200)
    way.did("people", least=5)

    body = {"displayName": "Sales", "members": members(babs, kim)}
    sales = scim.request("POST", "/Groups", body, expect=201)["id"]
    inner = scim.request("POST", "/Groups", {"displayName": "In"}, expect=201)["id"]
    scim.patch(f"/Groups/{inner}", {**ADD, "value": members(kim)})
    scim.patch(f"/Groups/{sales}", {**ADD, "value": members(inner)})
    way.did("groups", least=6)

    with tenant_scope(acme):
        give_everything(sales, finance, crm)
    way.did("what a group gives", least=6)

    leaving = {"op": "remove", "path": f'members[value eq "{babs}"]'}
    scim.patch(f"/Groups/{sales}", leaving)
    way.did("leaving what gives a role, a profile and a licence", least=4)
    body = {"displayName": "Sell", "members": members(babs)}
    scim.request("PUT", f"/Groups/{sales}", body, expect=200)
    way.did("PUT of a group", least=5)

    scim.patch(f"/Groups/profile:{finance.pk}", {**ADD, "value": members(kim, babs)})
    scim.patch("/Groups/role:editor", {**ADD, "value": members(kim)})
    way.did("a profile and a role as groups", least=3)

    scim.request("DELETE", f"/Users/{babs}", expect=204)
    way.did("DELETE of a person who holds everything", least=4)
    scim.patch(f"/Groups/{sales}", {**ADD, "value": members(inner, kim)})
    way.did("joining", least=3)
    scim.request("DELETE", f"/Groups/{inner}", expect=204)
    way.did("DELETE of a group with members that is in another", least=3)
    scim.request("DELETE", f"/Groups/{sales}", expect=204)
    way.did("DELETE of a group that gives everything", least=5)


def test_by_bulk_each_operation_is_one_change(way: Way, acme: Tenant, alice: User) -> None:
    scim = connect(acme, on_delete="delete")
    way.prepared()
    post = {"method": "POST", "path": "/Users"}
    operations = [
        {**post, "bulkId": "a", "data": {"userName": "a"}},
        {**post, "bulkId": "b", "data": {"userName": "b"}},
        {
            "method": "POST",
            "path": "/Groups",
            "bulkId": "g",
            "data": {"displayName": "G", "members": members("bulkId:a", "bulkId:b")},
        },
    ]

    made = scim.request("POST", "/Bulk", {"Operations": operations}, expect=200)["Operations"]

    a, b, g = (each["location"].partition("/scim/v2")[2] for each in made)
    assert len(way.did("creates", least=5)) <= 3
    value = {"op": "replace", "path": "title", "value": "Guide"}
    nobody = {"op": "remove", "path": "members"}
    operations = [
        {"method": "PATCH", "path": a, "data": {"Operations": [value]}},
        {
            "method": "PATCH",
            "path": g,
            "data": {"Operations": [nobody]},
        },
        {"method": "DELETE", "path": b},
        {"method": "DELETE", "path": g},
    ]
    answer = scim.request("POST", "/Bulk", {"Operations": operations}, expect=200)
    assert {each["status"] for each in answer["Operations"]} <= {"200", "204"}, answer
    assert len(way.did("changes and deletions", least=5)) == len(operations)


def test_a_set_above_what_one_entry_names_is_several_parts_of_one_change(
    way: Way, acme: Tenant, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member_deltas, "IDS_IN_ONE_ENTRY", 2)
    scim = connect(acme)
    people = [scim.create({"userName": f"p{number}"})["id"] for number in range(5)]
    way.prepared()

    body = {"displayName": "Many", "members": members(*people)}
    group = scim.request("POST", "/Groups", body, expect=201)["id"]

    (number,) = way.did("a group of many", least=6)
    parts = [
        (entry.details["part"], entry.details["of"], len(entry.details["added"]))
        for entry in entries_by_transaction()[number]
        if "part" in entry.details
    ]
    assert parts == [(1, 3, 2), (2, 3, 2), (3, 3, 1)]
    scim.request("DELETE", f"/Groups/{group}", expect=204)
    (number,) = way.did("its deletion", least=6)
    entries = entries_by_transaction()[number]
    assert [entry.details.get("part") for entry in entries] == [1, 2, 3, None]


def test_by_csv_and_actions_on_many_rows(
    way: Way, acme: Tenant, console: Client, bob: User, crm: Subscription
) -> None:
    kim = person(acme, "Kim")
    way.prepared()
    apply_file(console, "email,product\nbob@acme.example,crm\nkim@acme.example,crm")
    way.did("a file of licences", least=2)

    users = "/console/accounts/user/"
    for action in ("deactivate", "reactivate", "delete_selected"):
        do(console, users, action, [bob.pk, kim.pk])
        way.did(action, least=2)


def test_by_undoing_actions_on_many_rows(
    way: Way, acme: Tenant, console: Client, bob: User, crm: Subscription
) -> None:
    kim = person(acme, "Kim")
    way.prepared()
    by_file = "email,product\nbob@acme.example,crm\nkim@acme.example,crm"
    undone(console, apply_file(console, by_file, follow=True))
    way.did("a file of licences, and its undoing", least=4)
    apply_file(console, by_file)

    users = "/console/accounts/user/"
    undone(console, do(console, users, "deactivate", [bob.pk, kim.pk]))
    way.did("a deactivation that is undone", least=8)  # With the licences.
    do(console, users, "deactivate", [bob.pk, kim.pk])
    undone(console, do(console, users, "reactivate", [bob.pk, kim.pk]))
    way.did("a reactivation that is undone", least=6)
    undone(console, do(console, users, "change_role", [bob.pk], new_role=Role.EDITOR))
    way.did("a role that is given back", least=2)
    with tenant_scope(acme):
        profile = create_profile(name="Sales")
    undone(console, do(console, users, "join_profile", [bob.pk], profile=profile.pk))
    do(console, users, "join_profile", [bob.pk], profile=profile.pk)
    undone(console, do(console, users, "leave_profile", [bob.pk], profile=profile.pk))
    way.did("an access profile, as it was", least=5)


def undone(console: Client, done: Any) -> None:
    """Press *Undo* on the page that tells how an action went."""
    address = f"{done.request['PATH_INFO']}undo/"
    console.post(address, what_is_sent(console.get(address).content.decode(), "seen"))


def test_by_taking_back_seats_of_idle_people(
    way: Way, acme: Tenant, console: Client, bob: User, crm: Subscription
) -> None:
    long_ago = timezone.now() - timedelta(days=9)
    with tenant_scope(acme):
        User.objects.filter(pk=bob.pk).update(created=long_ago)
        seat = Seat.objects.create(
            subscription=crm, user=bob, user_label=bob.user_name, granted=long_ago
        )
    way.prepared()

    do(console, "/console/licenses/seat/", "release_idle", [seat.pk], days="7")

    way.did("a seat of somebody idle", least=1)


def test_at_a_sign_in(way: Way, acme: Tenant, alice: User, client: Client, tmp_path: Path) -> None:
    idp = connect_idp(acme, tmp_path, party_of("acme"))
    with tenant_scope(acme):
        IdentityProviderSettings.objects.update(
            create_users_at_sign_in=True, refresh_names_at_sign_in=True
        )
    way.prepared()

    forge = idp.forge.but(name_id="new@acme.example", attributes={"givenName": ("New",)})
    post_response(client, forge)
    way.did("a person who is made at the sign-in", least=1)
    post_response(client, forge.but(attributes={"givenName": ("Newer",)}))
    way.did("names that follow", least=1)


def run(*words: str) -> None:
    call_command(*words, "--json", stdout=io.StringIO())


def test_by_commands(way: Way, acme: Tenant, alice: User, tmp_path: Path) -> None:
    way.prepared()
    run("create_tenant", "newco", "--name=New", "--admin-email=a@newco.example")
    run("create_operator", "o@gatehouse.example")
    way.did("a tenant, its admin and an operator", least=4)
    run("break_glass", "acme", "--admin-email=alice@acme.example")
    way.did("a way in", least=0, recorded={"break_glass.link_made"})

    connect_idp(acme, tmp_path, party_of("acme"))
    run("configure_saml", "acme", f"--metadata={tmp_path / 'acme.xml'}", "--enforce")
    way.did("SAML", least=3)
    run("create_scim_token", "acme")
    run("create_scim_token", "acme", "--expires-in-days=9")
    run("configure_source", "acme", "--may-change-roles")
    way.did("SCIM", least=4)


def test_by_the_daily_work(way: Way, acme: Tenant, bob: User, crm: Subscription) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    with tenant_scope(acme):
        Subscription.objects.update(starts=tomorrow)
        group = create_group(values=GroupFields(display_name="W"), member_ids=[bob.pk])
        set_group_licenses(group=group, subscriptions=[crm])
        Subscription.objects.update(starts=timezone.localdate())
    way.prepared()

    run("run_daily")

    way.did("a seat for who waited", least=1)


def test_by_what_goes_with_a_profile(way: Way, acme: Tenant, bob: User, crm: Subscription) -> None:
    with tenant_scope(acme):
        group = create_group(values=GroupFields(display_name="W"), member_ids=[bob.pk])
        finance = create_profile(name="Finance")
        give_everything(str(group.pk), finance, crm)
        way.prepared()

        change_profile_members(profile=finance, deltas=[MemberDelta(add=(bob.pk,))])
        way.did("who stays whatever groups give", least=1)
        delete_profile(profile=finance)
        way.did("a profile that a group gives", least=3)


class Window:
    """What was written and recorded since it was asked last, inside a test's transaction."""

    def __init__(self, noted: Callable[[], list[Fact]]) -> None:
        self._noted = noted
        self._last = 0
        self.done: set[str] = set()
        """What was done to which tables."""
        self.ill_named()
        self.done.clear()

    def ill_named(self) -> list[str]:
        with every_tenant():
            entries = list(AuditEntry.objects.filter(pk__gt=self._last).order_by("pk"))
        self._last = entries[-1].pk if entries else self._last
        facts = self._noted()
        self.done |= {f"{fact.relation} {fact.done}" for fact in facts}
        return ill_named(facts, {fact.transaction: entries for fact in facts})


@pytest.fixture
def window(db: None) -> Iterator[Callable[[], Window]]:
    with facts_noted(sorted(RULES)) as noted:
        yield lambda: Window(noted)


class JudgingBrowser(Client):
    """Sees after each form that is sent that what it wrote is named."""

    def __init__(self, of: Client, window: Window) -> None:
        super().__init__()
        self.cookies = of.cookies
        self.window = window
        self.wrong: list[str] = []

    @override
    def post(self, path: str, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        answer = super().post(path, *args, **kwargs)
        self.wrong += [f"{path}: {each}" for each in self.window.ill_named()]
        return answer


Judging = Callable[[Client], JudgingBrowser]


@pytest.fixture
def judging(window: Callable[[], Window]) -> Judging:
    return lambda of: JudgingBrowser(of, window())


def assert_all_named(browser: JudgingBrowser) -> None:
    assert not browser.wrong, "\n".join(browser.wrong)


@pytest.mark.thorough
def test_by_every_field_of_every_form(
    rows: Keys,
    judging: Judging,
    alice: User,
    olga: User,
) -> None:
    saved = set()
    for browser in (judging(signed_in(alice)), judging(signed_in(olga))):
        for url in urls(rows):
            for save in saves(browser, url):
                saved.add(save.field)
        assert_all_named(browser)
        assert_no_secret_is_told()

    assert "enable_saml" in saved
    assert len(saved) > 40


@pytest.fixture
def browser_at(judging: Judging, alice: User, olga: User) -> Callable[[Any], JudgingBrowser]:
    return lambda site: judging(browser_of(site, alice, olga))


@every_form
def test_by_deleting(
    site: Any,
    model: type[models.Model],
    things: dict[Any, Any],
    browser_at: Callable[[Any], JudgingBrowser],
    olga: User,
) -> None:
    browser = browser_at(site)
    url = page_of(site, model, things, olga).replace("/change/", "/delete/")
    asked: Any = browser.get(url)
    page = asked.content.decode()
    if asked.status_code != HTTPStatus.OK or 'name="post"' not in page:
        return  # Nobody may delete it, or it is in use.

    sure = form_with_field(page, "post").fields
    is_deleted = browser.post(url, sure).status_code == HTTPStatus.FOUND

    assert_all_named(browser)
    table = model._meta.db_table
    assert is_deleted is (f"{table} DELETE" in browser.window.done) or table not in RULES


def assert_no_secret_is_told() -> None:
    """See that the trail has nothing of what the tables keep of secrets, not even digests."""
    with every_tenant():
        told = "\n".join(map(str, AuditEntry.objects.values_list("details", "target", "actor")))
        kept = {
            str(value)
            for column in KEPT
            for value in apps.get_model(column.rpartition(".")[0])._default_manager.values_list(
                column.rpartition(".")[2], flat=True
            )
            if len(str(value)) > len("specimen")
        }
    assert kept
    assert not [value for value in kept if value in told]


def test_by_every_button_of_the_settings(rows: Keys, judging: Judging, alice: User) -> None:
    browser, pressed = judging(signed_in(alice)), set()
    pages = [url for url in urls(rows) if "/security/" in url]

    for _time in range(3):  # One makes what another takes away.
        for url in pages:
            for action, fields in buttons_of(browser, url):
                browser.post(action, fields)
                pressed.add(urlsplit(action).path.rstrip("/").rpartition("/")[2])

    assert_all_named(browser)
    assert_no_secret_is_told()
    assert pressed >= {"make-next-key", "use-next-key", "remove-other-key", "make-link"}, pressed


def buttons_of(browser: Client, url: str) -> list[tuple[str, dict[str, str]]]:
    """Return where the page's forms are sent that carry nothing that it showed, and with what."""
    answer: Any = browser.get(url)
    if answer.status_code != HTTPStatus.OK or "html" not in answer.headers["Content-Type"]:
        return []
    return [
        (urljoin(url, form.action), form.fields)
        for form in read_forms(answer.content.decode())
        if form.method == "post" and "sign-out" not in form.action
    ]
