"""Sending nothing more to an application that refuses us, and telling its admins once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from accounts.services.notices import notify_admins
from accounts.trail import audit
from provisioning.engine.letters import quarantine_letter
from provisioning.services.changing import hold

if TYPE_CHECKING:
    from provisioning.models import Application


@transaction.atomic
def quarantine_application(*, application: Application, reason: str) -> None:
    """Put an application into quarantine, unless it is; its admins are mailed once."""
    found = hold(application)
    if found.quarantined_at is not None:
        return
    found.quarantined_at = timezone.now()
    found.quarantine_reason = reason
    found.save(update_fields=["quarantined_at", "quarantine_reason"])
    audit.record("application.quarantined", found, reason=reason)
    notify_admins(tenant=found.tenant, letter=quarantine_letter(found))
