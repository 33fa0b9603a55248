"""How many removals may go at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from provisioning.models import Link, Operation, OperationState
from provisioning.planning.thresholds import must_hold
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioning.engine.looking import View
    from provisioning.models import Application

AN_HOUR: Final = timedelta(hours=1)
_COUNTED: Final = (
    OperationState.WAITING,
    OperationState.RUNNING,
    OperationState.UNKNOWN,
    OperationState.DONE,
    OperationState.FAILED,
    OperationState.QUARANTINED,
    OperationState.HELD,
)


def has_limit(application: Application) -> bool:
    """Tell whether removals are held at all."""
    return not (application.removal_number is None and application.removal_percent is None)


def exceeds_limit(application: Application, views: Sequence[View], *, already: int = 0) -> bool:
    """Tell whether so many removals of people, or of groups, are more than one may send."""
    for kind in Kind:
        removals = sum(1 for view in views if view.kind is kind)
        if removals and must_hold(
            removals=removals + already,
            population=Link.objects.filter(
                application=application, kind=kind, state=Link.State.LINKED
            ).count(),
            number=application.removal_number,
            percent=application.removal_percent,
        ):
            return True
    return False


def exceeds_in_an_hour(application: Application, removals: Sequence[View]) -> bool:
    """Tell whether these removals, with those of the last hour, are more than one may send."""
    ids = [view.object_id for view in removals]
    counted = Operation.objects.filter(
        application=application,
        is_removal=True,
        is_allowed=False,
        state__in=_COUNTED,
        created__gt=timezone.now() - AN_HOUR,
    )
    already = counted.exclude(object_id__in=ids).values("kind", "object_id").distinct().count()
    return exceeds_limit(application, removals, already=already)
