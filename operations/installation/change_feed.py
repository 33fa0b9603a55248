"""Whether what was changed can be read soon by whoever follows the feed of changes."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import Error
from django.utils.translation import gettext as _

from accounts.storage.changes import lag, latest_position
from accounts.tenancy.unscoped import every_tenant
from operations.installation.findings import Finding, good, wrong

_NAME: Final = "change_feed"


def of_change_feed() -> Finding:
    """Return how far the feed of changes has come; it is wrong when one transaction holds it up.

    No request of ours writes for longer than an answer may take, so what holds the feed up for
    longer is somebody else's, of any database of the server.
    """
    try:
        with every_tenant():
            behind, position = lag(), latest_position()
    except Error:
        says = _("The feed of changes was not looked at.")
        return wrong(_NAME, says, _("Mend the database first."))
    if behind.seconds > settings.BOUNDS.long_answer_seconds:
        says = _(
            "The feed of changes is held up: %(entries)s entries, the oldest of them written "
            "%(seconds)s seconds ago, wait for a transaction that began before them and has not "
            "ended."
        )
        return wrong(
            _NAME,
            says % {"entries": behind.entries, "seconds": round(behind.seconds)},
            _(
                "End it if nobody needs it; it may be in another database of this server. "
                "SELECT pid, datname, application_name, xact_start FROM pg_stat_activity WHERE "
                "backend_xid IS NOT NULL ORDER BY xact_start; and SELECT * FROM pg_prepared_xacts; "
                "show it, to a superuser."
            ),
        )
    says = _(
        "The feed of changes is %(seconds)s seconds behind; its latest position is %(position)s."
    )
    return good(_NAME, says % {"seconds": round(behind.seconds), "position": position})
