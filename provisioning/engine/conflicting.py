"""Asking somebody whose an account at a target is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from provisioning.engine.asking import Next
from provisioning.engine.bounds import bounded
from provisioning.engine.ending import cancel
from provisioning.engine.rows import lock_planning
from provisioning.models import Conflict
from provisioning.protocol.answers import id_of
from scim.log.redaction import without_secret_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provisioning.engine.asking import Work
    from provisioning.engine.looking import View

MOST_CANDIDATES = 20


@transaction.atomic
def open_conflict(
    work: Work,
    view: View,
    why: Conflict.Why,
    found: Sequence[Mapping[str, Any]],
    *,
    says: str = "",
) -> Next:
    """Keep a conflict of an object, which nothing more is sent of until it is decided."""
    assert view.desired is not None  # noqa: S101 - what conflicts is wanted
    lock_planning(work.session.application)
    values = {
        "name": view.name,
        "why": why,
        "says": says,
        "candidates": [_kept(each) for each in found[:MOST_CANDIDATES]],
        "ours": dict(view.desired.resource),
        "state": Conflict.State.OPEN,
        "created": timezone.now(),
        "resolved": None,
    }
    Conflict.objects.exclude(state=Conflict.State.LINKED).update_or_create(
        application=work.session.application,
        kind=view.kind,
        object_id=view.object_id,
        defaults=values,
    )
    cancel(work, reason=str(why.label))
    return Next.ENDED


def _kept(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return an account as a conflict keeps it, with its id as erasing looks for it."""
    return bounded({**without_secret_values(resource), "id": id_of(resource)})
