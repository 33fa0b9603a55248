"""A person's own page: profile, sessions, password, recovery codes."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import (
    AccessProfile,
    ProfileMembership,
    RecoveryCode,
    Role,
    Session,
    Tenant,
    User,
)
from accounts.tenancy.scoping import tenant_scope
from accounts.views.landing import with_next
from licenses.models import Product, Subscription
from licenses.services import assign_seat
from tests.conftest import PASSWORD, person, signed_in
from tests.support.html_forms import submit, version_of

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db

CODE = re.compile(r"<li>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</li>")


def new_codes(browser: Client) -> list[str]:
    page = "/account/recovery-codes/"
    sent = {"version": version_of(browser, page)}
    response = browser.post(page, sent, follow=True)
    found: list[str] = CODE.findall(response.content.decode())
    return found


def text_at(browser: Client, url: str) -> str:
    return browser.get(url).content.decode()


class TestProfile:
    def test_default_and_custom_profiles_are_listed(self, acme: Tenant, bob: User) -> None:
        with tenant_scope(acme):
            AccessProfile.objects.create(name="Not his")
            mine = AccessProfile.objects.create(name="Finance data")
            ProfileMembership.objects.create(profile=mine, user=bob)

        page = signed_in(bob).get("/account/").content.decode()

        assert "Everybody" in page
        assert "Finance data" in page
        assert "Not his" not in page

    def test_who_has_no_password_is_told_the_way_in_that_there_is(
        self, acme: Tenant, bob: User
    ) -> None:
        with tenant_scope(acme):
            bob.set_unusable_password()
            bob.save(update_fields=["password"])
        browser = signed_in(bob)

        assert "You have no password yet" in text_at(browser, "/account/")
        Tenant.objects.filter(pk=acme.pk).update(saml_enabled=True)

        assert "you sign in at your company's identity" in text_at(browser, "/account/")

    @pytest.mark.parametrize("role", [Role.ADMIN, Role.EDITOR])
    def test_the_admin_of_a_new_tenant_is_led_to_the_first_step(
        self, acme: Tenant, role: Role
    ) -> None:
        browser = signed_in(person(acme, "Zoe", role))
        is_led = role == Role.ADMIN

        for page, step in (
            (reverse("account"), "Next: Keep your recovery codes."),
            (reverse("console:index"), "Connect your identity provider"),
        ):
            assert (step in text_at(browser, page)) == is_led
            Tenant.objects.filter(pk=acme.pk).update(saml_enabled=True)
            assert step not in text_at(browser, page)
            Tenant.objects.filter(pk=acme.pk).update(saml_enabled=False)

    def test_licences_are_listed(self, acme: Tenant, bob: User) -> None:
        with tenant_scope(acme):
            product = Product.objects.create(key="insight", name="Insight Studio")
            assign_seat(
                subscription=Subscription.objects.create(product=product, seats=1), user=bob
            )

        assert "Insight Studio" in signed_in(bob).get("/account/").content.decode()

    def test_names_are_escaped(self, acme: Tenant, bob: User) -> None:
        bob.display_name = "<script>alert(1)</script>"
        with tenant_scope(acme):
            bob.save()

        assert "<script>alert" not in signed_in(bob).get("/account/").content.decode()

    def test_an_operator_has_an_account_page_without_a_tenant(self, platform: Client) -> None:
        page = platform.get("/account/")

        assert page.status_code == HTTPStatus.OK
        assert "Operator of this deployment" in page.content.decode()


class TestSessions:
    def test_ending_one_leaves_the_others(self, bob: User) -> None:
        here, there, third = signed_in(bob), signed_in(bob), signed_in(bob)
        page = here.get("/account/").content.decode()
        ends = re.findall(r'action="(/account/sessions/[0-9a-f]{24}/end/)"', page)
        assert len(ends) == 2

        here.post(ends[0])

        alive = [browser.get("/account/").status_code for browser in (here, there, third)]
        assert alive[0] == HTTPStatus.OK
        assert sorted(alive[1:]) == [HTTPStatus.OK, HTTPStatus.FOUND]

    def test_ending_all_others_keeps_this_one(self, bob: User) -> None:
        here, there = signed_in(bob), signed_in(bob)

        here.post("/account/sessions/end-others/")

        assert here.get("/account/").status_code == HTTPStatus.OK
        assert there.get("/account/").status_code == HTTPStatus.FOUND

    def test_no_session_key_stands_in_the_page(self, bob: User) -> None:
        here, there = signed_in(bob), signed_in(bob)
        page = here.get("/account/").content.decode()

        assert str(here.session.session_key) not in page
        assert str(there.session.session_key) not in page

    def test_somebody_elses_session_cannot_be_ended(self, alice: User, bob: User) -> None:
        alices = signed_in(alice)
        signed_in(alice)
        page = alices.get("/account/").content.decode()
        end = re.findall(r'action="(/account/sessions/[0-9a-f]{24}/end/)"', page)[0]

        signed_in(bob).post(end)

        assert Session.objects.filter(user=alice).count() == 2

    def test_it_says_how_and_from_which_browser(self, bob: User) -> None:
        agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        browser = Client(headers={"user-agent": agent})
        browser.post("/sign-in/", {"username": "bob@acme.example", "password": PASSWORD})

        page = browser.get("/account/").content.decode()

        assert "Firefox on Linux" in page
        assert "127.0.0.1" in page


class TestPasswordChange:
    NEW = "a brand new passphrase"

    def change(self, browser: Client, old: str = PASSWORD, new: str = NEW) -> str:
        response = browser.post(
            "/account/password/",
            {"old_password": old, "new_password1": new, "new_password2": new},
            follow=True,
        )
        return response.content.decode()

    def test_it_works_and_ends_the_other_sessions(self, bob: User) -> None:
        here, there = signed_in(bob), signed_in(bob)

        assert "Your password is changed" in self.change(here)

        assert here.get("/account/").status_code == HTTPStatus.OK
        assert there.get("/account/").status_code == HTTPStatus.FOUND
        again = Client().post("/sign-in/", {"username": "bob@acme.example", "password": self.NEW})
        assert again["Location"] == "/account/"

    def test_an_operator_can_change_theirs(self, platform: Client) -> None:
        assert "Your password is changed" in self.change(platform)

    @pytest.mark.parametrize(
        ("old", "new", "why"),
        [
            ("wrong", NEW, "This is not your present password"),
            (PASSWORD, "short", "too short"),
            (PASSWORD, "123456789012345", "entirely numeric"),
        ],
    )
    def test_a_bad_choice_changes_nothing(self, bob: User, old: str, new: str, why: str) -> None:
        assert why in self.change(signed_in(bob), old, new)

    def test_there_is_none_where_saml_is_enforced(self, acme: Tenant, bob: User) -> None:
        acme.saml_enabled = acme.saml_enforced = True
        acme.save()
        browser = signed_in(bob)

        assert "Change password" not in browser.get("/account/").content.decode()
        assert browser.get("/account/password/").status_code == HTTPStatus.FORBIDDEN


class TestRecoveryCodes:
    def sign_in(self, code: str, address: str = "alice@acme.example") -> tuple[Client, str]:
        browser = Client()
        response = browser.post("/sign-in/recovery/", {"username": address, "secret": code})
        return browser, response.get("Location", "")

    def test_ten_are_shown_once_and_stored_as_digests(self, acme: Tenant, console: Client) -> None:
        codes = new_codes(console)

        assert len(set(codes)) == 10
        # Loading the page again shows none, and makes none.
        assert not CODE.search(console.get("/account/recovery-codes/").content.decode())
        with tenant_scope(acme):
            stored = list(RecoveryCode.objects.values_list("digest", flat=True))
        assert len(stored) == 10
        assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in stored)

    def test_they_wait_for_their_page_encrypted(self, console: Client) -> None:
        response = submit(console, "/account/recovery-codes/")
        waiting = str(dict(console.session))
        codes = CODE.findall(console.get(response["Location"]).content.decode())

        assert len(codes) == 10
        assert not any(code in waiting for code in codes)

    def test_one_lets_an_admin_in_once_although_saml_is_enforced(
        self, acme: Tenant, console: Client
    ) -> None:
        code = new_codes(console)[0]
        acme.saml_enabled = acme.saml_enforced = True
        acme.save()

        browser, reached = self.sign_in(code.lower().replace("-", " ").replace("o", "0"))

        assert reached == "/account/"
        assert browser.get("/account/").status_code == HTTPStatus.OK
        assert self.sign_in(code)[1] == ""

    def test_its_use_is_audited_and_mailed(
        self,
        acme: Tenant,
        console: Client,
        mailoutbox: list[object],
        django_capture_on_commit_callbacks: object,
    ) -> None:
        from accounts.models import AuditEntry  # noqa: PLC0415

        code = new_codes(console)[0]
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            self.sign_in(code)

        with tenant_scope(acme):
            actions = set(AuditEntry.objects.values_list("action", flat=True))
        assert {"recovery_codes.made", "recovery_code.used", "user.signed_in"} <= actions
        assert [getattr(mail, "to", None) for mail in mailoutbox] == [["alice@acme.example"]]

    def test_signing_in_with_one_says_where_to_repair_the_sign_on(self, console: Client) -> None:
        browser, _ = self.sign_in(new_codes(console)[0])

        assert "Security › SAML &amp; SCIM" in browser.get("/account/").content.decode()

    @pytest.mark.parametrize(
        ("wanted", "links"),
        [("/console/security/saml-scim/#switches", 1), ("https://elsewhere.example/", 0)],
    )
    def test_the_page_leads_back_to_what_sent_somebody_there(
        self, console: Client, wanted: str, links: int
    ) -> None:
        asked = with_next("/account/recovery-codes/", wanted)
        before = console.get(asked).content.decode()

        shown = console.get(submit(console, asked)["Location"]).content.decode()

        assert len(CODE.findall(shown)) == 10
        for page in (before, shown):
            assert page.count(f'href="{wanted}"') == links

    def test_a_new_set_kills_the_old_one(self, console: Client) -> None:
        old = new_codes(console)
        new_codes(console)

        assert self.sign_in(old[0])[1] == ""

    def test_somebody_elses_code_does_not_work(self, console: Client, grace: User) -> None:
        code = new_codes(console)[0]

        assert self.sign_in(code, "grace@globex.example")[1] == ""

    def test_a_former_admin_cannot_use_one(
        self, acme: Tenant, console: Client, alice: User, bob: User
    ) -> None:
        from accounts.models import Role  # noqa: PLC0415
        from accounts.services.roles import change_role  # noqa: PLC0415

        code = new_codes(console)[0]
        with tenant_scope(acme):
            change_role(user=bob, role=Role.ADMIN)
            change_role(user=alice, role=Role.MEMBER)

        assert self.sign_in(code)[1] == ""

    def test_members_have_none(self, bob: User) -> None:
        browser = signed_in(bob)

        assert browser.get("/account/recovery-codes/").status_code == HTTPStatus.FORBIDDEN
        assert browser.post("/account/recovery-codes/").status_code == HTTPStatus.FORBIDDEN


def test_a_mail_server_that_is_down_locks_nobody_out(
    console: Client,
    settings: Settings,
    django_capture_on_commit_callbacks: object,
) -> None:
    code = new_codes(console)[0]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        response = Client().post(
            "/sign-in/recovery/", {"username": "alice@acme.example", "secret": code}
        )

    assert response["Location"] == "/account/"
