"""One letter, or one number, more than a field of an application takes: refused, nothing changed.

The forms are read from their pages, so that a new field is tried unasked.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.apps import apps
from django.urls import reverse

from accounts.models import DirectoryGroup
from accounts.tenancy.scoping import tenant_scope
from provisioning.models import Application, ApplicationRole, Import, ImportRow
from provisioning.services.applications import create_application
from provisioning.services.roles import RoleFields, create_application_role
from tests.support.html_forms import lxml_html, text_of, what_is_sent

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

_TYPED: Final = frozenset({"text", "password", "url", "email", "search", "number", ""})
_NUMBER: Final = 2_147_483_648
"""One more than a column of numbers takes."""
_NOT_STORED: Final = frozenset({"for"})
"""Whom a preview is about: looked up, and nobody if it is too long."""
_ENOUGH: Final = 200_000
"""Letters that no field without a bound of its own takes."""


@pytest.fixture
def planner(acme: Tenant) -> Application:
    with tenant_scope(acme):
        return create_application(catalogue_key="generic", name="Planner")


@pytest.fixture
def pages(acme: Tenant, planner: Application) -> dict[str, tuple[str, str]]:
    """By name: where a form is, and a field by which it is found."""
    with tenant_scope(acme):
        role = create_application_role(
            application=planner, fields=RoleFields(key="k", name="N", permissions=["p"])
        )
        batch = Import.objects.create(application=planner, kind="User", state=Import.State.READ)
        row = ImportRow.objects.create(
            batch=batch,
            application=planner,
            kind="User",
            remote_id="r1",
            name="Dan",
            bucket=ImportRow.Bucket.ORPHAN,
        )

    def of_application(name: str) -> str:
        return reverse(f"console:provisioning_application_{name}", args=[planner.pk])

    add = reverse("console:provisioning_applicationrole_add")
    change = reverse("console:provisioning_applicationrole_change", args=[role.pk])
    return {
        "add": (f"{reverse('console:provisioning_application_add')}?entry=generic", "name"),
        **{
            name: (of_application(name), "version")
            for name in (
                *("settings", "connection", "user_mapping", "group_mapping"),
                *("scope", "switches", "leaving", "import_rule"),
            )
        },
        "role add": (f"{add}?of={planner.pk}", "key"),
        "role": (change, "key"),
        "found": (reverse("console:provisioning_importrow_change", args=[row.pk]), "version"),
    }


PAGES: Final = (
    *("add", "settings", "connection", "user_mapping", "group_mapping", "scope", "switches"),
    *("leaving", "import_rule", "role add", "role", "found"),
)


def too_long(page: str, field: str) -> dict[str, str]:
    """Return, for each text and number of the form with a field, what is one too many."""
    form = next(
        each
        for each in lxml_html.fromstring(page).forms
        if each.get("method", "get").lower() == "post"
        and each.xpath(".//*[@name=$name]", name=field)
    )
    found: dict[str, str] = {}
    for element in form.xpath(".//input[@name and not(@disabled)] | .//textarea[@name]"):
        name, kind = element.get("name"), element.get("type", "")
        if name in _NOT_STORED or (element.tag == "input" and kind not in _TYPED):
            continue
        if kind == "number":
            found[name] = str(int(element.get("max", _NUMBER - 1)) + 1)
        else:
            found[name] = "x" * (int(element.get("maxlength", _ENOUGH)) + 1)
    return found


def everything(tenant: Tenant) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of provisioning, with the groups of the tenant."""
    models: list[Any] = [*apps.get_app_config("provisioning").get_models(), DirectoryGroup]
    with tenant_scope(tenant):
        return {
            model.__name__: list(model._default_manager.order_by("pk").values()) for model in models
        }


@pytest.mark.parametrize("name", PAGES)
def test_one_too_many_is_refused_with_words_and_changes_nothing(
    acme: Tenant, console: Client, pages: dict[str, tuple[str, str]], name: str
) -> None:
    url, field = pages[name]
    page = console.get(url).content.decode()
    sent, tried = what_is_sent(page, field), too_long(page, field)
    before = everything(acme)

    for typed, value in tried.items():
        answer = console.post(url, {**sent, typed: value, **_chosen(name, typed)})

        assert answer.status_code == HTTPStatus.OK, (typed, answer.headers.get("Location"))
        shown = text_of(answer)
        assert 'aria-invalid="true"' in shown or "errorlist" in shown, typed
        assert everything(acme) == before, typed
    if name not in {"switches", "import_rule"}:
        assert tried


def _chosen(name: str, typed: str) -> dict[str, str]:
    """Return what has to be chosen besides, so that the field is read at all."""
    return {"choice": "link"} if (name, typed) == ("found", "somebody") else {}


def test_a_key_of_a_permission_is_as_long_as_its_column_takes(
    acme: Tenant, planner: Application, console: Client, pages: dict[str, tuple[str, str]]
) -> None:
    url, field = pages["role"]
    sent = what_is_sent(console.get(url).content.decode(), field)

    refused = console.post(url, {**sent, "permission_lines": "p\n" + "x" * 201})
    assert "A key has at most 200 characters; one of these has 201." in text_of(refused)
    taken = console.post(url, {**sent, "permission_lines": "x" * 200})
    assert taken.status_code == HTTPStatus.FOUND
    with tenant_scope(acme):
        role = ApplicationRole.objects.get()
        assert list(role.permissions.values_list("key", flat=True)) == ["x" * 200]
