"""What a deletion takes away is said in words and numbers: short, and in a few statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.groups.groups import GroupFields, create_group
from accounts.groups.mappings import set_group_mappings
from accounts.models import AccessProfile, DirectoryGroup, Role, Session, User
from accounts.services.profiles import add_profile_members, create_profile
from accounts.tenancy.scoping import tenant_scope
from console.base.sites import platform_site
from licenses.models import Product, Subscription
from licenses.services import assign_seat
from tests.architecture.specimens import Specimens
from tests.conftest import crowd, person, signed_in
from tests.support.html_forms import submit, text_of, what_is_sent
from tests.support.many import ask, do

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

DELETABLE = [
    pytest.param(site, model, id=f"{site.name}-{model._meta.label}")
    for site in (admin.site, platform_site)
    for model in site._registry
]
MOST_STATEMENTS = 40


def test_somebody_loses_sessions_roles_groups_profiles_and_licences(
    acme: Tenant, console: Client
) -> None:
    carol = person(acme, "Carol", Role.EDITOR)
    signed_in(carol)
    signed_in(carol)
    with tenant_scope(acme):
        create_group(values=GroupFields(display_name="Sales"), member_ids=[carol.pk])
        add_profile_members(profile=create_profile(name="West"), user_ids=[carol.pk])
        crm = Subscription.objects.create(
            product=Product.objects.create(key="crm", name="CRM"), seats=3
        )
        assign_seat(subscription=crm, user=carol)
        keys = list(Session.objects.filter(user=carol).values_list("session_key", flat=True))

    page = text_of(console.get(f"/console/accounts/user/{carol.pk}/delete/"))

    assert "2 signed-in browsers are signed out." in page
    assert "1 with the role Editor." in page
    assert "Membership of 1 directory group" in page
    assert "Membership of 1 access profile." in page
    assert "1 seat of CRM becomes free." in page
    assert "Sales" not in page
    assert not [key for key in keys if key in page]


def test_a_large_group_goes_with_a_few_lines_in_as_many_statements_as_a_small_one(
    acme: Tenant, console: Client
) -> None:
    sizes: dict[int, tuple[int, int]] = {}
    for size in (2, 300):
        with tenant_scope(acme):
            User.objects.filter(user_name__startswith="crowd").delete()
            people = crowd(acme, size)
            inner = create_group(
                values=GroupFields(display_name=f"Inner {size}"),
                member_ids=[each.pk for each in people],
            )
            group = create_group(
                values=GroupFields(display_name=f"Outer {size}"),
                member_ids=[inner.pk, *(each.pk for each in people)],
            )
            set_group_mappings(group=group, role=Role.EDITOR, profiles=[])
        with CaptureQueriesContext(connection) as statements:
            page = text_of(console.get(f"/console/accounts/directorygroup/{group.pk}/delete/"))
        assert f"{size} people are no longer members." in page
        assert "1 nested group is no longer a member." in page
        assert f"The role Editor of {size} people" in page
        assert str(people[0].pk) not in page
        sizes[size] = (len(statements), len(page))

    assert sizes[2][0] == sizes[300][0]
    assert abs(sizes[2][1] - sizes[300][1]) < 100


def test_many_people_are_counted_not_listed(acme: Tenant, console: Client) -> None:
    people = crowd(acme, 120)
    chosen = {
        "action": "delete_selected",
        "index": "0",
        "select_across": "1",
        "_selected_action": str(people[0].pk),
    }

    page = text_of(console.post("/console/accounts/user/", chosen))

    assert "Delete 121 of this list?" in page
    assert page.count("crowd") <= 10
    assert page.count('name="_selected_action"') == 1
    told = text_of(console.post("/console/accounts/user/", what_is_sent(page, "seen"), follow=True))
    assert "Done</dt><dd>120" in told
    with tenant_scope(acme):
        assert User.objects.count() == 1  # The last admin stays.


def confirmed(browser: Client, url: str, chosen: dict[str, Any]) -> dict[str, Any]:
    """Return what the question before several are deleted sends when it is answered."""
    return what_is_sent(browser.post(url, chosen).content.decode(), "seen")


@pytest.mark.parametrize(("site", "model"), DELETABLE)
def test_no_deletion_lists_related_rows(
    site: Any, model: Any, acme: Tenant, console: Client, platform: Client
) -> None:
    with tenant_scope(acme):
        specimens = Specimens("specimenname")
        person(acme, "Zoe")
        row = specimens.of(model) if model._meta.app_label != "axes" else None
        for other in (AccessProfile, DirectoryGroup):
            specimens.of(other)
    if row is None:
        return
    browser = console if site is admin.site else platform
    url = reverse(
        f"{site.name}:{model._meta.app_label}_{model._meta.model_name}_delete", args=[row.pk]
    )

    with CaptureQueriesContext(connection) as statements:
        answer = browser.get(url)

    assert len(statements) < MOST_STATEMENTS
    assert "deleted-objects" not in answer.content.decode()


def test_a_product_that_is_sold_is_passed_over_with_the_reason(
    acme: Tenant, platform: Client
) -> None:
    product = Product.objects.create(key="crm", name="CRM")
    free = Product.objects.create(key="wiki", name="Wiki")
    with tenant_scope(acme):
        Subscription.objects.create(product=product, seats=3)
    url = "/platform/licenses/product/"

    asked = text_of(ask(platform, url, "delete_selected", [product.pk, free.pk]))
    told = text_of(do(platform, url, "delete_selected", [product.pk, free.pk]))

    for page in (asked, told):
        assert "It is sold: a subscription has it." in page
    assert "Delete (1)" in asked
    assert [each.key for each in Product.objects.all()] == ["crm"]


class TestAnOldQuestion:
    """What was asked is not what would be deleted any more."""

    URL = "/console/accounts/user/"

    @pytest.fixture
    def licence(self, acme: Tenant) -> Subscription:
        product = Product.objects.create(key="crm", name="CRM")
        with tenant_scope(acme):
            return Subscription.objects.create(product=product, seats=1)

    def test_somebody_who_got_a_licence_meanwhile_stays(
        self, acme: Tenant, console: Client, bob: User, licence: Subscription
    ) -> None:
        url = f"{self.URL}{bob.pk}/delete/"
        old = what_is_sent(console.get(url).content.decode(), "post")
        with tenant_scope(acme):
            assign_seat(subscription=licence, user=bob)

        answer = text_of(console.post(url, old, follow=True))

        assert "has changed since" in answer
        assert "CRM" in answer
        with tenant_scope(acme):
            assert User.objects.filter(pk=bob.pk).exists()
        assert submit(console, url, field="post").status_code == 302
        with tenant_scope(acme):
            assert not User.objects.filter(pk=bob.pk).exists()

    def test_somebody_who_came_into_the_list_meanwhile_stays(
        self, acme: Tenant, console: Client, bob: User
    ) -> None:
        chosen = {
            "action": "delete_selected",
            "index": "0",
            "select_across": "1",
            "_selected_action": str(bob.pk),
        }
        old = confirmed(console, self.URL, chosen)
        person(acme, "Carol")

        answer = text_of(console.post(self.URL, old))

        assert "others are selected now than this page showed" in answer
        assert "Delete 3 of this list?" in answer
        with tenant_scope(acme):
            assert User.objects.count() == 3
