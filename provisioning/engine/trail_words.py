"""What the audit trail says of what is sent to applications."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.trail.labels import register_labels, register_words
from accounts.trail.sentences import register_sentences


def register() -> None:
    """Bring the words in, once, when the applications are ready."""
    register_sentences(
        {
            "application.conflict_resolved": _("%(who)s decided a conflict at %(what)s"),
            "application.exchange_revealed": _(
                "%(who)s looked at what was said to %(what)s, unmasked"
            ),
            "application.person_provisioned": _("%(who)s provisioned one person to %(what)s"),
            "application.plan_made": _("%(who)s had a plan made for %(what)s"),
            "application.plan_sent": _("%(who)s sent a plan to %(what)s"),
            "application.put_back": _("%(who)s put back what was changed at %(what)s"),
            "application.quarantine_lifted": _("%(who)s let %(what)s go on"),
            "application.quarantined": _("%(who)s put %(what)s into quarantine: %(reason)s"),
            "application.removals_allowed": _("%(who)s allowed the removals held at %(what)s"),
            "application.removals_held": _("%(who)s held removals at %(what)s"),
            "application.removals_refused": _("%(who)s refused the removals held at %(what)s"),
            "application.retried": _("%(who)s had %(what)s tried again"),
            "application.run_started": _("%(who)s started a full run of %(what)s"),
            "application.stuck_mail_sent": _("%(who)s told the admins what is stuck at %(what)s"),
            "application.run_stopped": _("%(who)s stopped a run of %(what)s"),
        }
    )
    register_labels(
        {
            "choice": _("Decision"),
            "held": _("Held"),
            "object_id": _("Id here"),
            "objects": _("Tried again"),
            "operation": _("Operation"),
            "operations": _("Operations"),
            "person": _("Person"),
            "plan_hash": _("Digest of the plan"),
            "remote_id": _("Id there"),
            "removals": _("Removals"),
        }
    )
    register_words(
        "choice",
        {
            "link": _("Link the account that was found"),
            "create": _("Create another account"),
            "ignore": _("Leave them out"),
        },
    )
