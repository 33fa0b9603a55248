"""What the audit trail says of access reviews."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from access_reviews.models import AccessReview
from accounts.trail.labels import register_labels, register_words
from accounts.trail.search import register_searched
from accounts.trail.sentences import register_sentences


def register() -> None:
    """Bring the words in, once, when the applications are ready."""
    register_sentences(
        {
            "review.started": _("%(who)s started the access review %(what)s"),
            "review.lines_made": _("The access review %(what)s runs: reviewers decide its lines"),
            "review.lines_decided": _("%(who)s decided lines of the access review %(what)s"),
            "review.lines_passed_on": _(
                "%(who)s gave lines of a reviewer who left to others in the access review %(what)s"
            ),
            "review.reminded": _("%(who)s reminded the reviewers of the access review %(what)s"),
            "review.decision_refused": _(
                "%(who)s could not decide lines of the access review %(what)s"
            ),
            "review.refused": _("%(who)s could not change the access review %(what)s"),
            "review.ended": _("%(who)s ended the access review %(what)s"),
            "review.cancelled": _("%(who)s cancelled the access review %(what)s"),
            "review.carried_out": _("What the access review %(what)s decided was carried out"),
            "review.carried_out_later": _(
                "What the access review %(what)s decided was carried out for somebody who is back"
            ),
            "review.undo_begun": _("%(who)s had the access review %(what)s undone"),
            "review.undone": _("What the access review %(what)s took was given back"),
        }
    )
    register_labels(
        {
            "given_back": _("Given back"),
            "last_day": _("Last day"),
            "lines": _("Lines"),
            "not_given_back": _("Not given back"),
            "not_revoked": _("Left as they are"),
            "revoked": _("Revoked"),
            "things": _("About"),
            "to_keep": _("To be kept"),
            "to_revoke": _("To be revoked"),
            "undecided": _("Lines nobody decides"),
        }
    )
    register_words("undecided", dict(AccessReview.Undecided.choices))
    register_searched("access_reviews.AccessReview", "name")
