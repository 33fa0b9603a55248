"""``manage.py create_tenant``: a tenant with its first system admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from typing_extensions import override

from accounts.addresses import CONSOLE
from accounts.commands import OperatorCommand
from accounts.models import OneTimeLink, Plan, Tenant, User
from accounts.services.tenants import create_first_admin, create_tenant
from accounts.signing_in.links import make_link
from accounts.tenancy.scoping import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(OperatorCommand):
    help = (
        "Create a tenant and its first system admin. Without --admin-password an invitation URL "
        "is printed, with which the admin chooses a password; it works once, for seven days."
    )

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "slug",
            metavar="SLUG",
            help="Short name in URLs: lower-case letters, digits, hyphens; it cannot be changed.",
        )
        parser.add_argument("--name", required=True, help="The customer's name.")
        parser.add_argument(
            "--plan",
            choices=Plan.values,
            default=Plan.ENTERPRISE.value,
            help="What the customer has bought; SAML and SCIM need %(default)s, the default.",
        )
        parser.add_argument(
            "--admin-email", required=True, help="Address and user name of the first system admin."
        )
        parser.add_argument(
            "--admin-password",
            default="",
            help="At least 12 characters; without it an invitation URL is printed.",
        )

    @override
    def answer(self, **options: Any) -> Mapping[str, Any]:
        email, password = options["admin_email"].strip(), options["admin_password"]
        _check_name_and_address(options["slug"], options["name"], email)
        if password:
            tenant = Tenant(slug=options["slug"], name=options["name"].strip())
            validate_password(password, User(tenant=tenant, user_name=email, email=email))
        with transaction.atomic():
            tenant = create_tenant(
                slug=options["slug"], name=options["name"].strip(), plan=Plan(options["plan"])
            )
            admin = create_first_admin(tenant=tenant, email=email, password=password)
            answer = {
                "tenant": tenant.slug,
                "admin_email": admin.email,
                "console_url": CONSOLE.url(),
            }
            if not password:
                with tenant_scope(tenant):
                    answer["invitation_url"] = make_link(
                        user=admin, purpose=OneTimeLink.Purpose.INVITATION
                    )
        return answer


def _check_name_and_address(slug: str, name: str, email: str) -> None:
    if Tenant.objects.filter(slug=slug).exists():
        raise CommandError(
            _("The slug “%(slug)s” is taken by another tenant. Choose another one.")
            % {"slug": slug}
        )
    if not name.strip():
        raise CommandError(_("--name must not be empty: give the customer's name."))
    try:
        validate_email(email)
    except ValidationError as error:
        raise CommandError(
            _("--admin-email “%(email)s” is no e-mail address. Use one like admin@acme.example.")
            % {"email": email}
        ) from error
