"""What happens when a subscription ends, in words that pages and mails have in common."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def what_the_end_brings(*, used: int, waiting: int) -> list[str]:
    """Return what follows from the day after the last one, a sentence each.

    Args:
        used: The seats that are held now.
        waiting: The people who wait for one now.
    """
    lines = [_("From the day after, nobody is given a seat any more, by hand or by group.")]
    if used:
        text = ngettext(
            "The %(n)s person who holds a seat keeps it. Who gives it back cannot get it again.",
            "The %(n)s people who hold a seat keep it. Who gives theirs back cannot get it again.",
            used,
        )
        lines.append(text % {"n": used})
    if waiting:
        text = ngettext(
            "The %(n)s person who waits for a seat gets none that is given back.",
            "The %(n)s people who wait for a seat get none that is given back.",
            waiting,
        )
        lines.append(text % {"n": waiting})
    lines.append(
        _("Should it go on, have the operator of Gatehouse change its last day before then.")
    )
    return lines
