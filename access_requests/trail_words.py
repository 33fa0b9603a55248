"""What the audit trail says of requests; its entries are about the person who asked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from access_requests.models import AccessRequest
from accounts.trail.labels import register_labels, register_words
from accounts.trail.sentences import register_sentences


def register() -> None:
    """Bring the words in, once, when the applications are ready."""
    register_sentences(
        {
            "access_request.asked": _("%(what)s asked for %(thing)s"),
            "access_request.end_changed": _(
                "%(who)s changed until when %(what)s is granted %(thing)s"
            ),
            "access_request.end_mail_sent": _(
                "%(who)s told %(what)s by mail when %(thing)s is taken back"
            ),
            "access_request.ended": _("The time for which %(what)s was granted %(thing)s is over"),
            "access_request.granted": _("%(who)s granted %(what)s what they asked for: %(thing)s"),
            "access_request.lapsed": _("The request of %(what)s for %(thing)s lapsed"),
            "access_request.refused": _("%(who)s could not decide what %(what)s asks for"),
            "access_request.turned_down": _("%(who)s did not grant %(what)s %(thing)s"),
            "access_request.withdrawn": _("%(what)s does not want %(thing)s any more"),
        }
    )
    register_labels(
        {
            "ending": _("What the end found"),
            "thing": _("Asked for"),
            "until": _("Until"),
        }
    )
    register_words("ending", dict(AccessRequest.Ending.choices))
