"""How much waits, beside the pages of the navigation: for whom, up to how many, at what cost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access_requests.asking import ask_for_access, withdraw_request
from access_requests.models import AccessRequest
from access_reviews.models import ReviewLine
from accounts.models import HeldChange, Role
from accounts.services.profiles import create_profile
from accounts.services.users import deactivate_user
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from console.base import waiting
from console.base.access import ACCESS
from console.base.navigation import CONSOLE_SECTIONS
from console.base.waiting import MOST, HowMany, count_beside
from licenses.models import Subscription
from provisioning.models import Conflict
from tests.access_reviews.conftest import KEEP, Company, company, decide
from tests.architecture.specimens import Specimens
from tests.conftest import crowd, person, signed_in
from tests.support.html_forms import lxml_html

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant, User

__all__ = ["company"]  # A fixture.

TABLES: Final = (
    *("access_requests_accessrequest", "access_reviews_accessreview", "access_reviews_reviewline"),
    *("accounts_heldchange", "provisioning_conflict"),
)
"""What is counted from."""


def beside(browser: Client, url: str = "/console/reviews/") -> dict[str, str]:
    """Return what stands beside the entries of the navigation, by their names."""
    page = lxml_html.fromstring(browser.get(url).content.decode())
    return {
        link.text.strip(): " ".join(link[0].text_content().split())
        for link in page.xpath("//nav[@id='pages']//li/a[span]")
    }


def ask(tenant: Tenant, user: User, name: str) -> AccessRequest:
    with tenant_scope(tenant):
        return ask_for_access(user=user, thing=create_profile(name=name), reason="Work")


def test_what_is_counted_is_in_the_navigation_and_in_the_table() -> None:
    entries = {entry for section in CONSOLE_SECTIONS for entry in section.entries}

    assert waiting._kinds.keys() <= entries
    assert waiting._kinds.keys() <= ACCESS.keys()
    assert len(waiting._kinds) > 3


def test_nothing_is_counted_twice() -> None:
    with pytest.raises(ValueError, match="already"):
        count_beside("held-changes", lambda _request: HeldChange.objects.all())


class TestRequests:
    def test_those_of_others_who_are_active_wait(
        self, acme: Tenant, alice: User, bob: User, console: Client
    ) -> None:
        carol = person(acme, "Carol")
        assert beside(console) == {}
        for user, name in ((alice, "East"), (bob, "West"), (carol, "North")):
            ask(acme, user, name)
        taken_back = ask(acme, bob, "South")
        with tenant_scope(acme):
            withdraw_request(request=taken_back)
        assert beside(console) == {"Requests": "2 waiting"}

        with tenant_scope(acme):
            deactivate_user(user=carol)

        assert beside(console) == {"Requests": "1 waiting"}

    def test_another_companys_do_not(
        self, acme: Tenant, globex: Tenant, grace: User, bob: User, console: Client
    ) -> None:
        ask(acme, bob, "West")

        assert beside(signed_in(grace)) == {}

    def test_no_more_than_so_many_are_counted(
        self, acme: Tenant, bob: User, console: Client
    ) -> None:
        with tenant_scope(acme):
            people = crowd(acme, MOST + 5)
            AccessRequest.objects.bulk_create(
                AccessRequest(user=each, thing="West", reason="Work") for each in people
            )

        assert beside(console) == {"Requests": f"{MOST}+ waiting"}
        assert str(HowMany(MOST)) == str(MOST)


class TestReviews:
    def test_those_with_lines_for_who_looks_wait(self, company: Company) -> None:
        rita = signed_in(company.rita)
        with tenant_scope(company.tenant):
            mine = company.start(reviewers=[company.rita])
            company.start(reviewers=[company.ron])
        assert beside(rita) == {"Access reviews": "1 waiting"}
        assert beside(signed_in(company.alice)) == {}

        with tenant_scope(company.tenant):
            for line in ReviewLine.objects.filter(review=mine).select_related("thing", "review"):
                decide(mine, line, KEEP, company.rita)

        assert beside(rita) == {}

    def test_one_about_oneself_does_not(self, company: Company) -> None:
        with tenant_scope(company.tenant):
            review = company.start(reviewers=[company.rita])
            ReviewLine.objects.filter(review=review).update(person=company.rita.pk)

        assert beside(signed_in(company.rita)) == {}


def test_conflicts_and_held_changes_wait_for_an_admin(
    acme: Tenant, console: Client, crm: Subscription
) -> None:
    with tenant_scope(acme):
        specimens = Specimens("Specimen")
        for model in (Conflict, HeldChange):
            specimens.of(model)
            model._default_manager.update(state="open")

    assert beside(console) == {"Conflicts": "1 waiting", "Held changes": "1 waiting"}


@pytest.mark.parametrize("role", [role for role in Role if role != Role.MEMBER])
@pytest.mark.parametrize("number", [0, 3])
def test_it_takes_one_statement_or_none(acme: Tenant, bob: User, role: Role, number: int) -> None:
    for each in range(number):
        ask(acme, bob, f"West {each}")
    browser = signed_in(person(acme, "Pat", role))
    browser.get("/console/search/")

    with CaptureQueriesContext(connection) as captured:
        browser.get("/console/search/")

    counting = [each["sql"] for each in captured if "LIMIT 100" in each["sql"]]
    counted = [entry for entry in waiting._kinds if ACCESS[entry].get(role)]
    assert len(counting) == bool(counted)
    assert sum(sql.count("LIMIT 100") for sql in counting) == len(counted)


def test_lines_of_others_are_not_read(company: Company) -> None:
    with tenant_scope(company.tenant):
        review = company.start(reviewers=[company.ron])
        thing = review.things.all()[0]
        ReviewLine.objects.bulk_create(
            ReviewLine(
                review=review,
                thing=thing,
                person=uuid4(),
                why=ReviewLine.Why.HAND,
                suggestion=ReviewLine.Suggestion.KEEP,
                reviewer=company.rita.pk if number % 2 else company.ron.pk,
                decision=KEEP if number % 2 else "",
            )
            for number in range(4_000)
        )
    browser = signed_in(company.rita)
    with CaptureQueriesContext(connection) as captured:
        browser.get("/console/search/")
    [statement] = [each["sql"] for each in captured if "LIMIT 100" in each["sql"]]

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE access_reviews_reviewline")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "review_lines_to_decide" in plan, plan


def test_indexes_find_what_waits(acme: Tenant, console: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        console.get("/console/search/")
    [statement] = [each["sql"] for each in captured if "LIMIT 100" in each["sql"]]

    with every_tenant(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    for table in TABLES:
        assert re.search(rf"Index .*\bon {table}", plan), plan


def test_a_part_of_a_page_counts_nothing(acme: Tenant, console: Client) -> None:
    asked: dict[str, Any] = {"q": "bob", "box": ""}
    console.get("/console/search/", asked)

    with CaptureQueriesContext(connection) as captured:
        console.get("/console/search/", asked)

    assert not [each for each in captured if "LIMIT 100" in each["sql"]]
