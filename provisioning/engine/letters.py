"""What admins are mailed about applications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.letters import Action, Letter
from provisioning.addresses import APPLICATION, CONNECTION

if TYPE_CHECKING:
    from provisioning.models import Application


def quarantine_letter(application: Application) -> Letter:
    """Return the letter that an application takes nothing from us any more."""
    names = {"application": application.name, "reason": application.quarantine_reason}
    return Letter(
        subject=_("Nothing is sent to %(application)s any more") % names,
        says=(
            _("%(application)s refuses us: %(reason)s") % names,
            _(
                "What has to be done there waits. Enter another token or mend the address, test "
                "the connection, and let it go on."
            ),
        ),
        action=Action(_("Open its connection"), CONNECTION.url(application.pk)),
    )


def kept_letter(application: Application, *, name: str, reason: str) -> Letter:
    """Return the letter that somebody who leaves keeps their access to an application."""
    names = {"application": application.name, "person": name or _("Somebody"), "reason": reason}
    return Letter(
        subject=_("%(person)s keeps access to %(application)s") % names,
        says=(
            _(
                "%(person)s is to leave %(application)s, which refuses to deactivate or delete the "
                "account: %(reason)s"
            )
            % names,
            _(
                "It is tried again each day, and you get no other mail about it. Take the access "
                "away there, or mend what is refused, and it comes to an end by itself."
            ),
        ),
        action=Action(_("Open the application"), APPLICATION.url(application.pk)),
    )
