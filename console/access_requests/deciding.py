"""From what the form of a request says to the service that does it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from access_requests.deciding import change_end, grant_request, refuse_request
from access_requests.errors import RequestError
from access_requests.models import AccessRequest
from accounts.posted_forms.shown import Fact, page_of
from console.access_requests.decision_form import DecisionForm, EndForm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import User
    from accounts.posted_forms.shown import Page

BUTTON: Final = "decide"
"""The name of the buttons of the form; their values are those of :class:`Choice`."""


class Choice(StrEnum):
    """What is done about a request."""

    GRANT = "grant"
    REFUSE = "refuse"
    CHANGE = "change"


def form_of(request: AccessRequest, data: Any = None) -> EndForm:
    """Return the form for a request: of one that does not wait any more, the end alone."""
    form = DecisionForm if request.is_open else EndForm
    return form(data, request=request)


def page_shown(request: AccessRequest) -> Page:
    """Return what the page of a request shows of what others may change meanwhile."""
    facts = {"state": Fact(_("State"), str(request.get_state_display()))}
    return page_of(form_of(request), facts=facts)


def decide(request: AccessRequest, decider: User, pressed: str, values: Mapping[str, Any]) -> str:
    """Do what the button says that was ``pressed``; return what happened, as a sentence.

    Raises:
        AccountError, LicenseError: It is refused (:mod:`access_requests.deciding`), or no button
            was pressed.
    """
    said = {"person": request.user, "thing": request.thing}
    until, answer = values.get("until"), values.get("answer", "")
    if pressed == Choice.GRANT:
        grant_request(request=request, decider=decider, until=until, answer=answer)
        return _("%(person)s has %(thing)s, and gets a mail.") % said
    if pressed == Choice.REFUSE:
        refuse_request(request=request, decider=decider, answer=answer)
        return _("%(person)s does not get %(thing)s, and is told why by mail.") % said
    if pressed != Choice.CHANGE:
        raise RequestError(_("Choose whether it is granted or refused. Nothing was changed."))
    change_end(request=request, decider=decider, until=until)
    return _("The end is changed. %(person)s gets a mail.") % said
