"""Let somebody deactivate many people, or undo that.

``python -m tests.support.begin_action NUMBER``, or ``… undo``.

Made in a process of its own, on the database of workers that do it.
"""

import sys
from uuid import uuid4

import django


def main() -> None:
    """Begin what the arguments say."""
    django.setup()
    if sys.argv[1] == "undo":
        undo()
    else:
        deactivate(int(sys.argv[1]))


def undo() -> None:
    """Begin to undo, in the admin's name, what was done to those people."""
    from accounts.models import ActionLine, ActionResult, Tenant, User  # noqa: PLC0415
    from accounts.services.action_results import what_can_be_undone  # noqa: PLC0415
    from accounts.services.undoing import begin_undo  # noqa: PLC0415
    from accounts.tenancy.scoping import tenant_scope  # noqa: PLC0415
    from accounts.trail import audit  # noqa: PLC0415
    from console.base.doing import do_to_many  # noqa: PLC0415

    with tenant_scope(Tenant.objects.get()), audit.acting_as("alice"):
        of = ActionResult.objects.get()
        lines = [
            ActionLine(row=line.row, name=line.name, person=line.person, choice=line.kept)
            for line in what_can_be_undone(of).order_by("number")
        ]
        result = ActionResult(
            undoes=of.pk, site=of.site, about=of.about, action=of.action, title="y", back=of.back
        )
        alice = User.objects.get(user_name="alice")
        begin_undo(key=uuid4(), maker=alice, result=result, lines=lines, kind=do_to_many)


def deactivate(number: int) -> None:
    """Make a tenant with its admin and so many people, and begin the action in the admin's name."""
    # Models exist only after set-up.
    from accounts.models import ActionLine, ActionResult, Plan, Role  # noqa: PLC0415
    from accounts.services.action_results import begin_action, last_day_to_undo  # noqa: PLC0415
    from accounts.services.tenants import create_tenant  # noqa: PLC0415
    from accounts.services.users import UserFields, create_user  # noqa: PLC0415
    from accounts.tenancy.scoping import tenant_scope  # noqa: PLC0415
    from accounts.trail import audit  # noqa: PLC0415
    from console.base.doing import do_to_many  # noqa: PLC0415

    tenant = create_tenant(slug="acme", name="Acme", plan=Plan.ENTERPRISE)
    with tenant_scope(tenant):
        alice = create_user(values=UserFields(user_name="alice"), role=Role.ADMIN)
        people = [
            create_user(values=UserFields(user_name=f"crowd{each}")) for each in range(number)
        ]
        result = ActionResult(
            site="console", about="accounts.user", action="deactivate", title="x", back="/console/"
        )
        result.undo_until = last_day_to_undo()
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
