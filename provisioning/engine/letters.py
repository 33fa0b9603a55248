"""What admins are mailed about applications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.letters import Action, Letter
from provisioning.addresses import APPLICATION, APPLICATIONS, CONNECTION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from provisioning.engine.figures import Tiles
    from provisioning.models import Application

MOST_NAMED: Final = 20
"""So many applications are named in a mail; the others are counted."""


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


def weekly_letter(stuck: Sequence[tuple[Application, Tiles]]) -> Letter:
    """Return the letter that names what waits for somebody, application by application."""
    count = len(stuck)
    subject = ngettext("%(n)s application waits for you", "%(n)s applications wait for you", count)
    said = [
        f"{application.name}: {', '.join(_what_waits(application, numbers))}."
        for application, numbers in stuck[:MOST_NAMED]
    ]
    if count > MOST_NAMED:
        said.append(_("And %(n)s more.") % {"n": count - MOST_NAMED})
    return Letter(
        subject=subject % {"n": count},
        says=tuple(said),
        action=Action(_("Open the applications"), APPLICATIONS.url()),
        then=(_("You are told once a week, for as long as anything waits."),),
    )


def _what_waits(application: Application, numbers: Tiles) -> Iterator[str]:
    if application.quarantined_at is not None:
        yield _("it refuses us, and nothing is sent there")
    counted = (
        (
            numbers.kept,
            ngettext(
                "%(n)s who left keeps access there",
                "%(n)s who left keep access there",
                numbers.kept,
            ),
        ),
        (
            numbers.active_again,
            ngettext(
                "%(n)s who left is active there again",
                "%(n)s who left are active there again",
                numbers.active_again,
            ),
        ),
        (numbers.quarantined, ngettext("%(n)s is stuck", "%(n)s are stuck", numbers.quarantined)),
        (numbers.failed, ngettext("%(n)s failed", "%(n)s failed", numbers.failed)),
        (numbers.held, ngettext("%(n)s removal held", "%(n)s removals held", numbers.held)),
        (numbers.conflicts, ngettext("%(n)s conflict", "%(n)s conflicts", numbers.conflicts)),
        (
            numbers.changed_there,
            ngettext("%(n)s changed there", "%(n)s changed there", numbers.changed_there),
        ),
    )
    for number, words in counted:
        if number:
            yield words % {"n": number}


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
