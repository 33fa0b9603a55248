"""What an action on many people has come to at applications: a part of what followed from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ActionLine, User
from console.applications.standing import FAILED, NOW, UNDER_WAY
from console.base.access import Access, access_of
from console.base.doing import work_of
from console.base.followed import Told, elsewhere
from console.base.seen import seen_applications
from provisioning.models import IN_FLIGHT, Application, Operation, OperationState, SignIn
from provisioning.storage.arrived import latest_since

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from accounts.models import ActionResult
    from provisioning.storage.arrived import Arrived

MOST: Final = 5
"""Applications at which something waits, or is stuck, that are told one by one."""
_STUCK: Final[dict[str, StrOrPromise]] = {
    OperationState.HELD: gettext_lazy("Held until somebody allows it"),
    OperationState.REFUSED: gettext_lazy("Stay there, as an admin decided"),
    OperationState.FAILED: gettext_lazy("Failed"),
    OperationState.QUARANTINED: gettext_lazy("Set aside"),
}
_LISTED: Final[dict[str, dict[str, str]]] = {
    OperationState.WAITING: {NOW: UNDER_WAY},
    OperationState.FAILED: {NOW: FAILED},
}
"""What the log is asked by a standing; elsewhere by the state."""


def arrived(request: HttpRequest, result: ActionResult) -> Iterator[Told]:
    """Tell how the people of an action stand at the applications that whoever asks sees.

    It takes three statements.
    """
    user = request.user
    if not work_of(result).is_elsewhere or not isinstance(user, User):
        return
    if Access.VIEW not in access_of(user, Application._meta.label_lower):
        return
    seen = {each.pk: each for each in seen_applications(request)}
    done = result.lines.filter(outcome=ActionLine.Outcome.DONE).exclude(ended=None)
    about = done.exclude(person=None).values_list("person", "ended")
    since = {person: ended for person, ended in about if person and ended}
    found = latest_since(since, application_ids=seen)
    if not found:
        return
    total = sum(each.number for each in found)
    sent = sum(each.number for each in found if each.state == OperationState.DONE)
    numbers = {"sent": f"{sent:,}", "total": f"{total:,}"}
    yield Told(_("Changes sent to applications"), _("%(sent)s of %(total)s") % numbers)
    others = sorted(_of_others(found), key=lambda each: -each.number)
    may_read = Access.VIEW in access_of(user, Operation._meta.label_lower)
    for each in others[:MOST]:
        application = seen[each.application_id]
        url = _listed(each) if may_read else ""
        yield Told(_why(application, each.state), f"{each.number:,}", application.name, url)
    if rest := sum(each.number for each in others[MOST:]):
        yield Told(_("Not sent elsewhere"), f"{rest:,}")


def _of_others(found: list[Arrived]) -> Iterator[Arrived]:
    """Yield what was not sent; what waits is one, however it waits."""
    waiting: dict[int, Arrived] = {}
    for each in found:
        if each.state in IN_FLIGHT:
            before = waiting.get(each.application_id)
            number = each.number + (before.number if before else 0)
            waiting[each.application_id] = each._replace(
                state=OperationState.WAITING, number=number
            )
        elif each.state != OperationState.DONE:
            yield each
    yield from waiting.values()


def _why(application: Application, state: str) -> StrOrPromise:
    """Return what it is that is not sent, before the name of the application."""
    if state in _STUCK:
        return _STUCK[state]
    if application.sign_in == SignIn.BEARER and not application.token:
        return _("Waiting for the token")
    if application.quarantined_at is not None:
        return _("Waiting until it is mended")
    if application.is_paused:
        return _("Waiting while it is paused")
    return _("Waiting to be sent")


def _listed(each: Arrived) -> str:
    """Return the log of the application, with those that stand so now."""
    page = reverse("console:provisioning_operation_changelist")
    asked = _LISTED.get(each.state, {"state__exact": each.state})
    return f"{page}?{urlencode({'application__id__exact': str(each.application_id), **asked})}"


elsewhere.append(arrived)
