"""Every action on many rows asks first, says who and what, and tells line by line how it went."""

from __future__ import annotations

import csv
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.jobs.kinds import kinds
from accounts.models import AccessProfile, ActionLine, ActionResult, Role, User
from accounts.services import action_results
from accounts.services.profiles import create_profile
from accounts.services.users import create_operator
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from console.base import many, many_look
from console.base.many import ManyAction
from console.base.sites import platform_site
from licenses.models import Product, Seat, Subscription
from tests.architecture.specimens import OUR_APPS, Specimens
from tests.conftest import PASSWORD, crowd, person, signed_in
from tests.support.html_forms import text_of, what_is_sent
from tests.support.licence_file import look_at_file, press_apply
from tests.support.many import ask, do

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

USERS = "/console/accounts/user/"
MOST_STATEMENTS = 60
READS = (
    "SELECT",
    "(SELECT",
    "SAVEPOINT",
    "RELEASE SAVEPOINT",
    "SET ",
    "EXECUTE",
    'UPDATE "ACCOUNTS_SESSION',
)
ACTIONS = [
    pytest.param(site, model, name, id=f"{site.name}-{model._meta.label}-{name}")
    for site in (admin.site, platform_site)
    for model, model_admin in site._registry.items()
    for name in model_admin.actions or ()
]
PEOPLES = [str(name) for name in admin.site.get_model_admin(User).actions or ()]
BY_CSV_NAME = "by CSV"
BY_CSV = pytest.param(admin.site, User, BY_CSV_NAME, id="console-licences-by-csv")


def address_of(told: Any) -> str:
    """Where the page stands that tells how it went."""
    return str(told.request["PATH_INFO"])


def active_people(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        return User.objects.filter(active=True).count()


def key_of(told: Any) -> UUID:
    """By what the result is known that a page tells of."""
    return UUID(address_of(told).rstrip("/").rpartition("/")[2])


def inactive_people(tenant: Tenant) -> list[UUID]:
    with tenant_scope(tenant):
        return list(User.objects.filter(active=False).values_list("pk", flat=True))


def choices_of(specimens: Specimens) -> dict[str, Any]:
    """Return what any of the actions may ask."""
    return {
        "subscription": specimens.of(Subscription).pk,
        "profile": specimens.of(AccessProfile).pk,
        "new_role": Role.EDITOR,
        "days": "90",
    }


def create_otto() -> User:
    """Return another operator."""
    return create_operator(email="otto@x.example", password=PASSWORD)


def unused_for_long(row: Any) -> None:
    """Let nobody have signed in for a year who holds a seat, so that it can be taken back."""
    if isinstance(row, Seat):
        ago = timezone.now() - timedelta(days=365)
        Seat.objects.filter(pk=row.pk).update(granted=ago, released=None)
        User.objects.filter(seats=row).update(created=ago, last_login=None)


@pytest.mark.parametrize(("site", "model", "name"), ACTIONS)
def test_an_action_asks_before_it_changes_anything(
    request: pytest.FixtureRequest, site: Any, model: Any, name: str, acme: Tenant
) -> None:
    action = getattr(type(site._registry[model]), name)
    assert isinstance(action, ManyAction), f"{name} of {model} does not ask first."
    if model._meta.app_label not in OUR_APPS:
        return
    browser: Client = request.getfixturevalue("console" if site is admin.site else "platform")
    with tenant_scope(acme):
        specimens = Specimens("specimenname")
        person(acme, "Zoe")
        row = specimens.of(model)
        unused_for_long(row)
        choices = choices_of(specimens)
        before = model._default_manager.count()
    url = reverse(f"{site.name}:{model._meta.app_label}_{model._meta.model_name}_changelist")

    with CaptureQueriesContext(connection) as statements:
        answer = ask(browser, url, name, [row.pk], **choices)

    assert answer.status_code == HTTPStatus.OK
    assert "many_preview.html" in " ".join(template.name or "" for template in answer.templates)
    assert "Back, change nothing" in answer.content.decode()
    assert 'name="seen"' in answer.content.decode()
    file: Any = browser.post(url, {**what_is_sent(answer.content.decode(), "seen"), "as_csv": "1"})
    told = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert told[0] == "Who or what,ID,What will happen,Why"
    assert len(told) == 2
    if 'name="reason"' in answer.content.decode():  # Somebody, or something, is not passed over.
        says = text_of(answer)
        assert ("You can undo this until" in says) != ("This cannot be undone." in says)
    assert len(statements) < MOST_STATEMENTS
    written = [
        each["sql"]
        for each in statements
        if f'"{model._meta.db_table}"' in each["sql"] and not each["sql"].startswith(READS)
    ]
    assert written == []
    with tenant_scope(acme):
        assert model._default_manager.count() == before


@pytest.mark.parametrize("name", PEOPLES)
def test_the_page_that_asks_costs_as_much_for_many_as_for_few(
    acme: Tenant, console: Client, name: str
) -> None:
    with tenant_scope(acme):
        crm = Subscription.objects.create(
            product=Product.objects.create(key="crm", name="CRM"), seats=3
        )
        sales = create_profile(name="Sales")
    sizes = {}
    for size in (60, 400):  # Both more than a page holds: the list counts people then.
        with tenant_scope(acme):
            User.objects.filter(user_name__startswith="crowd").delete()
        people = crowd(acme, size)
        chosen = {"select_across": "1", "subscription": crm.pk, "profile": sales.pk}
        chosen["new_role"] = Role.EDITOR
        with CaptureQueriesContext(connection) as statements:
            page = text_of(ask(console, USERS, name, [people[0].pk], **chosen))
        assert page.count("crowd") <= 3 * many_look.SHOWN_NAMES
        sizes[size] = (len(statements), len(page))

    assert sizes[60][0] == sizes[400][0]
    assert abs(sizes[60][1] - sizes[400][1]) < 300


def test_nobody_is_deactivated_by_one_click(acme: Tenant, console: Client) -> None:
    people = crowd(acme, 30)

    page = text_of(ask(console, USERS, "deactivate", [people[0].pk], select_across="1"))

    assert "Deactivate 31 people?" in page
    assert "Deactivate (30)" in page
    assert "The last active admin of this company stays." in page
    assert "alice@acme.example" in page or "Alice" in page
    assert active_people(acme) == 31


def test_a_confirmation_of_others_than_were_shown_changes_nothing(
    acme: Tenant, console: Client
) -> None:
    people = crowd(acme, 3)
    asked = ask(console, USERS, "deactivate", [people[0].pk], select_across="1")
    sent = what_is_sent(asked.content.decode(), "seen")
    person(acme, "Carol")

    again = text_of(console.post(USERS, sent))
    forged = text_of(console.post(USERS, {**sent, "seen": "x"}))

    for page in (again, forged):
        assert "Nothing was done" in page
        assert "Deactivate 5 people?" in page
    assert active_people(acme) == 5


def test_a_confirmation_of_one_action_is_none_of_another(
    acme: Tenant, console: Client, bob: User
) -> None:
    sent = what_is_sent(ask(console, USERS, "deactivate", [bob.pk]).content.decode(), "seen")

    page = text_of(console.post(USERS, {**sent, "action": "delete_selected"}))

    assert "Delete 1 of this list?" in page
    with tenant_scope(acme):
        assert User.objects.filter(pk=bob.pk).exists()


def test_more_than_can_be_done_at_once_are_refused_with_a_way_out(
    acme: Tenant, console: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "MOST_AT_ONCE", 3)
    people = crowd(acme, 4)

    page = text_of(ask(console, USERS, "deactivate", [people[0].pk], select_across="1"))

    assert "At most 3 at once." in page
    assert 'name="seen"' not in page


class TestResult:
    @pytest.fixture
    def told(self, acme: Tenant, console: Client) -> Any:
        """The page after the deactivation of an inactive one, two others, and the last admin."""
        people = crowd(acme, 3)
        do(console, USERS, "deactivate", [people[0].pk])
        return do(console, USERS, "deactivate", [people[0].pk], select_across="1")

    def test_tells_each_line_with_its_reason(self, told: Any, acme: Tenant) -> None:
        page = text_of(told)

        assert "Done</dt><dd>2" in page
        assert "Passed over</dt><dd>2" in page
        assert "They are inactive already." in page
        assert active_people(acme) == 1

    def test_says_first_what_became_of_those_who_were_tried(
        self, told: Any, acme: Tenant, console: Client
    ) -> None:
        nothing = do(console, USERS, "deactivate", inactive_people(acme))
        with tenant_scope(acme):
            lines = ActionLine.objects.filter(result=key_of(told))
            refused = lines.filter(outcome=ActionLine.Outcome.DONE)[:1].values("pk")
            lines.filter(pk__in=refused).update(outcome=ActionLine.Outcome.REFUSED)

        assert "<h1>2 people were deactivated</h1>" in text_of(told)
        assert "<h1>Nothing was done: 3 were passed over</h1>" in text_of(nothing)
        part = text_of(console.get(address_of(told)))
        assert "<h1>1 of 2 people were deactivated, 1 was not</h1>" in part
        assert "Deactivate the selected people</dd>" in part

    def test_is_filtered(self, told: Any, console: Client) -> None:
        done = text_of(console.get(address_of(told), {"outcome": "done"}))
        named = text_of(console.get(address_of(told), {"outcome": "", "containing": "CROWD1"}))

        assert "inactive already" not in done
        assert "crowd1" in done
        assert "<bdi>crowd2" not in named
        assert "<bdi>crowd1" in named

    def test_is_downloaded_line_by_line(self, told: Any, console: Client) -> None:
        answer: Any = console.get(address_of(told), {"outcome": "passed over", "csv": "1"})

        content = b"".join(answer.streaming_content).decode("utf-8-sig")
        rows = list(csv.reader(content.splitlines()))
        assert rows[0] == ["Who or what", "Outcome", "Reason", "Time"]
        assert [row[1] for row in rows[1:]] == ["Passed over", "Passed over"]
        assert "They are inactive already." in content

    @pytest.mark.parametrize(
        "asked", [{"outcome": "x"}, {"csv": "2"}, {"other": "1"}, {"containing": "\x00"}]
    )
    def test_answers_no_undeclared_question(
        self, told: Any, console: Client, asked: dict[str, str]
    ) -> None:
        assert console.get(address_of(told), asked).status_code == HTTPStatus.BAD_REQUEST

    def test_is_there_for_a_month(
        self, told: Any, console: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(action_results, "KEPT", timedelta(0))

        assert console.get(address_of(told)).status_code == HTTPStatus.NOT_FOUND

    def test_is_deleted_after_a_month_whoever_made_it(
        self, acme: Tenant, globex: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        month = action_results.KEPT
        now = timezone.now()
        with every_tenant():
            for tenant in (acme, globex, None):
                for age in (month, month / 2):
                    ActionResult.objects.create(
                        tenant=tenant, maker=uuid4(), created=now - age, about="accounts.user"
                    )

        kinds()["accounts.clear_results"].defer()

        with every_tenant():
            kept = ActionResult.objects.values_list("tenant", "created")
            assert {*kept} == {(owner, now - month / 2) for owner in (acme.pk, globex.pk, None)}

    def test_gives_way_to_the_newest(
        self, told: Any, acme: Tenant, console: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(action_results, "KEPT_OF_EACH", 2)
        with tenant_scope(acme):
            key = User.objects.filter(user_name="crowd1").get().pk
        idle = [address_of(do(console, USERS, "deactivate", [key])) for _ in range(3)]

        # What can be undone is kept for as long as it can.
        assert console.get(address_of(told)).status_code == HTTPStatus.OK
        assert [console.get(each).status_code for each in idle] == [404, 200, 200]

    def test_is_not_for_a_role_that_may_not_see_the_list(
        self, told: Any, acme: Tenant, console: Client, alice: User
    ) -> None:
        with tenant_scope(acme):
            User.objects.filter(pk=alice.pk).update(role=Role.CONNECTOR_ADMIN)

        assert console.get(address_of(told)).status_code == HTTPStatus.FORBIDDEN

    def test_of_a_button_that_is_pressed_twice_is_one(
        self, acme: Tenant, console: Client, bob: User
    ) -> None:
        sent = what_is_sent(ask(console, USERS, "deactivate", [bob.pk]).content.decode(), "seen")
        first = console.post(USERS, sent)

        again = console.post(USERS, sent)

        assert again.headers["Location"] == first.headers["Location"]
        page = text_of(console.get(again.headers["Location"]))
        assert "Done</dt><dd>1" in page
        assert "Passed over</dt><dd>0" in page


@pytest.mark.parametrize(("site", "model", "name"), [*ACTIONS, BY_CSV])
def test_how_an_action_went_has_an_address_of_its_own(
    request: pytest.FixtureRequest, site: Any, model: Any, name: str, acme: Tenant
) -> None:
    if model._meta.app_label not in OUR_APPS:
        return
    browser: Client = request.getfixturevalue("console" if site is admin.site else "platform")
    others = [
        person(acme, "Carol", Role.CONNECTOR_ADMIN),
        request.getfixturevalue("grace"),
        person(acme, "Otto") if site is platform_site else create_otto(),
    ]
    with tenant_scope(acme):
        specimens = Specimens("specimenname")
        person(acme, "Zoe")
        row = specimens.of(model)
        unused_for_long(row)
        choices = choices_of(specimens)
    if name == BY_CSV_NAME:
        looked = look_at_file(browser, b"email,product\nzoe@acme.example,x\n")
        done: Any = press_apply(browser, looked)
    else:
        url = reverse(f"{site.name}:{model._meta.app_label}_{model._meta.model_name}_changelist")
        asked = ask(browser, url, name, [row.pk], **choices)
        page = asked.content.decode()
        done = browser.post(url, what_is_sent(page, "seen"))

    assert done.status_code == HTTPStatus.FOUND
    address = done.headers["Location"]
    assert address.startswith(f"/{site.name}/results/")
    with CaptureQueriesContext(connection) as statements:
        shown = [browser.get(address) for _ in range(2)]
    assert {each.status_code for each in shown} == {HTTPStatus.OK}
    assert '<form method="post" class=' not in shown[0].content.decode()
    written = [each["sql"] for each in statements if not each["sql"].startswith(READS)]
    assert [each for each in written if "accounts_session" not in each] == []
    file: Any = browser.get(address.partition("?")[0], {"csv": "1"})
    assert len(b"".join(file.streaming_content).decode().splitlines()) > 1
    for other in others:
        assert signed_in(other).get(address).status_code in {
            HTTPStatus.NOT_FOUND,
            HTTPStatus.FORBIDDEN,  # Of a site that they may not enter.
        }


def test_an_admin_who_selects_every_admin_stays_one(
    acme: Tenant, console: Client, alice: User
) -> None:
    zoe = person(acme, "Zoe", Role.ADMIN)

    do(console, USERS, "deactivate", [alice.pk, zoe.pk])

    with tenant_scope(acme):
        assert list(User.objects.filter(active=True)) == [alice]


def test_the_list_of_jobs_says_which_licence_role_or_profile_it_was(
    acme: Tenant, console: Client, bob: User, crm: Subscription
) -> None:
    with tenant_scope(acme):
        sales = create_profile(name="Sales " + "x" * 190)
    chosen: dict[str, dict[str, Any]] = {
        "assign_license": {"subscription": crm.pk},
        "release_license": {"subscription": crm.pk},
        "change_role": {"new_role": Role.EDITOR},
        "join_profile": {"profile": sales.pk},
        "leave_profile": {"profile": sales.pk},
    }
    for action, choice in chosen.items():
        do(console, USERS, action, [bob.pk], **choice)

    page = text_of(console.get("/console/results/"))

    assert "Assign a licence to the selected people (CRM)" in page
    assert "Release a licence of the selected people (CRM)" in page
    assert "Change the role of the selected people (Editor)" in page
    with tenant_scope(acme):
        titles = ActionResult.objects.values_list("title", flat=True)
        assert sum(title.endswith(f"({sales})") for title in titles) == 2
