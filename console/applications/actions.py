"""Buttons of an application: pause, go on, try again, lift a quarantine, decide held removals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.errors import AccountError
from accounts.posted_forms.submissions import SEEN_OTHERWISE, is_as_seen
from console.applications.frame import ApplicationFrame
from console.applications.overview import about_standing, standing
from console.base.access import Access
from provisioning.engine.deciding import (
    allow_refused_removals,
    allow_removals,
    held_anew,
    refuse_removals,
)
from provisioning.engine.retrying import lift_quarantine, retry_stuck
from provisioning.models import Application
from provisioning.services.applications import pause_application, resume_application

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from console.applications.frame import View


class Button(NamedTuple):
    """What a button does: the right that it needs, the service, and what is said afterwards."""

    right: Access
    do: Callable[[Application], Any]
    said: Callable[[Any], str]


def _paused(application: Application) -> None:
    pause_application(application=application, reason="")


def _sent_again(count: int) -> str:
    text = ngettext("%(n)s is tried again.", "%(n)s are tried again.", count)
    return text % {"n": count}


class Allowed(NamedTuple):
    """How many removals are sent, and how many would be others by now and wait anew."""

    sent: int
    anew: int


def _allow(application: Application) -> Allowed:
    sent = allow_removals(application=application)
    return Allowed(sent, held_anew(application=application))


def _allow_refused(application: Application) -> Allowed:
    sent = allow_refused_removals(application=application)
    return Allowed(sent, held_anew(application=application))


def _allowed(done: Allowed) -> str:
    text = ngettext("%(n)s removal is sent.", "%(n)s removals are sent.", done.sent)
    said = text % {"n": done.sent}
    if not done.anew:
        return said
    other = ngettext(
        "%(n)s would be another one by now: look at it again.",
        "%(n)s would be others by now: look at them again.",
        done.anew,
    )
    return f"{said} {other % {'n': done.anew}}"


def _refused(count: int) -> str:
    text = ngettext(
        "%(n)s removal is not sent: it stays as it is there.",
        "%(n)s removals are not sent: they stay as they are there.",
        count,
    )
    return text % {"n": count}


BUTTONS = {
    "pause": Button(
        Access.PAUSE, _paused, lambda _done: _("Paused. What changes meanwhile waits.")
    ),
    "resume": Button(
        Access.PAUSE,
        lambda application: resume_application(application=application),
        lambda _done: _("It goes on. What waited is on its way."),
    ),
    "retry": Button(
        Access.TRY, lambda application: retry_stuck(application=application), _sent_again
    ),
    "lift": Button(
        Access.TRY,
        lambda application: lift_quarantine(application=application),
        lambda _done: _("The quarantine is lifted. If it fails again, it comes back."),
    ),
    "allow_removals": Button(Access.CHANGE, _allow, _allowed),
    "allow_refused_removals": Button(Access.CHANGE, _allow_refused, _allowed),
    "refuse_removals": Button(
        Access.CHANGE, lambda application: refuse_removals(application=application), _refused
    ),
}
"""By the end of the name of the route."""


class ActionPages(ApplicationFrame):
    """Does what the buttons of an application say, once for each time its page was seen."""

    def action_views(self) -> dict[str, View]:
        """Return what is posted to, by the name of its route."""
        return {name: require_POST(partial(self._press, name)) for name in BUTTONS}

    def _press(self, name: str, request: HttpRequest, application: Application) -> HttpResponse:
        button = BUTTONS[name]
        self.require(request, button.right)
        back = self.url_of("held" if "removals" in name else "change", application.pk)
        try:
            with transaction.atomic():
                held = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
                if not is_as_seen(about_standing(held), request.POST, standing(held)):
                    self.message_user(request, str(SEEN_OTHERWISE), messages.ERROR)
                    return redirect(back)
                said = button.said(button.do(held))
        except AccountError as refusal:
            self.note_refusal(request, refusal, str(application.pk))
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(back)
        self.message_user(request, said, messages.SUCCESS)
        return redirect(back)
