"""*Ways in*: an operator lets a system admin in, after being asked, and everybody learns of it."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import AuditEntry, OneTimeLink, Role, User
from accounts.services.users import delete_user
from accounts.tenancy.scoping import tenant_scope
from console.platform import ways_in
from tests.conftest import is_signed_in, person
from tests.support.html_forms import text_of

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

PURPOSES: Final = [purpose.value for purpose in OneTimeLink.Purpose]


def address(company: Tenant) -> str:
    return reverse("platform:accounts_tenant_ways_in", args=[company.pk])


def question(platform: Client, company: Tenant, admin: User, purpose: str) -> dict[str, str]:
    """Ask for a link; return what the button of the question sends."""
    asked = {"admin": str(admin.pk), "purpose": purpose}
    page = platform.post(address(company), asked).content.decode()
    found = re.search(r'name="version" value="([^"]+)"', page)
    assert found, page
    return {**asked, "version": found[1], "sure": "yes"}


def links(company: Tenant) -> list[tuple[str, str]]:
    with tenant_scope(company):
        return list(OneTimeLink.objects.values_list("user__user_name", "purpose"))


def actions(company: Tenant) -> list[tuple[str, str]]:
    with tenant_scope(company):
        return list(AuditEntry.objects.values_list("actor", "action"))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_it_asks_makes_the_link_shows_it_once_and_tells(
    platform: Client, acme: Tenant, alice: User, purpose: str
) -> None:
    mail.outbox.clear()
    answer = question(platform, acme, alice, purpose)
    assert links(acme) == []
    assert mail.outbox == []

    made: Any = platform.post(address(acme), answer, follow=True)

    [url] = re.findall(r"http://127.0.0.1:8000(/link/[^\"<]+)", made.content.decode())[:1]
    assert "/link/" not in platform.get(address(acme)).content.decode()
    assert links(acme) == [("alice@acme.example", purpose)]
    assert ("olga@gatehouse.example", f"{purpose}.link_made") in actions(acme)
    assert [message.to for message in mail.outbox] == [["alice@acme.example"]]
    assert platform.get(url).status_code == HTTPStatus.OK


def test_the_break_glass_link_signs_the_admin_in(
    platform: Client, client: Client, acme: Tenant, alice: User
) -> None:
    answer = question(platform, acme, alice, "break_glass")
    made: Any = platform.post(address(acme), answer, follow=True)
    url = re.findall(r"http://127.0.0.1:8000(/link/[^\"<]+)", made.content.decode())[0]

    client.post(url)

    assert is_signed_in(client)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_button_is_pressed_once(
    platform: Client, acme: Tenant, alice: User, purpose: str
) -> None:
    answer = question(platform, acme, alice, purpose)
    platform.post(address(acme), answer)
    with tenant_scope(acme):
        [first] = OneTimeLink.objects.values_list("pk", flat=True)

    again: Any = platform.post(address(acme), answer, follow=True)

    assert "what the page showed has changed" in text_of(again)
    with tenant_scope(acme):
        assert [first] == list(OneTimeLink.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(
    "change",
    [{"active": False}, {"role": Role.EDITOR}],
    ids=["deactivated", "demoted"],
)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_who_is_no_admin_any_more_gets_no_link(
    platform: Client, acme: Tenant, alice: User, purpose: str, change: dict[str, Any]
) -> None:
    answer = question(platform, acme, alice, purpose)
    with tenant_scope(acme):
        User.objects.filter(pk=alice.pk).update(**change)

    said: Any = platform.post(address(acme), answer, follow=True)

    assert "Choose an active system admin of this company." in text_of(said)
    assert links(acme) == []


@pytest.mark.parametrize("purpose", PURPOSES)
def test_who_is_deleted_while_the_button_is_pressed_gets_no_link(
    platform: Client, acme: Tenant, alice: User, purpose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = person(acme, "Ada", Role.ADMIN)
    answer = question(platform, acme, other, purpose)
    named = ways_in._admin_named

    def deleted_then(key: str) -> User | None:
        found = named(key)
        delete_user(user=User.objects.get(pk=key))
        return found

    monkeypatch.setattr(ways_in, "_admin_named", deleted_then)

    said: Any = platform.post(address(acme), answer, follow=True)

    assert "They are not here any more." in text_of(said)
    assert links(acme) == []


@pytest.mark.parametrize("key", ["", "x", "00000000-0000-7000-8000-000000000000", "other", "bob"])
@pytest.mark.usefixtures("alice")
def test_only_an_admin_of_that_company_can_be_named(
    platform: Client, acme: Tenant, grace: User, bob: User, key: str
) -> None:
    keys = {"other": str(grace.pk), "bob": str(bob.pk)}
    sent = {"admin": keys.get(key, key), "purpose": "break_glass", "sure": "yes", "version": "x"}

    said: Any = platform.post(address(acme), sent, follow=True)

    assert "Choose an active system admin of this company." in text_of(said)
    assert links(acme) == []


def test_a_question_about_one_is_no_answer_about_another(
    platform: Client, acme: Tenant, alice: User
) -> None:
    other = person(acme, "Ada", Role.ADMIN)
    answer = question(platform, acme, alice, "invitation")

    for changed in ({"admin": str(other.pk)}, {"purpose": "break_glass"}, {"version": ""}):
        platform.post(address(acme), {**answer, **changed})

    assert links(acme) == []


def test_an_unknown_purpose_and_a_company_that_is_gone(
    platform: Client, acme: Tenant, alice: User
) -> None:
    sent = {"admin": str(alice.pk), "purpose": "password_reset", "sure": "yes"}

    assert platform.post(address(acme), sent).status_code == HTTPStatus.FOUND
    gone = address(acme).replace(str(acme.pk), str(acme.pk + 999))
    assert platform.get(gone).status_code == HTTPStatus.NOT_FOUND
    assert links(acme) == []


def test_admins_of_companies_make_none(console: Client, acme: Tenant, alice: User) -> None:
    sent = {"admin": str(alice.pk), "purpose": "break_glass", "sure": "yes"}

    assert console.get(address(acme)).status_code == HTTPStatus.FORBIDDEN
    assert console.post(address(acme), sent).status_code == HTTPStatus.FORBIDDEN
    assert links(acme) == []


def test_a_company_without_admins_says_so(platform: Client, acme: Tenant) -> None:
    assert "no active system admin" in text_of(platform.get(address(acme)))
