"""Mails to system admins about a change that is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.addresses import PageAbove
from accounts.letters import Action, Letter

if TYPE_CHECKING:
    from accounts.models import HeldChange

HELD_CHANGE: Final = PageAbove("a held change, by its key")


def held_letter(change: HeldChange) -> Letter:
    """Return what tells that a source took away more than it may, and that this waits."""
    words = {"source": change.source_name}
    return Letter(
        subject=_("%(source)s takes away more people than usual: please look") % words,
        says=(
            _(
                "%(source)s has taken seats from more people within an hour, or deleted more, than "
                "you allow. They cannot sign in any more, as the source wanted it. What would "
                "follow is held: seats stay reserved, and applications are told nothing."
            )
            % words,
            _("It is never carried out by itself: look at who it is, and decide."),
        ),
        action=_to_the_page(change),
        then=(_("Whatever else the source takes away until then joins it."),),
    )


def reminder_letter(change: HeldChange, *, people: int) -> Letter:
    """Return what tells, day by day, that a change is held still."""
    words = {
        "source": change.source_name,
        "n": people,
        "since": date_format(localtime(change.opened), "SHORT_DATETIME_FORMAT"),
    }
    subject = ngettext(
        "%(source)s: a change of %(n)s person waits for you",
        "%(source)s: a change of %(n)s people waits for you",
        people,
    )
    return Letter(
        subject=subject % words,
        says=(
            _("Since %(since)s it is held what follows from what %(source)s took away.") % words,
            _("It is never carried out by itself: look at who it is, and decide."),
        ),
        action=_to_the_page(change),
    )


def _to_the_page(change: HeldChange) -> Action:
    return Action(_("Look at the held change"), HELD_CHANGE.url(change.pk))
