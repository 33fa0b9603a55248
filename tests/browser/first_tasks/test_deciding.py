"""Tasks that decide something: take it back, review it, grant it, carry it out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Role, User
from accounts.tenancy.scoping import tenant_scope
from licenses.models import Seat
from tests.browser.first_tasks.walking import task
from tests.conftest import person, signed_in
from tests.scim.test_held_changes import LIMIT, one_by_one, staff
from tests.support.many import do
from tests.support.scim import connect

if TYPE_CHECKING:
    from accounts.models import Tenant
    from licenses.models import Subscription
    from tests.access_reviews.conftest import Company
    from tests.browser.first_tasks.walking import Walk

pytestmark = pytest.mark.django_db(transaction=True)


@task("Undo a bulk deactivation", on_phone=True)
def test_a_bulk_deactivation_is_undone(walk: Walk, acme: Tenant, alice: User) -> None:
    many = [person(acme, name).pk for name in ("Ann", "Ben", "Cleo")]
    ada = signed_in(person(acme, "Ada", Role.ADMIN))
    do(ada, "/console/accounts/user/", "deactivate", many)
    admin = walk.by(alice, "Admin, who did not do it themselves")

    admin.click("Console")
    admin.go_to("Jobs")
    admin.click("Deactivate")
    admin.click("Undo…")
    admin.click("Undo (3)")

    admin.within("row", "Cleo").sees("Done")
    walk.ends_at(admin)
    with tenant_scope(acme):
        assert not User.objects.filter(active=False).exists()


@task("Start an access review, and see who has decided", on_phone=True)
def test_a_review_is_started_and_followed(walk: Walk, company: Company) -> None:
    rita = walk.by(company.rita, "Access review manager")
    rita.click("Console")
    rita.go_to("Access reviews")
    rita.click("Start a review")
    rita.fill("Name", "Autumn")
    rita.click("CRM")
    rita.fill("Directory groups", "Sales")
    rita.fill("Reviewers", "ron@acme.example")
    rita.fill("Last day", (timezone.localdate() + timedelta(days=9)).isoformat())
    rita.click("See what it would be")
    rita.click("Start the review")
    rita.sees("0 of 2 decided")

    ron = walk.by(company.ron, "Reviewer")
    ron.click("Autumn")
    ron.within("row", "CRM").click("Keep")
    ron.click("Save and show the next")

    rita = walk.by(company.rita, "Access review manager")
    rita.click("Console")
    rita.go_to("Access reviews")
    rita.click("Autumn")

    rita.sees("1 of 2 decided")
    walk.ends_at(rita)


@task("Ask for a licence, and have it granted until a day", on_phone=True)
def test_a_licence_is_asked_for_and_granted(
    walk: Walk, acme: Tenant, alice: User, bob: User, crm: Subscription
) -> None:
    member = walk.by(bob, "Member")
    member.click("Ask for a licence or access")
    member.choose("What you need", "CRM")
    member.fill("Why", "For the spring tender.")
    member.click("Ask for it")
    member.sees("You have asked for CRM.")

    mailed = next(word for word in str(mail.outbox[0].body).split() if "/accessrequest/" in word)
    admin = walk.by(alice, "Admin, from the mail", link=mailed)
    admin.fill("Until", (timezone.localdate() + timedelta(days=30)).isoformat())
    admin.click("Grant")

    admin.sees("Bob has CRM, and gets a mail.")
    walk.ends_at(admin)
    with tenant_scope(acme):
        assert Seat.objects.filter(user=bob, released=None).exists()


@task("See whether leavers are really out, and decide what is held", on_phone=True)
def test_leavers_are_out_and_a_held_change_is_decided(
    walk: Walk, acme: Tenant, alice: User, seats: Subscription
) -> None:
    okta = connect(acme, name="Okta", loss_number=LIMIT)
    one_by_one(okta, staff(acme, okta, seats, LIMIT + 1))
    admin = walk.by(alice, "Admin")

    admin.click("Console")
    admin.click("Look and decide")
    admin.click(f"p{LIMIT}@acme.example")
    admin.within("region", "Are they out?").sees("Sessions", "Seats", "1 is held")
    admin.click("Look and decide")
    admin.click("Carry out")
    asked = admin.within("dialog")
    asked.sees("This cannot be undone.")
    asked.click("Carry out")

    admin.sees("Carried out")
    walk.ends_at(admin)
    with tenant_scope(acme):
        assert not Seat.objects.filter(released=None).exists()
