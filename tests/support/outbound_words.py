"""What an admin does with the application of a tenant, *acme* if none is named, from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse

from accounts.groups.groups import GroupFields, create_group
from accounts.models import DirectoryGroup, Plan, Role, Tenant, User
from accounts.services.tenants import create_tenant
from accounts.services.user_sets import create_users
from accounts.services.users import UserFields, create_user
from accounts.tenancy.scoping import tenant_scope
from provisioning.engine.runs import make_plan, send_plan, start_full_run
from provisioning.models import Application, Run
from tests.provisioning.engine.applications import make_application
from tests.support.members import add_group_members, remove_group_members

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

ACME: Final = "acme"


def connect(base_url: str, count: str, slug: str = ACME) -> dict[str, Any]:
    """Make the tenant, so many people, a group of all of them, and an application for it."""
    tenant = create_tenant(slug=slug, name=slug.title(), plan=Plan.ENTERPRISE)
    with tenant_scope(tenant):
        many = [UserFields(user_name=f"p{number}@{slug}.example") for number in range(int(count))]
        create_users(many=many)
        ids = list(User.objects.values_list("pk", flat=True))
        group = create_group(values=GroupFields(display_name="Staff"), member_ids=ids)
        made = make_application(base_url, group)
    return {"application": made.pk}


def aim(base_url: str, password: str, *slugs: str) -> dict[str, Any]:
    """Make tenants with an admin and an application each; the addresses of its pages by tenant."""
    pages = {}
    for slug in slugs:
        tenant = create_tenant(slug=slug, name=slug.title(), plan=Plan.ENTERPRISE)
        admin = f"admin@{slug}.example"
        with tenant_scope(tenant):
            values = UserFields(user_name=admin, email=admin)
            create_user(values=values, role=Role.ADMIN, password=password)
            made = make_application(base_url)
        pages[slug] = {
            name: reverse(f"console:provisioning_application_{name}", args=[made.pk])
            for name in ("connection", "test")
        }
    return pages


def plan(slug: str = ACME) -> dict[str, Any]:
    """Have a plan made."""
    with _tenant(slug):
        return {"run": str(make_plan(application=Application.objects.get()).pk)}


def send(slug: str = ACME) -> dict[str, Any]:
    """Send the latest plan."""
    with _tenant(slug):
        send_plan(run=Run.objects.latest("pk"))
    return {}


def join(name: str) -> dict[str, Any]:
    """Have a new person in the group."""
    with _tenant(ACME):
        user = create_user(values=UserFields(user_name=f"{name}@acme.example"))
        add_group_members(group=DirectoryGroup.objects.get(), member_ids=[user.pk])
    return {"user": str(user.pk)}


def leave(count: str) -> dict[str, Any]:
    """Take the first people out of the group."""
    with _tenant(ACME):
        names = [f"p{number}@{ACME}.example" for number in range(int(count))]
        ids = list(User.objects.filter(user_name__in=names).values_list("pk", flat=True))
        remove_group_members(group=DirectoryGroup.objects.get(), member_ids=ids)
    return {"left": len(ids)}


def compare() -> dict[str, Any]:
    """Have everything compared with the target."""
    with _tenant(ACME):
        return {"run": str(start_full_run(application=Application.objects.get()).pk)}


def _tenant(slug: str) -> AbstractContextManager[None]:
    return tenant_scope(Tenant.objects.get(slug=slug))


WORDS: Final[Mapping[str, Callable[..., dict[str, Any]]]] = {
    "connect": connect,
    "aim": aim,
    "plan": plan,
    "send": send,
    "join": join,
    "leave": leave,
    "compare": compare,
}
