"""Whether a worker does what requests leave for later."""

from __future__ import annotations

from django.db import Error
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.jobs.state import engine_state
from operations.installation.findings import Finding, advice, good, wrong

_NAME = "worker"


def of_jobs() -> Finding:
    """Return whether workers run and keep up."""
    try:
        state = engine_state()
    except Error:
        return wrong(_NAME, _("The jobs were not looked at."), _("Mend the database first."))
    waits = ngettext(
        "%(count)d job has waited for more than five minutes.",
        "%(count)d jobs have waited for more than five minutes.",
        state.overdue,
    ) % {"count": state.overdue}
    if not state.workers:
        start = _("Start “manage.py worker”; with systemd, the unit gatehouse-worker.service.")
        if state.overdue:
            return wrong(_NAME, f"{_('No worker runs: no mail is sent.')} {waits}", start)
        return advice(_NAME, _("No worker runs: mail and daily work would wait."), start)
    if state.overdue:
        return advice(_NAME, waits, _("Run another worker, and look at the page Jobs."))
    running = ngettext("%(count)d worker runs.", "%(count)d workers run.", state.workers)
    return good(_NAME, running % {"count": state.workers})
