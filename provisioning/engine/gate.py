"""Whether anything may be sent to an application now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import Plan
from provisioning.models import Run

if TYPE_CHECKING:
    from accounts.models import Tenant
    from provisioning.models import Application
    from provisioning.storage.claims import Gate


class NotNowError(Exception):
    """Nothing may be sent now; what was to be sent waits, and costs no attempt."""


class StoppedError(Exception):
    """The run was stopped; nothing more of it is sent."""


class ClaimLostError(Exception):
    """Another worker has taken the operation up: this one writes nothing more."""


def includes_provisioning(tenant: Tenant) -> bool:
    """Tell whether the tenant's plan has provisioning."""
    return tenant.includes_saml_and_scim


def why_nothing_is_sent(application: Application) -> str:
    """Return why nothing is sent to the application, for an admin to read; nothing if it is."""
    if not includes_provisioning(application.tenant):
        return _("Your plan does not include provisioning.")
    if application.first_plan_sent_at is None:
        return _("No plan was sent yet. Make one, look at it and send it.")
    if application.is_paused:
        return _("The application is paused.")
    if application.quarantined_at is not None:
        return _("The application is in quarantine: %(reason)s") % {
            "reason": application.quarantine_reason
        }
    return ""


def require_open(gate: Gate | None, *, base_url: str) -> None:
    """Let another request to the target at ``base_url`` pass, as things stand at this moment.

    Raises:
        ClaimLostError: The operation is another worker's.
        StoppedError: Its run was stopped.
        NotNowError: The application sends nothing, or to another address.
    """
    if gate is None:
        raise ClaimLostError
    if gate.run_state == Run.State.STOPPED:
        raise StoppedError
    is_closed = gate.is_paused or gate.is_quarantined or not gate.is_open
    has_moved = gate.base_url != base_url
    if is_closed or has_moved or gate.plan != Plan.ENTERPRISE:
        raise NotNowError
