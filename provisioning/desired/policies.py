"""The switches of an application as planning reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provisioning.planning.objects import Cause, Departure, Drift, Policy

if TYPE_CHECKING:
    from provisioning.models import Application

SWITCHES: Final = (
    *("create_users", "update_users", "delete_users"),
    *("create_groups", "update_groups", "delete_groups"),
    *("push_memberships", "push_roles", "push_permissions"),
)


def policy_of(application: Application) -> Policy:
    """Return what an application may do at its target, and what it does with whoever leaves."""
    return Policy(
        **{name: getattr(application, name) for name in SWITCHES},
        departures={
            Cause.LEFT_SCOPE: Departure(application.on_left_scope),
            Cause.DEACTIVATED: Departure(application.on_deactivated),
            Cause.DELETED: Departure(application.on_deleted),
        },
        own_adopted=application.own_adopted,
        drift=Drift(application.drift),
        drift_of={path: Drift(rule) for path, rule in application.drift_of.items()},
    )
