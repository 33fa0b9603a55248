"""Who decides is told by mail: at once, and then at most once an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core import mail
from django.utils import timezone

from access_requests.models import AccessRequest
from access_requests.telling import QUIET, mail_what_waits
from accounts.models import Role
from accounts.tenancy.scoping import tenant_scope
from tests.conftest import person, signed_in
from tests.support.asking import ask, only_request, page_of

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import AccessProfile, Tenant, User
    from licenses.models import Subscription


def mailed() -> list[tuple[str, str]]:
    """Return whom what was mailed since this was asked last."""
    found = sorted((each.to[0], str(each.subject)) for each in mail.outbox)
    mail.outbox.clear()
    return found


def test_everybody_who_may_decide_is_told_but_not_who_asks(
    acme: Tenant, alice: User, carol: User, crm: Subscription
) -> None:
    person(acme, "Eve", Role.EDITOR)
    person(acme, "Dora", Role.CHANGE_REQUEST_MANAGER)

    ask(signed_in(carol), crm)

    says = "Carol asks for CRM"
    assert mailed() == [("alice@acme.example", says), ("dora@acme.example", says)]


def test_the_link_opens_the_page_and_decides_nothing(
    acme: Tenant, member: Client, inbox: Client, crm: Subscription
) -> None:
    ask(member, crm, reason="For the tender.")

    [letter] = mail.outbox
    page = page_of(only_request(acme))
    assert f"http://127.0.0.1:8000{page}" in letter.body
    assert "For the tender." in letter.body
    inbox.get(page)
    assert only_request(acme).is_open


def test_what_follows_within_the_hour_is_told_together(
    acme: Tenant, member: Client, inbox: Client, crm: Subscription, customs: AccessProfile
) -> None:
    ask(member, crm)
    assert mailed() == [("carol@acme.example", "Bob asks for CRM")]
    ask(member, customs)
    ask(signed_in(person(acme, "Dan")), crm)

    assert mail_what_waits() == {"told_of": 0}
    assert mailed() == []
    with tenant_scope(acme):
        AccessRequest.objects.exclude(told=None).update(told=timezone.now() - QUIET)
    assert mail_what_waits() == {"told_of": 2}

    assert mailed() == [("carol@acme.example", "2 requests wait for you")]
    assert mail_what_waits() == {"told_of": 0}


def test_what_was_taken_back_is_not_told_of(
    acme: Tenant, member: Client, inbox: Client, crm: Subscription, customs: AccessProfile
) -> None:
    ask(member, customs)
    ask(member, crm)
    with tenant_scope(acme):
        [last] = AccessRequest.objects.filter(told=None)
    member.post(f"/account/requests/{last.pk}/withdraw/")
    with tenant_scope(acme):
        AccessRequest.objects.exclude(told=None).update(told=timezone.now() - QUIET)
    mailed()

    mail_what_waits()

    assert mailed() == []


def test_who_may_decide_from_now_on_is_told_of_what_nobody_was_told(
    acme: Tenant, member: Client, crm: Subscription
) -> None:
    ask(member, crm)
    assert mailed() == []
    person(acme, "Dora", Role.CHANGE_REQUEST_MANAGER)

    mail_what_waits()

    assert mailed() == [("dora@acme.example", "Bob asks for CRM")]


def test_another_company_is_told_nothing(
    acme: Tenant, globex: Tenant, grace: User, member: Client, crm: Subscription
) -> None:
    ask(member, crm)

    with tenant_scope(acme):
        AccessRequest.objects.update(asked=timezone.now() - timedelta(days=1))
    assert mail_what_waits() == {"told_of": 0}
    assert mailed() == []
