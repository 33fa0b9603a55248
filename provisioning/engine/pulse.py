"""The pulse of a worker: what the feed has brought, and what is due, becomes jobs.

It looks at the database several times in two seconds, so that no request has to tell anybody what
it has changed, and nothing that is due waits for a message that was lost.
"""

from __future__ import annotations

from accounts.models import Plan
from accounts.tenancy.scoping import tenant_id_scope
from provisioning.engine.draining import is_here, queue_performing
from provisioning.engine.following import queue_following
from provisioning.storage.pulses import applications_behind, applications_due


def beat() -> None:
    """Queue what has to be followed and what has to be done; each once while it waits."""
    for place in applications_behind(plan=Plan.ENTERPRISE):
        with tenant_id_scope(place.tenant_id):
            queue_following(place.application_id)
    for place in applications_due(plan=Plan.ENTERPRISE):
        if is_here(place.application_id):
            continue
        with tenant_id_scope(place.tenant_id):
            queue_performing(place.application_id)
