"""Lists find what somebody typed, whatever accents it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.db import models

from accounts.groups.groups import GroupFields, create_group
from accounts.services.users import UserFields, create_user
from accounts.tenancy.scoping import tenant_scope
from console.base.sites import platform_site

if TYPE_CHECKING:
    from django.test import Client, RequestFactory

    from accounts.models import Tenant

ADMINS = [*admin.site._registry.values(), *platform_site._registry.values()]


@pytest.mark.parametrize("model_admin", ADMINS, ids=repr)
def test_every_searched_text_is_searched_in_every_spelling(
    model_admin: admin.ModelAdmin[models.Model], rf: RequestFactory
) -> None:
    for path in model_admin.get_search_fields(rf.get("/")):
        name, _, lookup = path.rpartition("__")
        if lookup == "finds":
            continue
        field = get_fields_from_path(model_admin.model, path)[-1]
        assert not isinstance(field, models.CharField | models.TextField), (path, name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("omer", "Ömer Çelik"),
        ("celik", "Ömer Çelik"),
        ("ÖMER", "Ömer Çelik"),
        ("strauss", "Johann Strauß"),
        ("lodz", "Firma Łódź"),
        ("ｏｍｅｒ", "Ömer Çelik"),  # noqa: RUF001 - full width
        ("100%", "100% Ömer"),
    ],
)
def test_people_and_groups_are_found(acme: Tenant, console: Client, typed: str, name: str) -> None:
    with tenant_scope(acme):
        create_user(values=UserFields(user_name="found@ex.example", display_name=name))
        create_user(values=UserFields(user_name="other@ex.example", display_name="Somebody"))
        create_group(values=GroupFields(display_name=f"Group {name}"))

    people = console.get("/console/accounts/user/", {"q": typed}).content.decode()
    groups = console.get("/console/accounts/directorygroup/", {"q": typed}).content.decode()

    assert "found@ex.example" in people
    assert "other@ex.example" not in people
    assert name in groups
