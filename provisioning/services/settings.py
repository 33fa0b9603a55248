"""Switches of an application, and what it does with whoever leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from provisioning.services.changing import change_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.models import Application

LEAVING: Final = (
    *("on_left_scope", "on_deactivated", "on_deleted", "delete_after_days"),
    *("removal_number", "removal_percent", "adopt", "own_adopted", "drift"),
    "drift_of",
)
"""The columns of :func:`set_leaving`."""


@transaction.atomic
def set_switches(*, application: Application, switches: Mapping[str, bool]) -> bool:
    """Switch what is pushed on and off; return whether any switch is other than before."""
    return change_columns(application, "application.switches_changed", switches)


@transaction.atomic
def set_leaving(*, application: Application, values: Mapping[str, Any]) -> bool:
    """Say what is done with whoever leaves, how many at once, and with what others change there.

    Args:
        application: The application.
        values: Any of :data:`LEAVING`.
    """
    return change_columns(application, "application.leaving_changed", values)
