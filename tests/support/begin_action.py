"""Let somebody deactivate many people: ``python -m tests.support.begin_action NUMBER``.

Made in a process of its own, on the database of workers that do it.
"""

import sys
from uuid import uuid4

import django


def main() -> None:
    """Make a tenant with its admin and so many people, and begin the action in the admin's name."""
    django.setup()
    # Models exist only after set-up.
    from accounts.models import ActionLine, ActionResult, Plan, Role  # noqa: PLC0415
    from accounts.services.action_results import begin_action  # noqa: PLC0415
    from accounts.services.tenants import create_tenant  # noqa: PLC0415
    from accounts.services.users import UserFields, create_user  # noqa: PLC0415
    from accounts.tenancy.scoping import tenant_scope  # noqa: PLC0415
    from accounts.trail import audit  # noqa: PLC0415
    from console.base.doing import do_to_many  # noqa: PLC0415

    tenant = create_tenant(slug="acme", name="Acme", plan=Plan.ENTERPRISE)
    with tenant_scope(tenant):
        alice = create_user(values=UserFields(user_name="alice"), role=Role.ADMIN)
        people = [
            create_user(values=UserFields(user_name=f"crowd{number}"))
            for number in range(int(sys.argv[1]))
        ]
        result = ActionResult(
            site="console", about="accounts.user", action="deactivate", title="x", back="/console/"
        )
        with audit.acting_as(alice.user_name):
            begin_action(
                key=uuid4(),
                maker=alice,
                result=result,
                lines=[ActionLine(row=str(each.pk), name=str(each)) for each in people],
                kind=do_to_many,
            )


if __name__ == "__main__":
    main()
