"""How one person stands at the applications: a panel on their page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from console.applications.words import action_label
from console.base.access import Access, access_of
from console.base.moments import told_within
from console.base.seen import seen_applications
from provisioning.engine.state import state_at_applications
from provisioning.models import Application, Operation

if TYPE_CHECKING:
    from django.http import HttpRequest

    from provisioning.engine.state import AtApplication

_STATES: Final = {
    "in_step": ("good", _("In step")),
    "waiting": ("busy", _("Waiting")),
    "failed": ("bad", _("Failed")),
    "quarantined": ("bad", _("Quarantined")),
    "held": ("warn", _("Removal held")),
    "refused": ("", _("Removal refused by an admin")),
    "conflict": ("warn", _("Conflict")),
    "left": ("", _("Left")),
    "kept": ("bad", _("Left here, keeps access there")),
    "active_again": ("bad", _("Left here, active there again")),
}

_SAYS: Final = {
    "kept": _("The application refuses to let them go. It is tried again each day."),
    "active_again": _(
        "Somebody has given them their access back there. It is taken away where the application "
        "overwrites what was changed there; else take it away there."
    ),
}
_OF_WHO_LEFT: Final = {
    "in_step": ("bad", _("Still active there")),
    "waiting": ("busy", _("Removal waits")),
    "failed": ("bad", _("Removal failed")),
    "quarantined": ("bad", _("Removal refused there")),
    "left": ("good", _("Removed there")),
}
"""What a state means for somebody who is deactivated here."""


def at_applications(request: HttpRequest, person: User) -> list[dict[str, Any]]:
    """Return a line for each application that has ``person``, or should, and that is seen."""
    assert isinstance(request.user, User)  # noqa: S101 - the site let them in
    may_try = Access.TRY in access_of(request.user, Application._meta.label_lower)
    may_read = Access.VIEW in access_of(request.user, Operation._meta.label_lower)
    seen = set(seen_applications(request).values_list("pk", flat=True))
    return [
        _line(each, person, may_try=may_try, may_read=may_read)
        for each in state_at_applications(person)
        if each.application.pk in seen
    ]


def _line(each: AtApplication, person: User, *, may_try: bool, may_read: bool) -> dict[str, Any]:
    kind, text = _STATES[each.state]
    if not person.active:
        kind, text = _OF_WHO_LEFT.get(each.state, (kind, text))
    one = reverse("console:provisioning_application_one_person", args=[each.application.pk])
    return {
        "name": each.application.name,
        "url": reverse("console:provisioning_application_change", args=[each.application.pk]),
        "kind": kind,
        "state": text,
        "account": each.remote_id,
        "reason": each.reason,
        "delete_due": each.delete_due,
        "did": action_label(each.last.main_action) if each.last else "",
        "says": _SAYS.get(each.state, ""),
        "at": told_within(each.last.ended or each.last.created) if each.last else "",
        "log_url": reverse("console:provisioning_operation_change", args=[each.last.pk])
        if may_read and each.last
        else "",
        "one_url": f"{one}?{urlencode({'person': person.user_name})}" if may_try else "",
    }
