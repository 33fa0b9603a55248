"""A database of the release before, as that release has written it, is migrated and served.

``before.sql`` holds three tenants: Acme enforces SAML by its provider's metadata, Globex trusts a
certificate alone, Initech has SAML off; each with live sessions, open links and a seat
(``make_fixture``).  Nobody is signed out, and nothing is refused that worked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
import psycopg
import pytest

from operations.checkout import BASE_DIR
from operations.server.starting import serve_command
from saml_sso.protocol.certificates import describe_certificate
from tests.support.databases import fresh_database
from tests.support.html_forms import read_forms
from tests.support.processes import LOOPBACK, PATIENCE, answers_http, free_port, running
from tests.support.saml import pem
from tests.support.saml_party import party_of

if TYPE_CHECKING:
    from pytest_django.plugin import DjangoDbBlocker

    from tests.support.saml import Forge

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.django_db,
    pytest.mark.xdist_group("upgrade"),
]

HERE = Path(__file__).parent
KEPT: dict[str, Any] = json.loads((HERE / "before.json").read_text())
BASE_URL = "http://127.0.0.1:8000"
COOKIE = "gatehouse_session"
BUILTIN = "provider = builtin, locale = 'C.UTF-8'"
ICU = "provider = icu, locale = 'und'"
AS_IF_YESTERDAY = """
UPDATE accounts_session SET expire_date = now() + interval '1 hour', last_seen = now();
UPDATE accounts_onetimelink SET expires = now() + interval '10 minutes';
UPDATE saml_sso_setuplink SET expires = now() + interval '1 day';
"""
"""What would be over by the age of the file alone is as it was when the file was made."""
ANOTHER_KEY = """
UPDATE saml_sso_identityprovidercertificate SET pem = %s, fingerprint = %s
WHERE tenant_id = (SELECT id FROM accounts_tenant WHERE slug = %s)
"""
"""No private key is kept with the file: the identity providers' are those of this test."""


@dataclass(frozen=True)
class Upgraded:
    """The product of now on the database of then."""

    url: str
    database_url: str
    environment: dict[str, str]
    forges: dict[str, Forge]

    def browser(self, user_name: str = "") -> httpx2.Client:
        """A browser, with the cookie that it has had since before the upgrade."""
        cookies = {COOKIE: KEPT["cookies"][user_name]} if user_name else None
        return httpx2.Client(base_url=self.url, cookies=cookies, trust_env=False, timeout=PATIENCE)

    def scim(self, method: str, path: str, body: Any = None, tenant: str = "acme") -> Any:
        """Ask as the source does, with the token that it has had since before."""
        answer = httpx2.request(
            method,
            f"{self.url}/scim/v2/{path}",
            headers={"Authorization": f"Bearer {KEPT['tokens'][tenant]}"},
            json=body,
            trust_env=False,
            timeout=PATIENCE,
        )
        assert answer.status_code in {200, 201, 204}, answer.text
        return answer.json() if answer.content else None

    def command(self, *words: str) -> str:
        """The standard output of a management command."""
        done = subprocess.run(  # noqa: S603 - the project's own commands
            [sys.executable, "manage.py", *words],
            cwd=BASE_DIR,
            env={**os.environ, **self.environment},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def ask(self, statement: str, *values: object) -> Any:
        """The first row of an answer of the database."""
        with psycopg.connect(self.database_url) as database:
            return database.execute(statement, values).fetchone()


@pytest.fixture(scope="module")
def upgraded(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Upgraded]:
    """The database of the release before, after ``migrate``, and a server on it."""
    port = free_port()
    forges = {slug: party_of(slug).forge for slug in ("acme", "globex", "initech")}
    with django_db_blocker.unblock(), fresh_database() as database_url:
        _load(database_url, forges)
        environment = {
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "tests.support.server_settings",
            "GATEHOUSE_BASE_URL": BASE_URL,
            "GATEHOUSE_SECRET_KEY": KEPT["secret_key"],
            "GATEHOUSE_DATA_DIR": str(tmp_path_factory.mktemp("var")),
            "PORT": str(port),
        }
        url = f"http://{LOOPBACK}:{port}"
        found = Upgraded(url, database_url, environment, forges)
        found.command("migrate", "--verbosity=0")
        command = [sys.executable, *serve_command(port)]
        with running(command, ready=answers_http(f"{url}/"), environment=environment):
            yield found


def _load(database_url: str, forges: dict[str, Forge]) -> None:
    with psycopg.connect(database_url) as database:
        text = (HERE / "before.sql").read_text()
        if database.info.server_version < 170_000:
            text = text.replace(BUILTIN, ICU)
        database.execute(text.encode())
        database.execute("SET search_path TO public")
        database.execute(AS_IF_YESTERDAY.encode())
        for slug, forge in forges.items():
            info = describe_certificate(pem(forge.cert))
            database.execute(ANOTHER_KEY.encode(), [info.pem, info.fingerprint, slug])


@pytest.mark.parametrize("user_name", sorted(KEPT["cookies"]))
def test_nobody_is_signed_out(upgraded: Upgraded, user_name: str) -> None:
    with upgraded.browser(user_name) as browser:
        answer = browser.get("/account/")

    assert answer.status_code == 200, answer.headers.get("Location")
    assert user_name in answer.text


@pytest.mark.parametrize("tenant", sorted(KEPT["tokens"]))
def test_tokens_work(upgraded: Upgraded, tenant: str) -> None:
    people = upgraded.scim("GET", "Users", tenant=tenant)

    assert people["totalResults"] >= 3


def test_groups_of_roles_and_directory_groups_are_found_by_their_ids(upgraded: Upgraded) -> None:
    editors = upgraded.scim("GET", "Groups/role:editor")
    group = upgraded.scim("GET", f"Groups/{KEPT['group']}")

    assert editors["id"] == "role:editor"
    assert len(editors["members"]) == 1
    assert [member["value"] for member in group["members"]] == [KEPT["bob"]]


def test_members_of_a_linked_role_can_be_changed_as_before(upgraded: Upgraded) -> None:
    """A source that was there before may go on changing roles."""

    def change(op: str) -> None:
        add = {"op": op, "path": "members", "value": [{"value": KEPT["bob"]}]}
        remove = {"op": op, "path": f'members[value eq "{KEPT["bob"]}"]'}
        operation = add if op == "add" else remove
        upgraded.scim("PATCH", "Groups/role:connectorAdmin", {"Operations": [operation]})

    change("add")
    role = upgraded.ask("SELECT role FROM accounts_user WHERE id = %s", KEPT["bob"])
    change("remove")

    assert role == ("connectorAdmin",)


@pytest.mark.parametrize("slug", ["acme", "globex"])
def test_people_sign_in_at_their_identity_provider(upgraded: Upgraded, slug: str) -> None:
    message = upgraded.forges[slug].but(name_id=f"carol@{slug}.example").encoded()

    with upgraded.browser() as browser:
        answer = browser.post(f"/saml/{slug}/", data={"SAMLResponse": message})
        page = browser.get("/account/")

    assert answer.status_code == 303, answer.text
    assert f"carol@{slug}.example" in page.text
    assert "Insights" in page.text  # Her licence.


def test_a_certificate_alone_is_held_to_the_issuer_that_came_first(upgraded: Upgraded) -> None:
    forge = upgraded.forges["globex"]
    with upgraded.browser() as browser:
        browser.post(
            "/saml/globex/",
            data={"SAMLResponse": forge.but(name_id="carol@globex.example").encoded()},
        )

    pinned = upgraded.ask(
        "SELECT entity_id FROM saml_sso_identityprovidersettings AS s "
        "JOIN accounts_tenant AS t ON t.id = s.tenant_id WHERE t.slug = 'globex'"
    )
    assert pinned == (forge.entity_id,)


def test_enforcement_stays_and_passwords_work_where_they_did(upgraded: Upgraded) -> None:
    def signs_in(address: str) -> bool:
        with upgraded.browser() as browser:
            form = read_forms(browser.get("/sign-in/").text)[0].fields
            given = form | {"username": address, "password": KEPT["password"]}
            browser.post("/sign-in/", data=given)
            return bool(browser.get("/account/").status_code == 200)

    assert signs_in("bob@globex.example")
    assert not signs_in("bob@acme.example")


@pytest.mark.parametrize("slug", ["acme", "globex"])
def test_a_link_past_the_identity_provider_works(upgraded: Upgraded, slug: str) -> None:
    path = urlsplit(KEPT["links"][slug]).path
    with upgraded.browser() as browser:
        form = read_forms(browser.get(path).text)[0]
        browser.post(path, data=form.fields)
        page = browser.get("/account/")

    assert f"alice@{slug}.example" in page.text


def test_an_invitation_opens(upgraded: Upgraded) -> None:
    with upgraded.browser() as browser:
        answer = browser.get(urlsplit(KEPT["links"]["invitation"]).path)

    assert answer.status_code == 200
    assert "password" in answer.text


@pytest.mark.parametrize("slug", sorted(KEPT["set_up_links"]))
def test_an_open_set_up_link_opens(upgraded: Upgraded, slug: str) -> None:
    with upgraded.browser() as browser:
        answer = browser.get(f"/set-up/{slug}/{KEPT['set_up_links'][slug]}/")

    assert answer.status_code == 200
    assert ("changes nothing by itself" in answer.text) is (slug != "initech")


@pytest.mark.parametrize("slug", sorted(KEPT["codes"]))
def test_a_recovery_code_works(upgraded: Upgraded, slug: str) -> None:
    with upgraded.browser() as browser:
        form = read_forms(browser.get("/sign-in/recovery/").text)[0].fields
        given = {"username": f"alice@{slug}.example", "secret": KEPT["codes"][slug]}
        names = [name for name in form if "csrf" in name]
        browser.post("/sign-in/recovery/", data={name: form[name] for name in names} | given)
        page = browser.get("/account/")

    assert page.status_code == 200
    assert f"alice@{slug}.example" in page.text


def test_people_whom_preparation_makes_one_go_on_as_they_are(upgraded: Upgraded) -> None:
    names = {upgraded.scim("GET", f"Users/{one}")["userName"] for one in KEPT["colliding"]}

    assert len(names) == 2
    for one in KEPT["colliding"]:
        operation = {"op": "replace", "path": "title", "value": "Editor"}
        upgraded.scim("PATCH", f"Users/{one}", {"Operations": [operation]})


def test_seats_are_held_as_before(upgraded: Upgraded) -> None:
    count = "SELECT count(*) FROM licenses_seat WHERE released IS NULL"

    assert upgraded.ask(count) == (3,)


def test_the_daily_work_runs(upgraded: Upgraded) -> None:
    answer = json.loads(upgraded.command("run_daily", "--json"))

    assert not [name for name, said in answer.items() if "failed" in said]


def test_the_list_of_names_that_need_a_hand_can_be_had_and_changes_nobody(
    upgraded: Upgraded,
) -> None:
    people = "SELECT count(*), count(DISTINCT (tenant_id, user_name_ci)) FROM accounts_user"
    before = upgraded.ask(people)

    found = json.loads(upgraded.command("settle_names", "--json"))

    assert found["settled"] == 0
    listed = [each for names in found["unsettled"].values() for each in names]
    assert {each["id"] for each in listed} & set(KEPT["colliding"])
    assert all(each["reason"] for each in listed)
    assert upgraded.ask(people) == before
