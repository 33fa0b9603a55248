"""*Undo*: who comes back and who does not, before anything happens; a job does it then."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.models import ActionLine, ActionResult
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from accounts.posted_forms.previews import SEEN, read_preview, seal_preview
from accounts.services.action_results import what_can_be_undone
from accounts.services.undoing import NotUndoneError, begin_undo, why_not_undone
from console.base.begun import address_of, person_of, shown_at
from console.base.doing import do_to_many, is_allowed, list_of, work_of
from console.base.many_result import result_for
from console.base.reasons import ReasonForm
from console.base.undoing import Undo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.contrib.admin import AdminSite
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from console.base.undoing import LookBack

SHOWN_NAMES: Final = 10
_PAGE: Final = "undo"


def undo_page(site: AdminSite, request: HttpRequest, result_id: UUID) -> HttpResponseBase:
    """Ask; or, when the button was pressed on what is so still, begin and lead to how it goes.

    Raises:
        Http404: There is no such result for whoever asks, or they may not do the same.
    """
    result = result_for(site, request, result_id)
    if not is_allowed(result, request):
        raise Http404
    key, shown = read_preview(request.POST.get(SEEN, ""), page=_PAGE)
    if key is not None and (told := address_of(site, request, key)):
        return redirect(told)  # The button was pressed twice.
    undo = None if result.undoes else work_of(result).undo
    if not isinstance(undo, Undo):
        raise Http404
    if reason := why_not_undone(result):
        messages.error(request, reason)
        return redirect(shown_at(site, result))
    lines = list(what_can_be_undone(result).order_by("number"))
    look = undo.look_back(list_of(result), request, lines)
    about = [str(request.user.pk), str(result.pk), _digest(lines, look)]
    why = ReasonForm(request.POST if SEEN in request.POST else None)
    # What was pressed when the session had ended is looked at again, and not done.
    if SEEN in request.POST and LOOK_AGAIN not in request.POST and why.is_valid():
        if key is not None and shown == about:
            pressed = _Pressed(key, result, _wanted(lines, look), why.reason_given)
            return _begun(site, request, pressed)
        said = _("Nothing was done: it would be other than this page showed. Look again.")
        messages.warning(request, said)
    request.current_app = site.name
    context = {
        **site.each_context(request),
        "title": undo.question(len(lines)),
        "opts": list_of(result).opts,
        "result": result,
        "result_url": shown_at(site, result),
        "tiles": _tiles(lines, look),
        "will": len(lines) - len(look.left) - len(look.late),
        "groups": [*_groups(lines, look.left), *_groups(lines, look.late)],
        "consequences": look.consequences,
        "danger": undo.danger,
        "why": why,
        "seen_name": SEEN,
        "sealed": seal_preview(about, page=_PAGE),
    }
    return TemplateResponse(request, "console/base/undo.html", context)


class _Pressed(NamedTuple):
    """What somebody wants undone: the key that it will have, which action, its lines, and why."""

    key: UUID
    of: ActionResult
    lines: Sequence[ActionLine]
    reason: str


def _begun(site: AdminSite, request: HttpRequest, pressed: _Pressed) -> HttpResponseBase:
    key, of, lines, reason = pressed
    row = ActionResult(
        undoes=of.pk,
        site=site.name,
        about=of.about,
        action=of.action,
        title=(_("Undo: %(action)s") % {"action": of.title})[:300],
        file_name=f"undo-{of.file_name}"[:100],
        back=of.back,
        reason=reason,
    )
    maker = person_of(request)
    # Whoever asks has their turn last: they may lose the right to it with that.
    lines = sorted(lines, key=lambda line: line.person == maker.pk)
    try:
        begin_undo(key=key, maker=maker, result=row, lines=lines, kind=do_to_many)
    except NotUndoneError as refusal:
        messages.error(request, str(refusal))
        return redirect(shown_at(site, of))
    return redirect(address_of(site, request, key))


def _wanted(lines: Sequence[ActionLine], look: LookBack) -> list[ActionLine]:
    return [
        ActionLine(
            row=line.row,
            name=line.name,
            person=line.person,
            choice=line.kept,
            outcome=ActionLine.Outcome.PASSED_OVER if line.pk in look.left else "",
            reason=look.left.get(line.pk, ""),
        )
        for line in lines
    ]


def _tiles(lines: Sequence[ActionLine], look: LookBack) -> list[dict[str, Any]]:
    will = len(lines) - len(look.left) - len(look.late)
    return [
        {"kind": "off", "label": _("Were done"), "figure": len(lines)},
        {"kind": "good", "label": _("Will be undone"), "figure": will},
        {"kind": "warn", "label": _("Not possible now"), "figure": len(look.late)},
        {"kind": "off", "label": _("Stay as they are"), "figure": len(look.left)},
    ]


def _groups(lines: Sequence[ActionLine], reasons: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return each reason with how many there are, and the first of them by name."""
    named: dict[str, list[str]] = {}
    for line in lines:
        if line.pk in reasons:
            named.setdefault(reasons[line.pk], []).append(line.name)
    return [
        {
            "reason": reason,
            "count": len(names),
            "names": names[:SHOWN_NAMES],
            "more": max(len(names) - SHOWN_NAMES, 0),
        }
        for reason, names in named.items()
    ]


def _digest(lines: Sequence[ActionLine], look: LookBack) -> str:
    """Return by what it is known which lines the page says of that they stay as they are."""
    told = [f"{line.pk} {look.left.get(line.pk, '')}" for line in lines]
    return sha256("\n".join(told).encode()).hexdigest()
