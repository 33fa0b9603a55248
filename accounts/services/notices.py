"""Mail to the system admins of a tenant about what they should know at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.services.mails import send_letter_to
from accounts.tenancy.scoping import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.letters import Letter
    from accounts.models import Tenant

contacts: Final[list[Callable[[], str]]] = []
"""Each returns an address that the active tenant named for warnings, or nothing.

A layer in which a tenant names one adds to it when it starts.
"""


def notify_admins(*, tenant: Tenant, letter: Letter) -> None:
    """Have every active system admin of ``tenant`` mailed, if the transaction is committed.

    The letter is told whose it is, and why they get it.
    """
    why = _("You get this because you are a system admin of %(company)s. All of you get it.")
    addressed = replace(
        letter, tenant_id=tenant.pk, company=tenant.name, why=why % {"company": tenant.name}
    ).as_json()
    with tenant_scope(tenant):
        for address in _addresses_of_admins(tenant):
            send_letter_to.defer(letter=addressed, address=address)


def addresses_for_warnings(*, tenant: Tenant) -> list[str]:
    """Return who is warned of what will happen: whom the tenant named, else all system admins."""
    with tenant_scope(tenant):
        named = [address for find in contacts if (address := find())]
    return named or _addresses_of_admins(tenant)


def _addresses_of_admins(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant):
        return [admin.mail_address for admin in User.objects.filter(role=Role.ADMIN, active=True)]
