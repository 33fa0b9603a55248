"""What became of an action on many rows, in the sentence that its page is called by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import ActionLine
from console.base.doing import work_of

if TYPE_CHECKING:
    from accounts.models import ActionResult
    from console.base.many_progress import Progress

_Outcome = ActionLine.Outcome


def sentence_of(result: ActionResult, progress: Progress) -> str:
    """Return *206 of 209 people were deactivated, 3 were not*; its title until it is over.

    Who was passed over was not to be done, and is not counted, unless that is everybody.
    """
    if not progress.is_over:
        return result.title
    counted = {outcome: number for outcome, _label, number in progress.counted}
    done, refused = counted[_Outcome.DONE], counted[_Outcome.REFUSED]
    if not done + refused:
        passed_over = counted[_Outcome.PASSED_OVER]
        text = ngettext(
            "Nothing was done: %(n)s was passed over",
            "Nothing was done: %(n)s were passed over",
            passed_over,
        )
        return text % {"n": passed_over}
    if not refused:
        return work_of(result).became(done, str(done))
    told = _("%(done)s of %(tried)s") % {"done": done, "tried": done + refused}
    became = work_of(result).became(done + refused, told)
    text = ngettext("%(became)s, %(n)s was not", "%(became)s, %(n)s were not", refused)
    return text % {"became": became, "n": refused}
