"""Mail to the system admins of a tenant about what they should know at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from accounts.mail import mail
from accounts.models import Role, User
from accounts.tenancy.scoping import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import Tenant

contacts: Final[list[Callable[[], str]]] = []
"""Each returns an address that the active tenant named for warnings, or nothing.

A layer in which a tenant names one adds to it when it starts.
"""


def notify_admins(*, tenant: Tenant, subject: str, body: str) -> None:
    """Mail every active system admin of ``tenant`` once the transaction has been committed.

    A mail that cannot be sent is logged and keeps no other from its way.
    """
    addresses = _addresses_of_admins(tenant)
    transaction.on_commit(lambda: _send(subject, body, addresses))


def addresses_for_warnings(*, tenant: Tenant) -> list[str]:
    """Return who is warned of what will happen: whom the tenant named, else all system admins."""
    with tenant_scope(tenant):
        named = [address for find in contacts if (address := find())]
    return named or _addresses_of_admins(tenant)


def _addresses_of_admins(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant):
        return [admin.mail_address for admin in User.objects.filter(role=Role.ADMIN, active=True)]


def _send(subject: str, body: str, addresses: list[str]) -> None:
    for address in addresses:
        mail(subject=subject, body=body, address=address)
