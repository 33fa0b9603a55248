"""The access table of the console: what it allows is open, everything else is refused."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.console.access import ACCESS, Access, access_of
from accounts.console.pages import registered_pages
from accounts.models import DirectoryGroup, Role, User
from accounts.scoping import tenant_scope
from accounts.services.groups import GroupFields, create_group
from tests.conftest import person, signed_in

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

MODELS = {
    model._meta.label_lower: model_admin for model, model_admin in admin.site._registry.items()
}
PAGES = {page.name: page for page in registered_pages()}


OPEN = {
    HTTPStatus.OK,
    HTTPStatus.FOUND,
    HTTPStatus.NOT_FOUND,  # The sample values of the route name nothing.
    HTTPStatus.METHOD_NOT_ALLOWED,
}


def sample(value: re.Match[str]) -> str:
    """Return something that a converter of a route accepts."""
    return {"int": "1", "uuid": "00000000-0000-7000-8000-000000000000"}.get(value[1] or "", "x")


def test_every_page_of_the_console_is_in_the_table() -> None:
    assert {*MODELS, *(page.access_key for page in PAGES.values())} <= ACCESS.keys()


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("label", sorted(MODELS))
def test_lists_open_for_the_roles_of_the_table(acme: Tenant, label: str, role: Role) -> None:
    browser = signed_in(person(acme, "Pat", role))
    allowed = ACCESS[label].get(role, Access.NONE)
    base = f"console:{label.replace('.', '_')}"

    listed = browser.get(reverse(f"{base}_changelist")).status_code
    adding = browser.get(reverse(f"{base}_add")).status_code

    assert listed == (HTTPStatus.OK if allowed >= Access.VIEW else HTTPStatus.FORBIDDEN)
    if allowed < Access.CHANGE:
        assert adding == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", sorted(PAGES))
def test_pages_open_for_the_roles_of_the_table(acme: Tenant, name: str, role: Role) -> None:
    browser = signed_in(person(acme, "Pat", role))
    allowed = ACCESS[PAGES[name].access_key].get(role, Access.NONE)
    url = "/console/" + re.sub(r"<(?:(\w+):)?\w+>", sample, PAGES[name].route)

    looked = browser.get(url).status_code
    changed = browser.post(url).status_code

    if allowed < Access.VIEW:
        assert looked == HTTPStatus.FORBIDDEN
    else:
        assert looked in OPEN
    if allowed < Access.CHANGE:
        assert changed == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.MEMBER, HTTPStatus.FORBIDDEN),
        (Role.EDITOR, HTTPStatus.FORBIDDEN),
        (Role.CHANGE_REQUEST_MANAGER, HTTPStatus.FORBIDDEN),
        (Role.ACCESS_REVIEW_MANAGER, HTTPStatus.OK),
        (Role.CONNECTOR_ADMIN, HTTPStatus.OK),
        (Role.ADMIN, HTTPStatus.OK),
    ],
)
def test_who_may_enter(acme: Tenant, role: Role, status: HTTPStatus) -> None:
    response = signed_in(person(acme, "Pat", role)).get("/console/")

    assert response.status_code == status
    if status == HTTPStatus.FORBIDDEN:
        assert "/account/" in response.content.decode()


def test_nobody_is_sent_to_the_admins_own_sign_in(client: Client, db: None) -> None:
    for path in ("/console/", "/console/login/", "/platform/accounts/tenant/"):
        response = client.get(path)

        assert response.status_code == HTTPStatus.FOUND
        assert response["Location"].startswith("/sign-in/?next=")


def test_an_operator_is_shown_the_way_to_the_platform(platform: Client) -> None:
    response = platform.get("/console/")

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert "/platform/" in response.content.decode()


def test_a_tenants_admin_has_no_platform(console: Client) -> None:
    response = console.get("/platform/accounts/tenant/")

    assert response.status_code == HTTPStatus.FORBIDDEN


def test_an_access_review_manager_looks_and_cannot_change(acme: Tenant, bob: User) -> None:
    browser = signed_in(person(acme, "Rita", Role.ACCESS_REVIEW_MANAGER))
    url = f"/console/accounts/user/{bob.pk}/"

    assert "bob@acme.example" in browser.get(f"{url}change/").content.decode()
    assert browser.post(f"{url}change/", {"role": "admin"}).status_code == HTTPStatus.FORBIDDEN
    assert browser.post(f"{url}deactivate/").status_code == HTTPStatus.FORBIDDEN
    assert browser.post(f"{url}delete/", {"post": "yes"}).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("role", [Role.ACCESS_REVIEW_MANAGER, Role.CONNECTOR_ADMIN])
def test_nobody_below_an_admin_makes_an_admin(acme: Tenant, role: Role) -> None:
    climber = person(acme, "Pat", role)
    with tenant_scope(acme):
        group = create_group(values=GroupFields(display_name="T"), member_ids=[climber.pk])
    browser = signed_in(climber)
    new = {"user_name": "eve@acme.example", "email": "eve@acme.example", "role": "admin"}
    attempts = {
        f"/console/accounts/user/{climber.pk}/change/": {"role": "admin"},
        f"/console/accounts/user/{climber.pk}/invite/": {},
        "/console/accounts/user/add/": {**new, "invite": "on"},
        f"/console/accounts/directorygroup/{group.pk}/change/": {"mapped_role": "admin"},
        "/console/accounts/directorygroup/add/": {"display_name": "X", "mapped_role": "admin"},
        "/console/accounts/emaildomain/add/": {"domain": "acme.example"},
        "/console/security/saml-scim/": {"enable_scim": "on"},
    }
    for path, data in attempts.items():
        assert browser.post(path, data).status_code in {403, 404}, path

    with tenant_scope(acme):
        assert not User.objects.filter(role=Role.ADMIN).exists()
        assert not DirectoryGroup.objects.exclude(mapped_role="").exists()


def test_an_inactive_person_may_do_nothing(acme: Tenant) -> None:
    user = User(tenant=acme, role=Role.ADMIN, active=False)

    assert {access_of(user, page) for page in ACCESS} == {Access.NONE}
