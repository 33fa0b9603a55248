"""A forgotten password: one mail, one link, one use; and nobody learns who has an account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.jobs import queueing, rows
from accounts.mail import Mail
from accounts.models import AuditEntry, Job, Session, User
from accounts.services.users import UserFields, create_user, deactivate_user, update_user
from accounts.signing_in import password_reset_mail
from accounts.signing_in.password_reset import MAILS_PER_HOUR, reset_password
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.views.password_reset import MOST_REQUESTS
from tests.conftest import PASSWORD, do_at_once, person, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import Settings

    from accounts.models import Tenant

ASK = "/password/forgotten/"
NEW = "a new and long password"

pytestmark = pytest.mark.django_db


def ask(address: str, client: Client | None = None) -> list[str]:
    """Ask for ``address``; return the paths of the links that were mailed, newest last."""
    before = len(mail.outbox)
    response = (client or Client()).post(ASK, {"email": address})
    assert response.status_code == 302
    assert response["Location"] == f"{ASK}sent/"
    texts = [str(message.body) for message in mail.outbox[before:]]
    found = [re.search(r"http://127\.0\.0\.1:8000(/password/new/\S+)", text) for text in texts]
    return [each[1] for each in found if each]


def follow(path: str, client: Client) -> str:
    """Open the link; return the address at which the password is chosen, without the token."""
    return str(client.get(path)["Location"])


def choose(path: str, client: Client | None = None, password: str = NEW) -> int:
    """Follow the link and choose a password; return the status of the answer."""
    browser = client or Client()
    response = browser.get(path)
    if response.status_code != 302:
        return int(response.status_code)
    chosen = {"new_password1": password, "new_password2": password}
    return int(browser.post(response["Location"], chosen).status_code)


def signs_in(address: str, password: str) -> bool:
    client = Client()
    client.post("/sign-in/", {"username": address, "password": password})
    return "_auth_user_id" in client.session


def trail(tenant: Tenant) -> list[tuple[str, str]]:
    with tenant_scope(tenant):
        return list(AuditEntry.objects.order_by("id").values_list("action", "actor"))


class TestTheWay:
    def test_the_sign_in_page_leads_there(self, client: Client) -> None:
        page = client.post("/sign-in/", {"username": "bob@acme.example"}).content.decode()

        assert f'href="{ASK}"' in page

    def test_from_the_mail_to_a_new_password(self, bob: User) -> None:
        (path,) = ask("Bob@Acme.example")
        client = Client()
        form = client.get(follow(path, client)).content.decode()

        assert mail.outbox[-1].to == [bob.email]
        assert mail.outbox[-1].subject == "Choose a new password for Acme"
        assert bob.user_name in form
        assert choose(path) == 302
        assert signs_in(bob.email, NEW)
        assert not signs_in(bob.email, PASSWORD)

    def test_the_token_does_not_stay_in_the_address(self, bob: User, client: Client) -> None:
        (path,) = ask(bob.email)

        assert path.rstrip("/").rpartition("/")[2] not in follow(path, client)

    def test_every_session_of_the_person_ends_also_the_one_that_resets(
        self, bob: User, alice: User
    ) -> None:
        elsewhere, here, others = signed_in(bob), signed_in(bob), signed_in(alice)
        (path,) = ask(bob.email)

        assert choose(path, here) == 302

        assert not Session.objects.filter(user=bob).exists()
        for client in (elsewhere, here):
            assert client.get("/account/").status_code == 302
        assert others.get("/account/").status_code == 200

    def test_a_pause_after_many_wrong_passwords_ends(self, bob: User, settings: Settings) -> None:
        for _attempt in range(settings.AXES_FAILURE_LIMIT):
            signs_in(bob.email, "wrong")
        assert not signs_in(bob.email, PASSWORD)
        (path,) = ask(bob.email)

        choose(path)

        assert signs_in(bob.email, NEW)

    def test_an_operator_can_do_so_too(self, olga: User) -> None:
        (path,) = ask(olga.email)

        assert mail.outbox[-1].subject == "Choose a new password for Gatehouse"
        assert choose(path) == 302
        assert signs_in(olga.email, NEW)

    def test_one_address_in_two_tenants_gets_a_mail_for_each(
        self, acme: Tenant, globex: Tenant
    ) -> None:
        values = UserFields(user_name="kim@both.example", email="kim@both.example")
        for tenant in (acme, globex):
            with tenant_scope(tenant):
                create_user(values=values, password=PASSWORD)

        paths = ask("kim@both.example")
        choose(paths[0])

        subjects = {message.subject for message in mail.outbox}
        assert subjects == {f"Choose a new password for {name}" for name in ("Acme", "Globex")}
        with tenant_scope(acme):
            first = User.objects.get(user_name="kim@both.example").check_password(NEW)
        with tenant_scope(globex):
            second = User.objects.get(user_name="kim@both.example").check_password(NEW)
        assert {first, second} == {True, False}

    def test_it_is_audited(self, acme: Tenant, bob: User) -> None:
        (path,) = ask(bob.email)
        choose(path)

        assert trail(acme)[-3:] == [
            ("password_reset.asked", "somebody who is not signed in"),
            ("user.password_changed", bob.user_name),
            ("password_reset.done", bob.user_name),
        ]


class TestTheLink:
    def test_it_works_once(self, bob: User) -> None:
        (path,) = ask(bob.email)

        assert choose(path) == 302
        assert choose(path, password="another long password") == 410
        assert signs_in(bob.email, NEW)

    def test_of_two_open_forms_one_counts(self, bob: User) -> None:
        (path,) = ask(bob.email)
        first, second = Client(), Client()
        places = [(client, follow(path, client)) for client in (first, second)]

        answers = [
            client.post(place, {"new_password1": f"{NEW} {n}", "new_password2": f"{NEW} {n}"})
            for n, (client, place) in enumerate(places)
        ]

        assert [answer.status_code for answer in answers] == [302, 410]
        assert signs_in(bob.email, f"{NEW} 0")

    def test_it_ends_within_the_hour(self, bob: User, settings: Settings) -> None:
        (path,) = ask(bob.email)
        settings.PASSWORD_RESET_TIMEOUT = -1

        assert choose(path) == 410
        assert signs_in(bob.email, PASSWORD)

    @pytest.mark.parametrize(
        "change",
        [
            lambda bob: deactivate_user(user=bob),
            lambda bob: update_user(
                user=bob, values=UserFields(user_name=bob.user_name, email="b@acme.example")
            ),
        ],
        ids=["the person is deactivated", "the address is another"],
    )
    def test_it_ends_when(self, acme: Tenant, bob: User, change: Callable[[User], None]) -> None:
        (path,) = ask(bob.email)
        with tenant_scope(acme):
            change(bob)

        assert choose(path) == 410

    def test_it_ends_when_saml_is_enforced_also_with_the_form_open(
        self, acme: Tenant, bob: User
    ) -> None:
        (path,) = ask(bob.email)
        client = Client()
        place = follow(path, client)
        acme.saml_enabled = acme.saml_enforced = True
        acme.save()

        assert choose(path) == 410
        answer = client.post(place, {"new_password1": NEW, "new_password2": NEW})

        assert answer.status_code == 410
        with tenant_scope(acme):
            assert User.objects.get(pk=bob.pk).check_password(PASSWORD)

    def test_it_is_nobody_elses(self, acme: Tenant, bob: User, alice: User) -> None:
        token = ask(bob.email)[0].rstrip("/").rpartition("/")[2]

        assert not reset_password(user=alice, token=token, password=NEW)
        assert signs_in(alice.email, PASSWORD)

    @pytest.mark.parametrize("name", ["x", "AAAA", "%00", "bm9ib2R5", "é"])
    def test_a_made_up_one_opens_nothing(self, client: Client, name: str) -> None:
        # What cannot be stored is no address of ours (RFC 9110, Section 15.5.1).
        expected = 400 if name == "%00" else 410
        assert client.get(f"/password/new/{name}/x-y/").status_code == expected

    def test_a_weak_password_is_refused_and_the_link_goes_on_working(self, bob: User) -> None:
        (path,) = ask(bob.email)
        client = Client()

        assert choose(path, client, password="short") == 200
        assert choose(path, client) == 302


class TestWhoGetsNone:
    def test_people_of_a_tenant_that_enforces_saml(self, acme: Tenant, bob: User) -> None:
        acme.saml_enabled = acme.saml_enforced = True
        acme.save()

        assert ask(bob.email) == []
        assert trail(acme)[-1][0] == "password_reset.refused"

    def test_people_without_a_password(self, acme: Tenant) -> None:
        with tenant_scope(acme):
            create_user(values=UserFields(user_name="n@acme.example", email="n@acme.example"))

        assert ask("n@acme.example") == []

    def test_inactive_people_and_strangers(self, acme: Tenant, bob: User) -> None:
        with tenant_scope(acme):
            deactivate_user(user=bob)

        assert ask(bob.email) == []
        assert ask("nobody@acme.example") == []

    def test_an_account_that_got_three_within_the_hour(self, acme: Tenant, bob: User) -> None:
        mails = [ask(bob.email) for _request in range(MAILS_PER_HOUR + 1)]

        assert [len(each) for each in mails] == [1, 1, 1, 0]
        assert choose(mails[0][0]) == 302

    def test_a_client_that_asks_very_often_waits(self, bob: User) -> None:
        client = Client()
        for number in range(MOST_REQUESTS):
            ask(f"n{number}@acme.example", client)

        answer = client.post(ASK, {"email": bob.email})

        assert answer.status_code == 429
        assert answer["Retry-After"] == "900"
        assert not mail.outbox


class TestNothingIsSaid:
    def test_known_and_unknown_addresses_get_the_same_answer_for_the_same_work(
        self, acme: Tenant, bob: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left: list[Job] = []
        monkeypatch.setattr(queueing, "hand_over", lambda job, **_lock: left.append(job))

        answers, statements = [], []
        for address in (bob.email, "nobody@acme.example"):
            with CaptureQueriesContext(connection) as captured:
                answers.append(Client().post(ASK, {"email": address}))
            statements.append(
                [re.sub(r"'[^']*'|\"s\d+_x\d+\"", "…", each["sql"]) for each in captured]
            )

        assert statements[0] == statements[1]
        assert not any("accounts_user" in each for each in statements[0])
        assert answers[0].status_code == answers[1].status_code == 302
        assert answers[0]["Location"] == answers[1]["Location"]
        assert not mail.outbox
        for job in left:
            do_at_once(job, lock=None)
        assert len(mail.outbox) == 1

    def test_the_address_waits_sealed_and_is_forgotten_with_the_mail(
        self, bob: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left: list[Job] = []
        monkeypatch.setattr(queueing, "hand_over", lambda job, **_lock: left.append(job))
        Client().post(ASK, {"email": bob.email})

        with every_tenant():
            [waiting] = Job.objects.values()
            do_at_once(left[0], lock=None)
            done, of_bob = Job.objects.order_by("pk").values()

        assert waiting["sealed"]
        assert bob.email not in f"{waiting} {of_bob}"
        assert (done["state"], done["sealed"], done["error"]) == (Job.State.DONE, "", "")

    def test_a_mail_server_that_is_down_is_tried_again_and_costs_none_of_the_three_mails(
        self, acme: Tenant, bob: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_args: object) -> None:
            raise OSError("the mail server is down")

        with monkeypatch.context() as patched:
            patched.setattr("accounts.mail.Mail.send", broken)
            ask(bob.email)
        with every_tenant():
            job = Job.objects.get(kind="accounts.mail_password_link")
        assert (job.state, job.attempts) == (Job.State.WAITING, 1)
        assert "the mail server is down" in job.error
        assert "password_reset.asked" not in [action for action, _details in trail(acme)]

        do_at_once(job, lock=None)

        assert len(mail.outbox) == 1

    def test_a_mail_that_is_refused_repeats_no_other_persons(
        self, acme: Tenant, globex: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        values = UserFields(user_name="kim@both.example", email="kim@both.example")
        for tenant in (acme, globex):
            with tenant_scope(tenant):
                create_user(values=values, password=PASSWORD)

        send = Mail.send

        def refuses_globex(message: Mail) -> int:
            if "Globex" in message.subject:
                raise OSError("the mail server does not like it")
            return send(message)

        monkeypatch.setattr("accounts.mail.Mail.send", refuses_globex)
        ask("kim@both.example")
        with every_tenant():
            [failed] = Job.objects.filter(state=Job.State.WAITING)
        do_at_once(failed, lock=None)

        assert [message.subject for message in mail.outbox] == ["Choose a new password for Acme"]
        assert rows.jobs_now([failed.pk])[0].attempts == 2

    def test_an_account_for_which_a_mail_waits_gets_no_other_job(
        self, acme: Tenant, bob: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def is_down(*_args: object) -> None:
            raise OSError("the mail server is down")

        monkeypatch.setattr("accounts.mail.Mail.send", is_down)
        for _request in range(3):
            ask(bob.email)

        with every_tenant():
            [waits] = Job.objects.filter(kind="accounts.mail_password_link")
        assert waits.tenant_id == acme.pk  # Whose turns it takes.

    def test_strangers_fill_no_table_while_no_worker_runs(
        self, bob: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(queueing, "hand_over", lambda _job, **_lock: None)
        monkeypatch.setattr(password_reset_mail, "MOST_WAITING", 2)

        for number in range(4):
            ask(f"n{number}@acme.example")

        with every_tenant():
            assert Job.objects.count() == 2
        assert "Does a worker run?" in caplog.text

    def test_the_host_header_is_not_believed(self, bob: User) -> None:
        Client().post(ASK, {"email": bob.email}, headers={"host": "localhost"})

        assert "http://127.0.0.1:8000/password/new/" in str(mail.outbox[-1].body)


def test_a_name_with_markup_stays_text(acme: Tenant) -> None:
    member = person(acme, "Zoe")
    with tenant_scope(acme):
        values = UserFields(user_name=member.user_name, email=member.email, given_name="<b>&")
        update_user(user=member, values=values)

    ask(member.email)

    assert "<b>&" in str(mail.outbox[-1].body)
