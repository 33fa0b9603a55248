"""What the audit trail says of imports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.trail.labels import register_labels, register_words
from accounts.trail.sentences import register_sentences


def register() -> None:
    """Bring the words in, once, when the applications are ready."""
    register_sentences(
        {
            "application.found_decided": _("%(who)s decided about an account found at %(what)s"),
            "application.import_begun": _("%(who)s had %(what)s read for an import"),
            "application.import_rule_changed": _("%(who)s changed what %(what)s is imported by"),
        }
    )
    register_labels(
        {
            "decision": _("Decision"),
            "import_create_people": _("Create people who are only there"),
            "import_every": _("Import by itself"),
            "import_groups": _("Import groups"),
            "import_link_matches": _("Link exact matches"),
            "import_users": _("Import people"),
            "kind": _("Kind"),
        }
    )
    register_words(
        "decision",
        {"linked": _("Linked"), "created": _("Created here"), "ignored": _("Left alone")},
    )
