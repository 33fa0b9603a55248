"""Applications: made, named, paused, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.trail import audit
from accounts.trail.changes import names
from provisioning.models import Application, ApplicationMapping, Follower, GroupChoice, Leaving
from provisioning.services.assignments import choose_groups, set_assignments
from provisioning.services.changing import change_columns, hold, name_checked
from provisioning.services.first_mappings import first_rows
from provisioning.services.settings import set_leaving, set_switches
from provisioning.services.visibility import list_in_default_profile

if TYPE_CHECKING:
    from collections.abc import Mapping


@transaction.atomic
def create_application(*, catalogue_key: str, name: str) -> Application:
    """Make an application with the mapping of its entry in the catalogue, and no credential.

    The default profile lists it.  Nothing is sent before its first plan was.

    Raises:
        ApplicationNameTakenError: The tenant has an application of this name.
    """
    application = Application(catalogue_key=catalogue_key, name=name.strip())
    with name_checked(application.name):
        application.save(force_insert=True)
    ApplicationMapping.objects.bulk_create(
        ApplicationMapping(
            application=application,
            resource=resource,
            position=position,
            target=row.target,
            how=row.how.value,
            source=row.source,
            lookup=dict(row.lookup),
            default=row.default,
            on_create_only=row.on_create_only,
        )
        for resource, rows in first_rows(catalogue_key).items()
        for position, row in enumerate(rows)
    )
    list_in_default_profile(application)
    audit.record("application.created", application)
    return application


@transaction.atomic
def change_application(*, application: Application, values: Mapping[str, Any]) -> bool:
    """Give it another name, source or log; return whether anything is other than before.

    Args:
        application: The application.
        values: Any of ``name``, ``source``, ``compare_every``, ``keeps_bodies`` and
            ``log_retention_days``.

    Raises:
        ApplicationNameTakenError: The tenant has another application of this name.
    """
    return change_columns(application, "application.updated", values)


@transaction.atomic
def pause_application(*, application: Application, reason: str) -> bool:
    """Let nothing be sent until it goes on; what changes meanwhile waits."""
    values = {"is_paused": True, "paused_reason": reason}
    return change_columns(application, "application.paused", values)


@transaction.atomic
def resume_application(*, application: Application) -> bool:
    """Let it go on with what has waited."""
    values = {"is_paused": False, "paused_reason": ""}
    return change_columns(application, "application.resumed", values)


@transaction.atomic
def empty_application(*, application: Application) -> bool:
    """Let everything leave an application; return whether anything had to be changed for it.

    The people and groups that we made there are deleted, without a limit of how many at once; an
    account that was there before us is deactivated, and such a group loses the members that we put
    in.  It takes what the target takes, and is seen on the page.
    """
    switches = {"delete_users": True, "delete_groups": True, "push_memberships": True}
    switched = set_switches(application=application, switches=switches)
    removal: dict[str, Any] = {"removal_number": None, "removal_percent": None}
    values = {"on_left_scope": Leaving.DELETE, "own_adopted": False, **removal}
    changed = set_leaving(application=application, values=values)
    unchosen = choose_groups(application=application, group_choice=GroupChoice.NONE)
    left = set_assignments(application=application, groups=[], roles=[], profiles=[])
    return switched or changed or unchosen or left


@transaction.atomic
def delete_application(*, application: Application) -> None:
    """Delete an application with its links and its log; whoever is there stays as they are."""
    held = hold(application)
    # Whoever plans for it meanwhile would write rows of what is gone.
    Follower.objects.select_for_update().filter(application=held).first()
    audit.record("application.deleted", held, **names({"name": held.name}))
    held.delete()
