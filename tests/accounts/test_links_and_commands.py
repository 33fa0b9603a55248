"""One-time links, and the operators' commands that make them."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.commands import refusals_reported
from accounts.models import AuditEntry, OneTimeLink, Role, Tenant, User
from accounts.services.users import deactivate_user
from accounts.signing_in.links import make_link
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "a brand new passphrase"


def command(*words: str) -> dict[str, Any]:
    """Run a command with ``--json``; whatever else it prints makes this fail."""
    out, err = io.StringIO(), io.StringIO()
    call_command(*words, "--json", stdout=out, stderr=err)
    assert err.getvalue() == ""
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def path_of(url: str) -> str:
    assert url.startswith("http://127.0.0.1:8000/link/")
    return url.removeprefix("http://127.0.0.1:8000")


def invitation(user: User) -> str:
    with tenant_scope(user.tenant):
        return path_of(make_link(user=user, purpose=OneTimeLink.Purpose.INVITATION))


class TestInvitation:
    def accept(self, path: str, password: str = NEW) -> tuple[Client, int]:
        browser = Client()
        fields = {"new_password1": password, "new_password2": password}
        return browser, browser.post(path, fields).status_code

    def test_it_lets_a_person_choose_a_password_once(self, bob: User) -> None:
        path = invitation(bob)
        assert "Welcome to Acme" in Client().get(path).content.decode()

        browser, status = self.accept(path)

        assert status == HTTPStatus.FOUND
        assert browser.get("/account/").status_code == HTTPStatus.OK
        assert self.accept(path)[1] == HTTPStatus.GONE
        assert Client().get(path).status_code == HTTPStatus.GONE

    def test_looking_at_it_does_not_use_it_up(self, bob: User) -> None:
        path = invitation(bob)
        Client().get(path)
        Client().head(path)

        assert self.accept(path)[1] == HTTPStatus.FOUND

    def test_a_weak_password_is_refused_and_the_link_lives(self, bob: User) -> None:
        path = invitation(bob)

        assert self.accept(path, "short")[1] == HTTPStatus.OK
        assert self.accept(path)[1] == HTTPStatus.FOUND

    def test_a_new_one_kills_the_one_before(self, bob: User) -> None:
        first = invitation(bob)
        invitation(bob)

        assert self.accept(first)[1] == HTTPStatus.GONE

    def test_it_expires(self, bob: User) -> None:
        path = invitation(bob)
        with every_tenant():
            OneTimeLink.objects.update(expires=timezone.now() - timedelta(seconds=1))

        assert self.accept(path)[1] == HTTPStatus.GONE

    def test_it_dies_with_the_account(self, acme: Tenant, bob: User) -> None:
        path = invitation(bob)
        with tenant_scope(acme):
            deactivate_user(user=bob)

        assert self.accept(path)[1] == HTTPStatus.GONE

    def test_where_saml_is_enforced_it_leads_to_the_sign_on_page(
        self, acme: Tenant, bob: User
    ) -> None:
        path = invitation(bob)
        acme.saml_enabled = acme.saml_enforced = True
        acme.save()

        assert "/saml/acme/" in Client().get(path).content.decode()
        browser, _status = self.accept(path)
        assert browser.get("/account/").status_code == HTTPStatus.FOUND

    def test_only_the_digest_is_stored(self, bob: User) -> None:
        secret = invitation(bob).split("/")[2]

        with every_tenant():
            assert OneTimeLink.objects.get().digest != secret
            assert len(OneTimeLink.objects.get().digest) == 64

    @pytest.mark.parametrize("secret", ["x", "A" * 43, "%00", "ü"])
    def test_a_made_up_secret_is_refused(self, db: None, secret: str) -> None:
        # What cannot be stored is no address of ours (RFC 9110, Section 15.5.1).
        expected = HTTPStatus.BAD_REQUEST if secret == "%00" else HTTPStatus.GONE
        assert Client().get(f"/link/{secret}/").status_code == expected


class TestCreateTenant:
    WORDS = ("create_tenant", "initech", "--name=Initech", "--admin-email=ivy@initech.example")

    def test_with_a_password_the_admin_can_sign_in(self, db: None) -> None:
        answer = command(*self.WORDS, f"--admin-password={PASSWORD}")

        assert answer == {
            "tenant": "initech",
            "admin_email": "ivy@initech.example",
            "console_url": "http://127.0.0.1:8000/console/",
        }
        response = Client().post(
            "/sign-in/", {"username": "ivy@initech.example", "password": PASSWORD}
        )
        assert response["Location"] == "/account/"

    def test_without_a_password_it_prints_an_invitation(self, db: None) -> None:
        answer = command(*self.WORDS)

        page = Client().get(path_of(answer["invitation_url"]))
        assert "Welcome to Initech" in page.content.decode()

    def test_the_admin_is_an_admin_of_an_enterprise_tenant(self, db: None) -> None:
        command(*self.WORDS)

        tenant = Tenant.objects.get(slug="initech")
        assert tenant.plan == "enterprise"
        with tenant_scope(tenant):
            assert User.objects.get().role == Role.ADMIN

    def test_the_admin_has_a_name_as_okta_s_suite_wants_of_the_first_user(self, db: None) -> None:
        command(*self.WORDS)

        with tenant_scope(Tenant.objects.get(slug="initech")):
            ivy = User.objects.get()
        assert (ivy.given_name, ivy.family_name) == ("System", "Admin")
        assert ivy.display_name == "System Admin"

    def test_a_database_without_tables_is_told_of_in_words(self, db: None) -> None:
        with (
            pytest.raises(CommandError, match=r"Run 'manage\.py migrate' first"),
            refusals_reported(),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT * FROM a_table_of_the_next_version")

    def test_the_plan_can_be_chosen(self, db: None) -> None:
        command(*self.WORDS, "--plan=starter")

        assert Tenant.objects.get(slug="initech").plan == "starter"

    def test_text_is_for_reading(self, db: None) -> None:
        out = io.StringIO()
        call_command(*self.WORDS, stdout=out)

        assert "Admin email: ivy@initech.example" in out.getvalue()

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({1: "acme"}, "is taken by another tenant"),
            ({1: "Not A Slug"}, "Use lower-case letters"),
            ({2: "--name= "}, "--name must not be empty"),
            ({3: "--admin-email=ivy"}, "is no e-mail address"),
            ({4: "--admin-password=short"}, "at least 12 characters"),
            ({4: "--plan=gold"}, "invalid choice: 'gold'"),
        ],
    )
    def test_a_bad_argument_is_refused_and_nothing_is_made(
        self, acme: Tenant, changes: dict[int, str], why: str
    ) -> None:
        words = [changes.get(place, word) for place, word in enumerate([*self.WORDS, "--json"])]

        with pytest.raises(CommandError, match=why):
            call_command(*words, stdout=io.StringIO())

        assert Tenant.objects.count() == 1


class TestBreakGlass:
    def test_the_url_signs_in_once_although_saml_is_enforced(
        self, acme: Tenant, alice: User
    ) -> None:
        acme.saml_enabled = acme.saml_enforced = True
        acme.save()
        path = path_of(command("break_glass", "acme", "--admin-email=Alice@acme.example")["url"])
        browser = Client()

        assert "alice@acme.example" in browser.get(path).content.decode()
        assert browser.post(path)["Location"] == "/account/"

        assert browser.get("/account/").status_code == HTTPStatus.OK
        assert Client().post(path).status_code == HTTPStatus.GONE

    def test_it_lives_for_fifteen_minutes(self, alice: User) -> None:
        command("break_glass", "acme", "--admin-email=alice@acme.example")

        with every_tenant():
            link = OneTimeLink.objects.get()
        assert link.expires - link.created == timedelta(minutes=15)

    def test_making_and_using_it_is_audited_and_mailed(
        self,
        acme: Tenant,
        alice: User,
        mailoutbox: list[Any],
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            answer = command("break_glass", "acme", "--admin-email=alice@acme.example")
            Client().post(path_of(answer["url"]))

        with tenant_scope(acme):
            entries = {entry.action: entry.actor for entry in AuditEntry.objects.all()}
        assert entries["break_glass.link_made"] == "operator (command line)"
        assert entries["break_glass.signed_in"] == "alice@acme.example"
        assert [mail.to for mail in mailoutbox] == [["alice@acme.example"]] * 2

    @pytest.mark.parametrize(
        ("slug", "email", "why"),
        [
            ("nowhere", "alice@acme.example", "There is no tenant “nowhere”. There are: acme"),
            ("acme", "bob@acme.example", "is not a system admin"),
            ("acme", "nobody@acme.example", "Its active admins: alice@acme.example"),
            ("globex", "alice@acme.example", "has nobody with the address"),
        ],
    )
    @pytest.mark.usefixtures("alice", "bob", "globex")
    def test_who_cannot_have_one_is_told_why(self, slug: str, email: str, why: str) -> None:
        with pytest.raises(CommandError, match=why):
            call_command("break_glass", slug, f"--admin-email={email}", "--json")

    def test_it_dies_when_the_admin_stops_being_one(
        self, acme: Tenant, alice: User, bob: User
    ) -> None:
        from accounts.services.roles import change_role  # noqa: PLC0415

        path = path_of(command("break_glass", "acme", "--admin-email=alice@acme.example")["url"])
        with tenant_scope(acme):
            change_role(user=bob, role=Role.ADMIN)
            change_role(user=alice, role=Role.MEMBER)

        assert Client().post(path).status_code == HTTPStatus.GONE


class TestCreateOperator:
    def test_a_made_password_works(self, db: None) -> None:
        answer = command("create_operator", "oscar@gatehouse.example")

        response = Client().post(
            "/sign-in/", {"username": "oscar@gatehouse.example", "password": answer["password"]}
        )
        assert response["Location"] == "/platform/"

    @pytest.mark.parametrize(
        ("words", "why"),
        [
            (["olga@gatehouse.example"], "There is already an operator"),
            (["olga"], "is no e-mail address"),
            (["oscar@gatehouse.example", "--password=short"], "at least 12 characters"),
        ],
    )
    def test_a_bad_argument_is_refused(self, olga: User, words: list[str], why: str) -> None:
        with pytest.raises(CommandError, match=why):
            call_command("create_operator", *words)
