"""What people are mailed about requests.  Every link opens a page; none decides anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access_requests.addresses import REQUEST, REQUESTS
from access_requests.models import AccessRequest
from accounts.addresses import account_url
from accounts.letters import Action, Letter, whose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import Tenant

MOST_NAMED: Final = 20
"""So many requests are named in a mail; the others are counted."""


def asked_letter(tenant: Tenant, requests: Sequence[AccessRequest]) -> Letter:
    """Return what tells who decides that something was asked for."""
    count, first = len(requests), requests[0]
    words = {"company": tenant.name, "n": count, "who": first.user, "thing": first.thing}
    subject = (
        _("%(who)s asks for %(thing)s")
        if count == 1
        else ngettext("%(n)s request waits for you", "%(n)s requests wait for you", count)
    )
    says = [
        _("%(who)s asks for %(thing)s: %(reason)s")
        % {"who": each.user.name_and_address, "thing": each.thing, "reason": each.reason}
        for each in requests[:MOST_NAMED]
    ]
    if count > MOST_NAMED:
        says.append(_("And %(n)s more.") % {"n": count - MOST_NAMED})
    page = REQUEST.url(first.pk) if count == 1 else REQUESTS.url()
    return Letter(
        subject=subject % words,
        says=tuple(says),
        action=Action(_("Look at it and decide") if count == 1 else _("Look at them"), page),
        then=(_("What is asked for after this mail is told of together, an hour from now."),),
        why=_("You get this because you decide what people of %(company)s ask for.") % words,
        **whose(tenant),
    )


def decision_letter(request: AccessRequest) -> Letter:
    """Return what tells the person who asked how it was decided."""
    is_granted = request.state == AccessRequest.State.GRANTED
    words = _words(request)
    subject = _("You have %(thing)s") if is_granted else _("You do not get %(thing)s")
    says = []
    if is_granted:
        says.append(_("You asked for %(thing)s, and it was granted.") % words)
        if request.until:
            says.append(_("You have it until %(day)s. Then it is taken back.") % words)
    else:
        says.append(_("You asked for %(thing)s, and it was refused.") % words)
    if request.answer:
        says.append(_("Who decided says: %(answer)s") % words)
    return _to_person(request, subject % words, says)


def end_changed_letter(request: AccessRequest) -> Letter:
    """Return what tells somebody that something is theirs for longer, or shorter, than before."""
    words = _words(request)
    if request.until:
        subject = _("You have %(thing)s until %(day)s")
        says = _("You have %(thing)s until %(day)s now. Then it is taken back.")
    else:
        subject = _("You keep %(thing)s")
        says = _("You have %(thing)s, and it is not taken back on a day any more.")
    return _to_person(request, subject % words, [says % words])


def ends_soon_letter(request: AccessRequest) -> Letter:
    """Return what tells somebody when something that they were granted is taken back."""
    words = _words(request)
    says = [
        _("You asked for %(thing)s, and have it until %(day)s. Then it is taken back.") % words,
        _("Do you need it for longer? Who decides can change the day. Or ask for it again then."),
    ]
    return _to_person(request, _("%(thing)s ends on %(day)s") % words, says)


def ended_letter(request: AccessRequest) -> Letter:
    """Return what tells somebody that the time of a grant is over, and what follows."""
    words = _words(request)
    if request.ending == AccessRequest.Ending.GROUP:
        subject = _("You keep %(thing)s")
        says = _(
            "You had asked for %(thing)s until %(day)s. You keep it, because a group that you are "
            "in gives it by now."
        )
    elif request.ending == AccessRequest.Ending.GONE:
        subject = _("The time of %(thing)s is over")
        says = _(
            "You had asked for %(thing)s until %(day)s. It had been taken back before. What "
            "somebody has given you since stays."
        )
    else:
        subject = _("%(thing)s was taken back")
        says = _("You had asked for %(thing)s until %(day)s. This day is over. You can ask again.")
    return _to_person(request, subject % words, [says % words])


def lapsed_letter(request: AccessRequest) -> Letter:
    """Return what tells somebody that what they asked for is not there any more."""
    words = _words(request)
    says = _("You asked for %(thing)s. It is not there any more, so nobody decides about it.")
    return _to_person(request, _("Your request for %(thing)s lapsed") % words, [says % words])


def _to_person(request: AccessRequest, subject: str, says: Sequence[str]) -> Letter:
    return Letter(
        subject=subject,
        says=tuple(says),
        action=Action(_("Open your account"), account_url()),
        why=_("You get this because you asked for it as one of the people of %(company)s.")
        % {"company": request.user.company},
        **whose(request.user.tenant),
    )


def _words(request: AccessRequest) -> dict[str, str]:
    day = date_format(request.until, "DATE_FORMAT") if request.until else ""
    return {"thing": request.thing, "day": day, "answer": request.answer}
