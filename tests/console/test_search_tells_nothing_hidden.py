"""What a search compares with what somebody typed is shown to them, so that no search is an oracle.

Lists, columns and roles are read from the registry, so that a new one is tried unasked.
"""

from __future__ import annotations

import html
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.contrib import admin
from django.db import DatabaseError, models, transaction
from django.urls import reverse

from accounts.models import DirectoryGroup, Role, User
from accounts.models.compared_names import ComparedNameField
from accounts.tenancy.scoping import tenant_scope
from console.base.access import Access, access_of
from console.base.exports import ExportedModelAdmin
from console.base.members_page import MembersPageAdmin
from console.people.columns import COLUMNS
from tests.architecture.specimens import Specimens
from tests.conftest import person, signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from accounts.models import Tenant

OF_A_NAME: Final = {"given_name", "family_name"}
"""Columns of people that are shown unless a display name stands in their place."""
ROLES: Final = [role for role in Role if role != Role.MEMBER]
SEARCHED: Final = [each for each in admin.site._registry.values() if each.search_fields]
WITH_MEMBERS: Final = [
    each for each in admin.site._registry.values() if isinstance(each, MembersPageAdmin)
]


def texts_of(row: models.Model) -> Iterator[tuple[str, str]]:
    """Give each text of ``row`` a value of its own, and yield the column and that value."""
    for field in row._meta.concrete_fields:
        if not isinstance(field, models.CharField | models.TextField):
            continue
        if isinstance(field, ComparedNameField) or field.generated or field.choices:
            continue
        value = f"zq{field.name.replace('_', '')}"[: field.max_length]
        try:
            with transaction.atomic():
                setattr(row, field.name, value)
                row.save(update_fields=[field.name, *_compared_with(row, field.name)])
        except DatabaseError:  # The product itself makes what stands there.
            row.refresh_from_db()
        else:
            yield field.name, value


def _compared_with(row: models.Model, name: str) -> list[str]:
    return [each.name for each in row._meta.concrete_fields if each.name == f"{name}_ci"]


def shown(browser: Client, url: str, **asked: str) -> str:
    answer: Any = browser.get(url, asked)
    content = b"".join(answer) if answer.streaming else answer.content
    return html.unescape(content.decode()) if answer.status_code == HTTPStatus.OK else ""


def of_list(model_admin: Any, page: str, *args: object) -> str:
    meta = model_admin.opts
    return reverse(f"console:{meta.app_label}_{meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model_admin", SEARCHED, ids=repr)
def test_a_list_finds_by_what_it_shows(model_admin: Any, acme: Tenant) -> None:
    people = {role: person(acme, role.value, role) for role in ROLES}
    with tenant_scope(acme):
        if model_admin.model is User:
            person(acme, "Zoe")  # The newest person is the specimen of them.
        row = Specimens("Specimen").of(model_admin.model)
        texts = dict(texts_of(row))
    found: set[str] = set()
    for user in people.values():
        if Access.VIEW not in access_of(user, model_admin.opts.label_lower):
            continue
        browser = signed_in(user)
        columns = [name for name, each in COLUMNS.items() if access_of(user, each.page)]
        asked = {"columns": ",".join(columns)} if model_admin.model is User else {}
        pages = shown(browser, of_list(model_admin, "changelist"), **asked)
        of_row = of_list(model_admin, "change", row.pk)
        pages += shown(browser, of_row)
        if isinstance(model_admin, ExportedModelAdmin):
            pages += shown(browser, of_list(model_admin, "export"))
        for name, value in texts.items():
            hits = shown(browser, of_list(model_admin, "changelist"), q=value)
            if of_row in hits:
                found.add(name)
                assert value in pages, (user.role, name)
            box = shown(browser, reverse("console:search"), q=value, box="")
            assert value in pages or of_row not in box, (user.role, name)

    assert found, "Nothing is found in this list at all."


@pytest.mark.parametrize("model_admin", WITH_MEMBERS, ids=repr)
def test_members_are_found_by_what_their_page_shows(model_admin: Any, acme: Tenant) -> None:
    people = {role: person(acme, role.value, role) for role in ROLES}
    zoe = person(acme, "Zoe")
    with tenant_scope(acme):
        specimens = Specimens("Specimen")
        row: Any = specimens.of(model_admin.model)
        if model_admin.model is DirectoryGroup:
            row.members.create(user=zoe)
        else:
            row.memberships.create(user=zoe)
        texts = dict(texts_of(zoe))
    found: set[str] = set()
    for user in people.values():
        if Access.VIEW not in access_of(user, model_admin.opts.label_lower):
            continue
        browser = signed_in(user)
        url = of_list(model_admin, "members", row.pk)
        page = shown(browser, url)
        assert zoe.user_name in page
        for name, value in texts.items():
            if zoe.user_name in shown(browser, url, q=value):
                found.add(name)
                assert value in page or name in OF_A_NAME, (user.role, name)

    assert {"user_name", "display_name"} <= found
