"""Names from before names were prepared: an upgrade loses nobody, and they go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.groups.groups import GroupFields, create_group
from accounts.models import DirectoryGroup, Role, User
from accounts.names import MARK
from accounts.services.profiles import create_profile
from accounts.services.unsettled_names import (
    has_unsettled_names,
    settle_names,
    unsettled_names,
)
from accounts.services.users import UserFields, create_user, set_password
from accounts.storage.finding import find_people
from accounts.tenancy.scoping import tenant_scope
from naming.addresses import folded
from naming.nicknames import compared_nickname
from operations.checkout import BASE_DIR
from tests.conftest import PASSWORD, person
from tests.support.databases import fresh_database
from tests.support.saml_party import connect, party_of, person_in, post_response
from tests.support.scim import SCIMClient

if TYPE_CHECKING:
    from pathlib import Path

    from accounts.models import Tenant

COLLIDING = "anna@xn--mnchen-3ya.example"
WINNER = "anna@münchen.example"
NOT_PERMITTED = "david.כהן@ex.example"
BEFORE = [COLLIDING, NOT_PERMITTED]


def called_since_before(tenant: Tenant, name: str, email: str = "") -> User:
    """Return somebody called so as an upgrade leaves them: with a password, and marked."""
    with tenant_scope(tenant):
        user = create_user(values=UserFields(user_name=f"u{abs(hash(name))}", email=email))
        set_password(user=user, password=PASSWORD)
        User.objects.filter(pk=user.pk).update(
            user_name=name, user_name_ci=f"{MARK}{user.pk}{MARK}{folded(name)}"
        )
        return User.objects.get(pk=user.pk)


@pytest.fixture
def winner(acme: Tenant) -> User:
    with tenant_scope(acme):
        return create_user(values=UserFields(user_name=WINNER, display_name="Winner"))


@pytest.mark.parametrize("name", BEFORE)
class TestSomebodyCalledSoSinceBefore:
    def test_is_found_by_what_they_are_called_and_nobody_else_is(
        self, acme: Tenant, winner: User, scim: SCIMClient, name: str
    ) -> None:
        user = called_since_before(acme, name)

        for spelt in (name, name.upper()):
            assert scim.ids(f'userName eq "{spelt}"') == {str(user.pk)}
            assert scim.ids(f'not (userName ne "{spelt}")') == {str(user.pk)}
            assert scim.get(f"/Users/{spelt}")["userName"] == name
        assert scim.ids(f'userName eq "{WINNER}"') == {str(winner.pk)}
        assert str(user.pk) in scim.ids(f'userName sw "{name[:4]}"')
        assert str(user.pk) in scim.ids('userName ew ".example"')

    def test_is_found_among_many(self, acme: Tenant, winner: User, name: str) -> None:
        user = called_since_before(acme, name)
        called = [name, name.upper(), WINNER, "jörg@acme.example"]

        with tenant_scope(acme):
            found = find_people(called)

        assert [[each.pk for each in found[name]] for name in called] == [
            *([user.pk], [user.pk], [winner.pk], [])
        ]

    def test_is_patched_put_deactivated_and_taken_back(
        self, acme: Tenant, winner: User, scim: SCIMClient, name: str
    ) -> None:
        user = called_since_before(acme, name)
        path = f"/Users/{user.pk}"

        scim.patch(path, {"op": "replace", "path": "displayName", "value": "New"})
        body = {"userName": name, "displayName": "Newer"}
        assert scim.request("PUT", path, body, expect=200)["displayName"] == "Newer"
        scim.patch(path, {"op": "replace", "path": "active", "value": False})
        error = scim.request("POST", "/Users", {"userName": WINNER}, expect=409)
        assert error["scimType"] == "uniqueness"
        back = scim.request("POST", "/Users", body, expect=201)

        assert back["id"] == str(user.pk)
        assert back["userName"] == name
        assert scim.get(f"/Users/{winner.pk}")["displayName"] == "Winner"

    def test_signs_in_with_their_password(self, acme: Tenant, winner: User, name: str) -> None:
        user = called_since_before(acme, name)
        browser = Client()

        browser.post("/sign-in/", {"step": "password", "username": name, "password": PASSWORD})

        assert person_in(browser) == str(user.pk)

    def test_signs_in_through_the_identity_provider(
        self, acme: Tenant, winner: User, tmp_path: Path, name: str
    ) -> None:
        user = called_since_before(acme, name)
        party = connect(acme, tmp_path, party_of("acme"))
        browser = Client()

        post_response(browser, party.forge.but(name_id=name))

        assert person_in(browser) == str(user.pk)

    def test_may_be_renamed_to_what_is_free_and_to_nothing_else(
        self, acme: Tenant, winner: User, scim: SCIMClient, name: str
    ) -> None:
        user = called_since_before(acme, name)
        path = f"/Users/{user.pk}"

        scim.patch(path, {"op": "replace", "path": "userName", "value": WINNER}, expect=409)
        scim.patch(path, {"op": "replace", "path": "userName", "value": "a b "}, expect=400)
        scim.patch(path, {"op": "replace", "path": "userName", "value": "Free@ex.example"})

        with tenant_scope(acme):
            user.refresh_from_db()
        assert user.user_name_ci == "free@ex.example"

    def test_keeps_the_name_on_the_form(
        self, acme: Tenant, winner: User, console: Client, name: str
    ) -> None:
        user = called_since_before(acme, name)
        url = f"/console/accounts/user/{user.pk}/change/"
        page = console.get(url)
        fields = {k: v for k, v in page.context["adminform"].form.initial.items() if v}

        sent = {**fields, "display_name": "By hand", "profiles": [], **versions(page)}
        assert console.post(url, sent).status_code == 302

        with tenant_scope(acme):
            user.refresh_from_db()
        assert (user.user_name, user.display_name) == (name, "By hand")

    @pytest.mark.usefixtures("globex", "winner")
    def test_is_listed_by_the_page_and_by_the_command(
        self, acme: Tenant, console: Client, capsys: pytest.CaptureFixture[str], name: str
    ) -> None:
        user = called_since_before(acme, name)

        assert "names-to-settle" in console.get("/console/accounts/user/").content.decode()
        page = console.get("/console/names-to-settle/").content.decode()
        call_command("settle_names", "--json")
        answer = json.loads(capsys.readouterr().out)
        call_command("settle_names", "globex", "--json")
        of_globex = json.loads(capsys.readouterr().out)

        assert name in page
        assert str(user.pk) in page
        assert answer["settled"] == 0
        assert [each["id"] for each in answer["unsettled"]["acme"]] == [str(user.pk)]
        assert of_globex == {"settled": 0, "unsettled": {}}


def versions(page: Any) -> dict[str, str]:
    """Return the hidden fields of the form that say what it was shown with."""
    from tests.support.html_forms import form_with_field  # noqa: PLC0415

    fields = form_with_field(page.content.decode(), "user_name").fields
    return {name: value for name, value in fields.items() if "version" in name or "shown" in name}


def test_a_name_is_settled_when_nothing_is_in_the_way_any_more(
    acme: Tenant, winner: User, scim: SCIMClient, console: Client
) -> None:
    user = called_since_before(acme, COLLIDING)
    with tenant_scope(acme):
        winner.delete()

    console.post("/console/names-to-settle/")

    assert scim.ids(f'userName eq "{WINNER}"') == {str(user.pk)}
    assert "names-to-settle" not in console.get("/console/accounts/user/").content.decode()


def test_only_who_may_change_people_settles_names(acme: Tenant) -> None:
    reviewer = person(acme, "Rita", Role.ACCESS_REVIEW_MANAGER)
    browser = Client()
    browser.force_login(reviewer, backend="accounts.backends.SignInBackend")

    assert browser.get("/console/names-to-settle/").status_code == 200
    assert browser.post("/console/names-to-settle/").status_code == 403


PEOPLE_BEFORE = [
    ("Plain@Ex.example", "plain@ex.example"),
    ("ab@ex.example", "ab@ex.example"),
    ("ab@ex.example ", None),
    ("\tab@ex.example", None),
    ("ＡB@ex.example", None),  # noqa: RUF001 - full width
    (COLLIDING, None),
    (WINNER, WINNER),
    ("jo\u0308rg@ex.example", "jörg@ex.example"),
    (NOT_PERMITTED, None),
    ("İnci@ex.example", "i\u0307nci@ex.example"),
]
GROUPS_BEFORE = [
    ("Sales", "sales"),
    ("Sales ", None),
    ("\uff2f\uff30\uff33", "ops"),
    ("Sa\x07les", None),
]
PREPARE = """
INSERT INTO accounts_tenant (slug, name, plan, saml_enabled, saml_enforced, scim_enabled, created)
VALUES ('acme', 'Acme', 'enterprise', false, false, false, now()),
  ('globex', 'Globex', 'enterprise', false, false, false, now());
"""
PERSON = """
INSERT INTO accounts_user (id, tenant_id, password, user_name, external_id, email, given_name,
  family_name, display_name, active, role, attributes, created, last_modified, version)
SELECT gen_random_uuid(), id, '!', %(name)s, '', %(name)s, '', '', '', true, 'member', '{}', now(),
  now(), 1 FROM accounts_tenant
"""
GROUP = """
INSERT INTO accounts_directorygroup (id, tenant_id, display_name, external_id, mapped_role,
  attributes, created, last_modified, version)
SELECT gen_random_uuid(), id, %(name)s, '', '', '{}', now(), now(), 1 FROM accounts_tenant
"""
PROFILE = """
INSERT INTO accounts_accessprofile (tenant_id, name, description, is_default, external_id, created,
  last_modified, version)
SELECT id, %(name)s, '', false, '', now(), now(), 1 FROM accounts_tenant
"""
LAST_BEFORE = "0013_sessions_by_digest"


def manage(conninfo: str, folder: Path, *words: str) -> str:
    """Run a command of a deployment with that database."""
    environment = {**os.environ, "DATABASE_URL": conninfo, "GATEHOUSE_DATA_DIR": str(folder)}
    done = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, "manage.py", *words],
        cwd=BASE_DIR,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.thorough
@pytest.mark.django_db
def test_an_upgrade_keeps_everybody_and_says_whose_names_need_a_hand(tmp_path: Path) -> None:
    with fresh_database() as conninfo:
        manage(conninfo, tmp_path, "migrate", "accounts", LAST_BEFORE, "--verbosity=0")
        with psycopg.connect(conninfo) as database:
            database.execute(PREPARE)
            for name, _ in PEOPLE_BEFORE:
                database.execute(PERSON, {"name": name})
            for name, _ in GROUPS_BEFORE:
                database.execute(GROUP, {"name": name})
                database.execute(PROFILE, {"name": name})

        manage(conninfo, tmp_path, "migrate", "--verbosity=0")
        answer = json.loads(manage(conninfo, tmp_path, "settle_names", "--json"))

        with psycopg.connect(conninfo) as database:
            people = database.execute(
                "SELECT user_name, user_name_ci FROM accounts_user"
            ).fetchall()
            groups = database.execute(
                "SELECT display_name, display_name_ci FROM accounts_directorygroup "
                "UNION ALL SELECT name, name_ci FROM accounts_accessprofile"
            ).fetchall()
    for rows, before in ((people, PEOPLE_BEFORE), (groups, GROUPS_BEFORE)):
        assert {name for name, _ in rows} == {name for name, _ in before}
        for name, key in rows:
            expected = dict(before)[name]
            assert key == expected if expected else key.startswith(MARK), ascii((name, key))
    listed = {each["name"] for each in answer["unsettled"]["acme"]}
    assert listed == {name for name, key in [*PEOPLE_BEFORE, *GROUPS_BEFORE] if key is None}
    assert len(answer["unsettled"]["globex"]) == len(answer["unsettled"]["acme"])


def test_rows_written_by_hand_without_the_compared_form_are_refused(acme: Tenant) -> None:
    """So that no statement forgets it."""
    with connection.cursor() as cursor, pytest.raises(Exception, match="user_name_ci"):
        cursor.execute(PERSON, {"name": "x"})


@pytest.mark.parametrize("name", ["Role: Admin", "ROLE: admin", "Access profile: Sales"])
def test_a_directory_group_called_like_a_role_or_a_profile_is_listed(
    acme: Tenant, console: Client, name: str
) -> None:
    with tenant_scope(acme):
        create_profile(name="Sales")
        group = create_group(values=GroupFields(display_name="From before"))
        create_group(values=GroupFields(display_name="Roles"))
        DirectoryGroup.objects.filter(pk=group.pk).update(
            display_name=name, display_name_ci=compared_nickname(name)
        )

        found = list(unsettled_names())
        settle_names()

        assert [each.name for each in found] == [name]
        assert has_unsettled_names()
    assert name in console.get("/console/names-to-settle/").content.decode()
    with tenant_scope(acme):
        DirectoryGroup.objects.filter(pk=group.pk).update(
            display_name="Role: Nobody", display_name_ci=compared_nickname("Role: Nobody")
        )
        assert not has_unsettled_names()
