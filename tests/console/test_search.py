"""Lists find what somebody typed, whatever accents it was given."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest
from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.db import models
from hypothesis import assume, given
from hypothesis import strategies as st

from accounts.groups.groups import GroupFields, create_group
from accounts.models import Role, User
from accounts.services.users import UserFields, create_user
from accounts.storable import is_storable
from accounts.storage.folding import folded
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
    request = rf.get("/")
    request.user = User(role=Role.ADMIN, tenant_id=1)  # Who may search for everything.
    for path in model_admin.get_search_fields(request):
        name, _, lookup = path.rpartition("__")
        if lookup == "finds":
            continue
        if lookup == "exact":  # What a machine calls somebody has one spelling.
            assert name.endswith(("external_id", "object_id"))
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
        ("muller", "Jürgen Müller"),
        ("mu\u0308ller", "Jürgen Müller"),
        ("Müller", "Jürgen Mu\u0308ller"),
        ("łódź", "Firma Lodz"),
        ("isik", "I\u015f\u0131k Y\u0131lmaz"),
        ("\u0131\u015f\u0131k", "ISIK YILMAZ"),
        ("İSTANBUL", "istanbul ofisi"),
        ("nguyen", "Nguyễn Thị Minh Khai"),
        ("ليلى", "ليلى بنت عبد الرحمن"),
        ("çe", "Ömer Çelik"),
        ("50%", "50% _ Ömer"),
        ("_", "50% _ Ömer"),
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


def test_somebody_is_found_by_their_external_id_as_it_is(acme: Tenant, console: Client) -> None:
    with tenant_scope(acme):
        create_user(values=UserFields(user_name="found@ex.example", external_id="E-4711"))
        create_user(values=UserFields(user_name="other@ex.example", external_id="E-4712"))

    found = console.get("/console/accounts/user/", {"q": "E-4711"}).content.decode()
    both = console.get("/console/accounts/user/", {"q": "E-4711 found"}).content.decode()
    part = console.get("/console/accounts/user/", {"q": "E-471"}).content.decode()

    assert "found@ex.example" in found
    assert "found@ex.example" in both
    assert "other@ex.example" not in found
    assert "found@ex.example" not in part


def test_one_or_two_letters_find_where_words_begin(acme: Tenant, console: Client) -> None:
    with tenant_scope(acme):
        create_user(values=UserFields(user_name="a1@ex.example", display_name="Zoë Zqu"))
        create_user(values=UserFields(user_name="a2@ex.example", display_name="Bizzq"))

    found = console.get("/console/accounts/user/", {"q": "ZQ"}).content.decode()

    assert "a1@ex.example" in found
    assert "a2@ex.example" not in found


@given(st.text(min_size=1, max_size=40))
@pytest.mark.django_db
def test_every_spelling_of_a_text_is_folded_alike(text: str) -> None:
    assume(is_storable(text))
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    once, *others = folded([text, *forms])
    assert set(others) == {once}
    assert folded([once]) == [once]
