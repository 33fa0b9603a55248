"""The lists and pages of a company of 3,000 people with the worst names."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import DirectoryGroup, User
from accounts.tenancy.scoping import tenant_scope
from tests.conftest import signed_in
from tests.support.worst_names import LARGE_GROUP, PEOPLE, fill

if TYPE_CHECKING:
    from accounts.models import Tenant

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]


def test_every_list_and_its_newest_row_are_shown_whatever_people_are_called(
    acme: Tenant, alice: User
) -> None:
    fill(acme)
    with tenant_scope(acme):
        assert User.objects.count() >= PEOPLE
        members = [each.members.count() for each in DirectoryGroup.objects.all()]
    assert max(members) == LARGE_GROUP
    browser = signed_in(alice)

    refused = []
    for model in admin.site._registry:
        name = f"console:{model._meta.app_label}_{model._meta.model_name}"
        addresses = [reverse(f"{name}_changelist")]
        with tenant_scope(acme):
            newest = model._default_manager.order_by("pk").last()
        if newest is not None:
            addresses.append(reverse(f"{name}_change", args=[newest.pk]))
        for address in addresses:
            answer = browser.get(address)
            page = answer.content.decode()
            if answer.status_code != HTTPStatus.OK or "<script>alert" in page:
                refused.append((address, answer.status_code))

    assert refused == []
