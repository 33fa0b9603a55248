"""A credential that no key of this worker opens: nothing can be sent, and somebody has to know."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from provisioning.engine.quarantine import quarantine_application
from provisioning.models import IN_FLIGHT, Follower, Operation

if TYPE_CHECKING:
    from provisioning.models import Application

LOG = logging.getLogger(__name__)

_AGAIN: Final = timedelta(minutes=5)
AN_HOUR: Final = timedelta(hours=1)
"""So long the others may have a key that this worker lacks, while servers are replaced."""


def rest_or_quarantine(application: Application) -> None:
    """Try an application later whose credential cannot be read; tell its admins after an hour."""
    now = timezone.now()
    LOG.warning("No key opens the credential of the application %s.", application.pk)
    Follower.objects.filter(application=application).update(rests_until=now + _AGAIN)
    waiting = Operation.objects.filter(application=application, state__in=IN_FLIGHT)
    if waiting.filter(next_try__lt=now - AN_HOUR).exists():
        reason = _("Its credential cannot be read any more. Enter it anew.")
        quarantine_application(application=application, reason=reason)
