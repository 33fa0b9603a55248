"""The state of an application in a badge and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.applications.parts import is_set_up

if TYPE_CHECKING:
    from provisioning.engine.troubles import Troubles
    from provisioning.models import Application


@dataclass(frozen=True, slots=True)
class Status:
    """How an application stands: a badge, a sentence, and what is to be done."""

    kind: str
    text: str
    says: str
    todo: str = ""

    @property
    def needs_somebody(self) -> bool:
        """Whether it does not mend itself."""
        return self.kind in {"bad", "warn"}


def status_of(application: Application, numbers: Troubles) -> Status:
    """Return the worst that is to be said of an application."""
    if application.quarantined_at is not None:
        return Status(
            "bad",
            _("Stopped"),
            application.quarantine_reason or _("It is in quarantine."),
            _("Nothing is sent until it is mended."),
        )
    if not is_set_up(application):
        return Status(
            "",
            _("Being set up"),
            _("Nothing has been sent yet."),
            _("Look at a plan and send it; from then on changes go out by themselves."),
        )
    if application.is_paused:
        return Status(
            "", _("Paused"), application.paused_reason or _("It is paused."), _("Changes wait.")
        )
    return _of_numbers(numbers)


def _of_numbers(numbers: Troubles) -> Status:
    with_access = numbers.kept + numbers.active_again
    if with_access:
        text = ngettext("%(n)s keeps access", "%(n)s keep access", with_access)
        return Status(
            "bad",
            text % {"n": with_access},
            _("Who left here has access there still, or again."),
            _("Their pages say why."),
        )
    stuck = numbers.failed + numbers.quarantined
    if stuck:
        text = ngettext("%(n)s stuck", "%(n)s stuck", stuck) % {"n": stuck}
        says = _("The log says why, and what would help.")
        return Status("warn", text, says, _("The rest is in step or on the way."))
    if numbers.held:
        text = ngettext("%(n)s removal held", "%(n)s removals held", numbers.held)
        return Status(
            "warn",
            text % {"n": numbers.held},
            _("They wait until somebody allows or refuses them."),
        )
    if numbers.conflicts:
        text = ngettext("%(n)s conflict", "%(n)s conflicts", numbers.conflicts)
        return Status(
            "warn",
            text % {"n": numbers.conflicts},
            _("Accounts there may be your people's already."),
        )
    if numbers.waiting:
        text = ngettext("%(n)s on the way", "%(n)s on the way", numbers.waiting)
        return Status("busy", text % {"n": numbers.waiting}, _("Nothing needs doing."))
    return Status("good", _("In step"), _("Changes go out within seconds."))
