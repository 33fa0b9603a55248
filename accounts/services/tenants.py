"""Setting tenants up."""

from __future__ import annotations

from django.db import transaction

from accounts.models import AccessProfile, Plan, Role, Tenant, User
from accounts.services.users import UserFields, create_user
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from accounts.trail.changes import changes

DEFAULT_PROFILE_NAME = "Everybody"


@transaction.atomic
def create_tenant(*, slug: str, name: str, plan: Plan) -> Tenant:
    """Create a tenant with its default access profile.

    Raises:
        django.core.exceptions.ValidationError: The slug is malformed or taken.
    """
    tenant = Tenant(slug=slug, name=name, plan=plan)
    tenant.full_clean()
    tenant.save()
    with tenant_scope(tenant):
        AccessProfile.objects.create(name=DEFAULT_PROFILE_NAME, is_default=True)
        audit.record("tenant.created", tenant, plan=plan)
    return tenant


@transaction.atomic
def create_first_admin(*, tenant: Tenant, email: str, password: str) -> User:
    """Create a system admin of ``tenant``; without a password they need an invitation.

    They are called "System Admin" until somebody says otherwise: a SCIM client may count on
    everybody having a name.
    """
    with tenant_scope(tenant):
        return create_user(
            values=UserFields(
                user_name=email,
                email=email,
                given_name="System",
                family_name="Admin",
                display_name="System Admin",
                attributes={"emails": [{"value": email, "type": "work", "primary": True}]},
            ),
            role=Role.ADMIN,
            password=password,
        )


@transaction.atomic
def update_tenant(*, tenant: Tenant, name: str, plan: Plan, trail_days: int | None) -> None:
    """Rename ``tenant``, move it to another plan, or keep its audit trail for longer or shorter.

    On a plan without SAML and SCIM neither works; their settings are kept for the day the
    tenant comes back.
    """
    stored = Tenant.objects.select_for_update().get(pk=tenant.pk)
    wanted = {"name": name, "plan": plan, "trail_days": trail_days}
    found = changes({field: getattr(stored, field) for field in wanted}, wanted)
    if not found:
        return
    stored.name, stored.plan, stored.trail_days = name, plan, trail_days
    stored.save(update_fields=list(wanted))
    with tenant_scope(stored):
        audit.record("tenant.updated", stored, **found)
