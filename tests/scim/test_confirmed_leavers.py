"""A source wants somebody inactive whom an admin has deactivated: no undo brings them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import AuditEntry, User
from accounts.services.turned_back import ACTIVITY, CONFIRMED
from accounts.services.users import deactivate_user, reactivate_user
from accounts.tenancy.scoping import tenant_scope
from scim.protocol import urns

if TYPE_CHECKING:
    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

pytestmark = pytest.mark.django_db

BOB = {"schemas": [urns.USER], "userName": "bob@acme.example", "displayName": "Bob"}


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [urns.PATCH_OP], "Operations": list(operations)}


SAYING = {
    "DELETE": ("DELETE", None),
    "POST": ("POST", {**BOB, "active": False}),
    "PUT": ("PUT", {**BOB, "active": False}),
    "PUT with another name": ("PUT", {**BOB, "displayName": "Rob", "active": False}),
    "PATCH": ("PATCH", patch({"op": "replace", "path": "active", "value": False})),
    "PATCH as Entra": ("PATCH", patch({"op": "Replace", "path": "active", "value": "False"})),
    "PATCH without path": ("PATCH", patch({"op": "replace", "value": {"active": False}})),
    "PATCH of more": (
        "PATCH",
        patch(
            {"op": "replace", "path": "title", "value": "Chef"},
            {"op": "replace", "path": "active", "value": False},
        ),
    ),
}
SILENT = {
    "GET": ("GET", None),
    "PUT": ("PUT", BOB),
    "PATCH": ("PATCH", patch({"op": "replace", "path": "title", "value": "Chef"})),
    "PATCH of nothing": ("PATCH", patch({"op": "replace", "path": "displayName", "value": "Bob"})),
}


def turns(acme: Tenant) -> list[str]:
    with tenant_scope(acme):
        entries = AuditEntry.objects.filter(action__in=ACTIVITY).order_by("pk")
        return list(entries.values_list("action", flat=True))


def send(scim: SCIMClient, bob: User, method: str, body: Any) -> None:
    path = "/Users" if method == "POST" else f"/Users/{bob.pk}"
    answer = scim.raw(method, path, body)
    assert answer.status_code < 300, answer.content


@pytest.fixture
def out(acme: Tenant, bob: User) -> User:
    """Bob, whom an admin has deactivated."""
    with tenant_scope(acme):
        deactivate_user(user=bob)
    return bob


@pytest.mark.parametrize("name", SAYING)
def test_is_noted_once(acme: Tenant, scim: SCIMClient, out: User, name: str) -> None:
    for _again in range(2):
        send(scim, out, *SAYING[name])

    assert turns(acme) == ["user.deactivated", CONFIRMED]
    with tenant_scope(acme):
        entry = AuditEntry.objects.get(action=CONFIRMED)
        assert entry.target_id == str(out.pk)
        assert entry.actor.startswith("SCIM: ")
        assert not User.objects.get(pk=out.pk).active


@pytest.mark.parametrize("name", SILENT)
def test_what_says_nothing_of_it_is_none(
    acme: Tenant, scim: SCIMClient, out: User, name: str
) -> None:
    send(scim, out, *SILENT[name])

    assert turns(acme) == ["user.deactivated"]


@pytest.mark.parametrize("name", [name for name in SAYING if name != "POST"])
def test_whom_the_source_has_deactivated_itself_is_no_news(
    acme: Tenant, scim: SCIMClient, bob: User, name: str
) -> None:
    for _again in range(2):
        send(scim, bob, *SAYING[name])

    assert turns(acme) == ["user.deactivated"]


def test_is_news_again_after_somebody_has_deactivated_them_again(
    acme: Tenant, scim: SCIMClient, out: User
) -> None:
    send(scim, out, *SAYING["DELETE"])
    with tenant_scope(acme):
        found = User.objects.get(pk=out.pk)
        reactivate_user(user=found)
        deactivate_user(user=found)

    send(scim, out, *SAYING["PATCH"])

    assert turns(acme)[-2:] == ["user.deactivated", CONFIRMED]
    assert turns(acme).count(CONFIRMED) == 2
