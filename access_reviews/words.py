"""What pages and files say of a line of a review: why it is held, what is suggested, what came."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access_reviews.models import AccessReview, ReviewLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from access_reviews.services.figures import Figures

MARKS: Final = {
    ReviewLine.Suggestion.KEEP: "good",
    ReviewLine.Suggestion.LOOK: "warn",
    ReviewLine.Suggestion.REVOKE: "bad",
}
BADGES: Final = {
    AccessReview.State.MAKING: "busy",
    AccessReview.State.RUNNING: "busy",
    AccessReview.State.APPLYING: "busy",
    AccessReview.State.APPLIED: "good",
    AccessReview.State.CANCELLED: "off",
    AccessReview.State.UNDOING: "busy",
    AccessReview.State.UNDONE: "off",
}
_OF_DAYS: Final = {
    "used": gettext_lazy("signed in last on %(day)s"),
    "role": gettext_lazy("another role since %(day)s"),
    "department": gettext_lazy("another department since %(day)s"),
}
_PLAIN: Final = {
    "inactive": gettext_lazy("deactivated"),
    "never": gettext_lazy("never signed in"),
    "new": gettext_lazy("new, and has not signed in yet"),
}


def why(line: ReviewLine) -> str:
    """Return why somebody holds what a line is about, and since when if that is known."""
    if line.why == ReviewLine.Why.GROUP:
        text = _("By the group %(name)s") % {"name": line.through or "–"}
    elif line.why == ReviewLine.Why.SOURCE:
        text = _("By the identity provider %(name)s") % {"name": line.through or "–"}
    else:
        text = _("By hand")
    if line.since is None:
        return text
    day = date_format(timezone.localtime(line.since), "DATE_FORMAT")
    return _("%(why)s, since %(day)s") % {"why": text, "day": day}


def reasons(line: ReviewLine) -> str:
    """Return the reasons of a suggestion, in one line."""
    return ", ".join(_reason(*each) for each in line.reasons)


def verdict(review: AccessReview, line: ReviewLine) -> str:
    """Return what was decided of a line, or becomes of it without a decision."""
    if line.decision:
        return str(line.get_decision_display())
    if review.state in {AccessReview.State.MAKING, AccessReview.State.RUNNING}:
        return _("Not decided yet")
    if review.state == AccessReview.State.CANCELLED:
        return _("Not decided")
    if review.undecided == AccessReview.Undecided.REVOKE:
        return _("Revoke, as nobody decided")
    return _("Keep, as nobody decided")


def bar(figures: Figures) -> dict[str, str]:
    """Return how wide the parts of a bar of decisions are, in percent."""
    if not figures.lines:
        return {"keep": "0", "revoke": "0"}
    return {
        "keep": f"{100 * figures.keep / figures.lines:.2f}",
        "revoke": f"{100 * figures.revoke / figures.lines:.2f}",
    }


def result(line: ReviewLine) -> tuple[str, str, Sequence[str]]:
    """Return what became of a line: a badge's kind, its words, and what is to be said of it."""
    if line.restored:
        kind = "good" if line.restored == ReviewLine.Restored.GIVEN else "warn"
        return kind, str(line.get_restored_display()), _said(line.restored_reason)
    if line.outcome == ReviewLine.Outcome.REVOKED:
        back = _("May come back: an identity provider gave it.") if line.may_come_back else ""
        return "bad", str(line.get_outcome_display()), _said(back)
    if line.outcome:
        return "warn", str(line.get_outcome_display()), _said(line.outcome_reason)
    return "", "", ()


def _said(text: str) -> Sequence[str]:
    return (text,) if text else ()


def _reason(word: str, value: Any = None) -> str:
    if word == "idle":
        days = int(value)
        text = ngettext("not signed in for %(n)s day", "not signed in for %(n)s days", days)
        return text % {"n": days}
    if word in _OF_DAYS:
        day = date_format(datetime.date.fromisoformat(str(value)), "DATE_FORMAT")
        return str(_OF_DAYS[word]) % {"day": day}
    return str(_PLAIN.get(word, word))
