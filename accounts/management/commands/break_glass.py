"""``manage.py break_glass``: a way in for a system admin whom SAML has locked out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from typing_extensions import override

from accounts.commands import OperatorCommand, add_tenant, tenant_called
from accounts.models import Role, Tenant, User
from accounts.signing_in.break_glass import make_break_glass_link
from accounts.signing_in.links import BREAK_GLASS_LIFETIME
from accounts.storage.finding import meaning
from accounts.tenancy.scoping import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser

_SECONDS_PER_MINUTE = 60


class Command(OperatorCommand):
    help = (
        "Print a URL that signs a system admin in once within 15 minutes, although SAML is "
        "enforced or set up wrongly. It is recorded in the tenant's audit trail, and the "
        "tenant's system admins are told by mail."
    )

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        parser.add_argument(
            "--admin-email", required=True, help="Address of an active system admin of the tenant."
        )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        tenant = tenant_called(options["slug"])
        with tenant_scope(tenant):
            admin = _person(tenant, options["admin_email"])
            url = make_break_glass_link(admin=admin)
        minutes = int(BREAK_GLASS_LIFETIME.total_seconds() // _SECONDS_PER_MINUTE)
        return {
            "tenant": tenant.slug,
            "admin_email": admin.mail_address,
            "url": url,
            "expires_in_minutes": minutes,
        }


def _person(tenant: Tenant, address: str) -> User:
    people = list(User.objects.filter(meaning(address.strip())))
    # Of two people with one address, the admin is meant.
    found = sorted(people, key=lambda user: not user.is_admin)
    if found:
        return found[0]
    admins = User.objects.filter(role=Role.ADMIN, active=True).values_list("user_name", flat=True)
    raise CommandError(
        _("%(tenant)s has nobody with the address “%(address)s”. Its active admins: %(admins)s.")
        % {"tenant": tenant.slug, "address": address, "admins": ", ".join(admins[:10])}
    )
