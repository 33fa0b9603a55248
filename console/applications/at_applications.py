"""How one person stands at the applications: a panel on their page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from console.base.access import Access, access_of
from console.base.moments import told
from console.base.seen import seen_applications
from provisioning.engine.state import state_at_applications
from provisioning.models import Application

if TYPE_CHECKING:
    from django.http import HttpRequest

    from provisioning.engine.state import AtApplication

_STATES: Final = {
    "in_step": ("good", _("In step")),
    "waiting": ("busy", _("Waiting")),
    "failed": ("bad", _("Failed")),
    "quarantined": ("bad", _("Quarantined")),
    "held": ("warn", _("Removal held")),
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


def at_applications(request: HttpRequest, person: User) -> list[dict[str, Any]]:
    """Return a line for each application that has ``person``, or should, and that is seen.

    Nothing for who may not see applications.
    """
    assert isinstance(request.user, User)  # noqa: S101 - the site let them in
    access = access_of(request.user, Application._meta.label_lower)
    if Access.VIEW not in access:
        return []
    seen = set(seen_applications(request).values_list("pk", flat=True))
    return [
        _line(each, person, may_try=Access.TRY in access)
        for each in state_at_applications(person)
        if each.application.pk in seen
    ]


def _line(each: AtApplication, person: User, *, may_try: bool) -> dict[str, Any]:
    kind, text = _STATES[each.state]
    one = reverse("console:provisioning_application_one_person", args=[each.application.pk])
    return {
        "name": each.application.name,
        "url": reverse("console:provisioning_application_change", args=[each.application.pk]),
        "kind": kind,
        "state": text,
        "account": each.remote_id,
        "reason": each.reason,
        "says": _SAYS.get(each.state, ""),
        "at": told(each.last.ended or each.last.created) if each.last else "",
        "log_url": reverse("console:provisioning_operation_change", args=[each.last.pk])
        if each.last
        else "",
        "one_url": f"{one}?{urlencode({'person': person.user_name})}" if may_try else "",
    }
