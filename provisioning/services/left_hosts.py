"""An application at another host has another target: nothing of the one holds of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.trail import audit
from provisioning.models import (
    IN_FLIGHT,
    Conflict,
    Follower,
    Import,
    Operation,
    OperationState,
    Run,
)
from provisioning.storage.forgetting import forget_links

if TYPE_CHECKING:
    from provisioning.models import Application

_OPEN: Final = (*IN_FLIGHT, OperationState.HELD, OperationState.REFUSED)
_COUNTED: Final = (Import.State.READING, Import.State.READ, Import.State.REPLACED)
_GOING: Final = (Run.State.READING, Run.State.PLANNED, Run.State.SENDING)


@transaction.atomic
def leave_host(*, application: Application) -> None:
    """Forget what is known of an application's target, which it leaves for one at another host.

    An id of the one would name somebody else at the other.  So what waits or is held is cancelled,
    links are forgotten, and so is what was decided about accounts there; what imports have read
    counts no more; nothing is sent before a new first plan was.  Whoever is at the old target stays
    as they are.  The application is held.
    """
    Follower.objects.filter(application=application).update(rests_until=None)  # And held by that.
    left = {"state": OperationState.CANCELLED, "ended": timezone.now(), "claim": None}
    open_ones = Operation.objects.filter(application=application, state__in=_OPEN)
    # One that runs loses its claim, so that its worker writes nothing of the old target any more.
    cancelled = open_ones.update(
        **left, claimed_until=None, again="", last_error=_("The application has left that host.")
    )
    Run.objects.filter(application=application, state__in=_GOING).update(
        state=Run.State.STOPPED,
        why=_("The application has left the host that this was about."),
        ended=timezone.now(),
    )
    Import.objects.filter(application=application, state__in=_COUNTED).update(
        state=Import.State.LEFT,
        why=_("The application has left the host that this was read at."),
        ended=timezone.now(),
    )
    Conflict.objects.filter(application=application).exclude(state=Conflict.State.LINKED).delete()
    links = forget_links(tenant_id=application.tenant_id, application_id=application.pk)
    application.learned = {}
    had_begun = application.first_plan_sent_at is not None
    application.first_plan_sent_at = None
    application.save(update_fields=["learned", "first_plan_sent_at"])
    if had_begun:
        audit.record("application.host_left", application, links=links, cancelled=cancelled)
