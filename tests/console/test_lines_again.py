"""A line that was not done leads to the same once more, to the person, or to what happened."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.contrib import admin
from django.db import OperationalError
from django.urls import reverse

from accounts.jobs import queueing
from accounts.models import ActionLine, ActionResult, Job, Role, User
from accounts.services import users
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from tests.architecture.specimens import OUR_APPS, Specimens
from tests.conftest import crowd, do_at_once, person, signed_in
from tests.console.test_many import ACTIONS, choices_of, unused_for_long
from tests.support.html_forms import lxml_html, text_of, what_is_sent
from tests.support.many import ask, do

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from django.test import Client

    from accounts.models import Tenant

USERS = "/console/accounts/user/"
BUSY = "Somebody else was changing the same for too long. Nothing was changed."


def busy(*names: str) -> Callable[..., None]:
    """Return a deactivation of which somebody else holds the rows of people with these names."""
    original = users.deactivate_user

    def deactivate(*, user: User) -> None:
        if user.user_name in names:
            cause = psycopg.errors.LockNotAvailable("canceling statement due to lock timeout")
            raise OperationalError(str(cause)) from cause
        original(user=user)

    return deactivate


def done_to(browser: Client, action: str, people: Collection[User], **fields: Any) -> str:
    told = do(browser, USERS, action, [each.pk for each in people], **fields)
    return str(told.request["PATH_INFO"])


def steps(browser: Client, address: str) -> dict[str, Any]:
    """Return the buttons and links of the lines, by what they say."""
    page = lxml_html.fromstring(browser.get(address).content)
    rows = page.xpath(
        "//main//td/form//button | //main//td[last()]/a | //main//form[@action]/button"
    )
    return {" ".join(row.text_content().split()): row for row in rows}


def press(browser: Client, button: Any) -> Any:
    """Press a button that a page showed, and return what it leads to."""
    form = button.getparent()
    sent: dict[str, list[str]] = {}
    for each in form.xpath(".//input"):
        sent.setdefault(each.get("name"), []).append(each.get("value") or "")
    return browser.post(form.get("action"), sent)


@pytest.mark.parametrize(("site", "model", "name"), ACTIONS)
def test_a_line_of_every_action_leads_to_the_page_that_asks(
    request: pytest.FixtureRequest, site: Any, model: Any, name: str, acme: Tenant
) -> None:
    if model._meta.app_label not in OUR_APPS:
        return
    is_console = site is admin.site
    browser: Client = request.getfixturevalue("console" if is_console else "platform")
    maker: User = request.getfixturevalue("alice" if is_console else "olga")
    action = getattr(type(site._registry[model]), name)
    with tenant_scope(acme):
        specimens = Specimens("specimenname")
        person(acme, "Zoe")
        row = specimens.of(model)
        unused_for_long(row)
        form = action.form(choices_of(specimens))
        choice: Any = {}
        if form is not None:
            assert form.is_valid(), form.errors
            choice = action.ids_of(action.choice_of(form))
    with tenant_scope(acme) if is_console else every_tenant():
        result = ActionResult.objects.create(
            tenant_id=maker.tenant_id,
            maker=maker.pk,
            site=site.name,
            about=model._meta.label_lower,
            action=name,
            title="x",
            file_name="x",
            back="/",
        )
        ActionLine.objects.create(
            tenant_id=maker.tenant_id,
            result=result,
            number=1,
            row=str(row.pk),
            name="Somebody",
            choice=choice,
            outcome=ActionLine.Outcome.REFUSED,
            reason="No.",
        )

    [button] = steps(browser, reverse(f"{site.name}:result", args=[result.pk])).values()
    answer = press(browser, button)

    assert text_of_button(button) == "Look again Somebody"
    assert answer.status_code == HTTPStatus.OK
    assert "many_preview.html" in " ".join(template.name or "" for template in answer.templates)
    assert 'name="seen"' in answer.content.decode()  # What was chosen is chosen.


def text_of_button(button: Any) -> str:
    return " ".join(button.text_content().split())


class TestBusy:
    def test_a_row_that_others_hold_fails_alone_and_is_tried_again_after_a_look(
        self, acme: Tenant, console: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        people = crowd(acme, 3)
        with monkeypatch.context() as held:
            held.setattr(users, "deactivate_user", busy("crowd1"))
            address = done_to(console, "deactivate", people)

        page = text_of(console.get(address))
        [button] = steps(console, address).values()
        asked = press(console, button)
        still = active(acme)
        again = console.post(USERS, what_is_sent(asked.content.decode(), "seen"), follow=True)

        assert "2 of 3 people were deactivated, 1 was not" in page
        assert BUSY in page
        assert text_of_button(button) == "Retry crowd1"
        assert "Deactivate 1 person?" in text_of(asked)
        assert still == {"alice@acme.example", "crowd1"}  # The look has done nothing.
        assert "1 person was deactivated" in text_of(again)
        assert active(acme) == {"alice@acme.example"}

    def test_two_in_a_row_stop_the_attempt_and_the_job_is_tried_again(
        self, acme: Tenant, console: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waiting: list[Job] = []
        monkeypatch.setattr(queueing, "hand_over", lambda job, lock: waiting.append(job))
        people = crowd(acme, 3)
        address = done_to(console, "deactivate", people)
        with monkeypatch.context() as held:
            held.setattr(users, "deactivate_user", busy("crowd0", "crowd1", "crowd2"))
            do_at_once(waiting[0], lock=None)
        left = outcomes(acme)
        do_at_once(waiting[0], lock=None)

        assert left == [("refused", True), ("", False), ("", False)]
        assert outcomes(acme) == [("refused", True), ("done", False), ("done", False)]
        assert "2 of 3 people were deactivated" in text_of(console.get(address))

    def test_those_that_failed_are_tried_together(
        self, acme: Tenant, console: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        people = crowd(acme, 5)
        with monkeypatch.context() as held:
            held.setattr(users, "deactivate_user", busy("crowd0", "crowd2"))
            address = done_to(console, "deactivate", people)

        button = steps(console, address)["Retry the 2 that failed"]

        assert "Deactivate 2 people?" in text_of(press(console, button))

    def test_pressed_twice_it_is_done_once(
        self, acme: Tenant, console: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as held:
            held.setattr(users, "deactivate_user", busy("crowd0"))
            address = done_to(console, "deactivate", crowd(acme, 1))
        [button] = steps(console, address).values()
        sent = what_is_sent(press(console, button).content.decode(), "seen")

        led = {console.post(USERS, sent).headers["Location"] for _ in range(2)}

        assert len(led) == 1
        with tenant_scope(acme):
            assert ActionResult.objects.count() == 2


def outcomes(tenant: Tenant) -> list[tuple[str, bool]]:
    with tenant_scope(tenant):
        lines = ActionLine.objects.order_by("number")
        return list(lines.values_list("outcome", "can_pass"))


def active(tenant: Tenant) -> set[str]:
    with tenant_scope(tenant):
        return set(User.objects.filter(active=True).values_list("user_name", flat=True))


def test_who_is_passed_over_is_looked_at_as_they_are_now(acme: Tenant, console: Client) -> None:
    ann, ben = crowd(acme, 2)
    with tenant_scope(acme):
        users.deactivate_user(user=ann)
    address = done_to(console, "deactivate", [ann, ben])
    [button] = steps(console, address).values()
    before = text_of(press(console, button))
    with tenant_scope(acme):
        users.reactivate_user(user=User.objects.get(pk=ann.pk))

    now = text_of(press(console, button))

    assert text_of_button(button) == "Look again crowd0"
    assert "They are inactive already." in before
    assert "They are inactive already." not in now
    assert "Deactivate (1)" in now


def test_who_was_deleted_is_seen_in_the_log_and_a_page_from_before_says_so(
    acme: Tenant, console: Client
) -> None:
    ann, ben = crowd(acme, 2)
    with tenant_scope(acme):
        users.deactivate_user(user=ann)
    address = done_to(console, "deactivate", [ann, ben])
    [stale] = steps(console, address).values()
    with tenant_scope(acme):
        users.delete_user(user=User.objects.get(pk=ann.pk))

    [link] = steps(console, address).values()
    log = console.get(link.get("href"))
    told = console.post(stale.getparent().get("action"), pressed(stale), follow=True)

    assert text_of_button(link) == "See in the log crowd0"
    assert log.status_code == HTTPStatus.OK
    assert "deleted" in text_of(log)
    assert "What was picked is not there any more." in text_of(told)


def pressed(button: Any) -> dict[str, str]:
    return {each.get("name"): each.get("value") for each in button.getparent().xpath(".//input")}


def test_what_was_done_and_what_is_under_way_offers_nothing(
    acme: Tenant, console: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = done_to(console, "deactivate", crowd(acme, 1))
    waiting: list[Job] = []
    monkeypatch.setattr(queueing, "hand_over", lambda job, lock: waiting.append(job))
    with tenant_scope(acme):
        people = list(User.objects.filter(user_name__startswith="crowd"))
    going = done_to(console, "reactivate", [*people, person(acme, "Zoe")])

    assert steps(console, done) == {}
    assert steps(console, going) == {}


def test_lines_of_a_file_and_of_an_undo_lead_to_the_person(acme: Tenant, console: Client) -> None:
    ann, ben = crowd(acme, 2)
    address = done_to(console, "deactivate", [ann, ben])
    asked = console.get(f"{address}undo/")
    with tenant_scope(acme):
        users.reactivate_user(user=User.objects.get(pk=ann.pk))
    asked = console.get(f"{address}undo/")
    sent = what_is_sent(asked.content.decode(), "seen")
    undone = console.post(f"{address}undo/", sent, follow=True)

    [link] = steps(console, str(undone.request["PATH_INFO"])).values()

    assert link.get("href") == f"{USERS}{ann.pk}/change/"


class TestRights:
    def test_an_editor_is_offered_what_an_editor_may_do(
        self, acme: Tenant, console: Client, crm: Any
    ) -> None:
        (ann,) = crowd(acme, 1)
        address = done_to(console, "release_license", [ann], subscription=crm.pk)
        editor = signed_in(person(acme, "Edda", Role.EDITOR))

        [button] = steps(editor, address).values()

        assert press(editor, button).status_code == HTTPStatus.OK

    def test_who_lost_the_right_reads_their_result_and_begins_nothing(self, acme: Tenant) -> None:
        zoe = person(acme, "Zoe", Role.ADMIN)
        browser = signed_in(zoe)
        ann, ben = crowd(acme, 2)
        with tenant_scope(acme):
            users.deactivate_user(user=ann)
        person(acme, "Alice", Role.ADMIN)
        address = done_to(browser, "deactivate", [ann, ben])
        [button] = steps(browser, address).values()
        with tenant_scope(acme):
            User.objects.filter(pk=zoe.pk).update(role=Role.EDITOR)

        [link] = steps(browser, address).values()
        answer = press(browser, button)

        assert link.tag == "a"  # To the person, whom an editor may see.
        assert "many_preview.html" not in str([each.name for each in answer.templates])
        with tenant_scope(acme):
            assert ActionResult.objects.count() == 1

    def test_another_companys_ids_are_nobodys(
        self, acme: Tenant, globex: Tenant, console: Client, grace: User
    ) -> None:
        (ann,) = crowd(acme, 1)
        with tenant_scope(acme):
            users.deactivate_user(user=ann)
        address = done_to(console, "deactivate", [ann, person(acme, "Zoe")])
        [button] = steps(console, address).values()
        theirs = signed_in(grace)

        assert theirs.get(address).status_code == HTTPStatus.NOT_FOUND
        told = theirs.post(USERS, pressed(button), follow=True)
        assert "What was picked is not there any more." in text_of(told)


def test_an_empty_selection_is_told(console: Client, alice: User) -> None:
    nobody = "01890000-0000-7000-8000-000000000000"

    told = ask(console, USERS, "deactivate", [nobody])

    assert told.status_code == HTTPStatus.FOUND
    assert "What was picked is not there any more." in text_of(console.get(USERS))
