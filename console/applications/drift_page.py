"""*Changed there*: what somebody else changed at the target, object by object, to be put back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.errors import AccountError
from accounts.identifiers import read_number
from console.applications.frame import ApplicationFrame
from console.applications.words import changes_between
from console.base.access import Access
from provisioning.engine.drift import digest_of_drift, drifted, put_back
from provisioning.models import Application, Link
from provisioning.planning.comparing import MEMBERS
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest, HttpResponse

PICKED: Final = "picked"
_AT_ONCE: Final = 25
_NAMED: Final = 10
"""So many of the members that a group lacks are named; the others are counted."""


class DriftPage(ApplicationFrame):
    """What a full run found otherwise than we left it, and is only reported."""

    def drift_view(self, request: HttpRequest, application: Application) -> HttpResponse:
        """Show what was changed there, or put back what is ticked."""
        if request.method == "POST":
            return self._put_back(request, application)
        page = Paginator(drifted(application), _AT_ONCE).get_page(request.GET.get("page", "1"))
        names = _names(application, page.object_list)
        context: dict[str, Any] = {
            "title": _("Changed there"),
            "page": page,
            "rows": [_row(link, names) for link in page.object_list],
            "action": self.url_of("drift", application.pk),
            "rule": application.get_drift_display(),
            "rules_url": self.url_of("leaving", application.pk),
        }
        return self.render_page(request, application, "drift.html", context)

    def _put_back(self, request: HttpRequest, application: Application) -> HttpResponse:
        self.require(request, Access.CHANGE)
        shown = dict(_picked(each) for each in request.POST.getlist(PICKED)[:_AT_ONCE])
        shown.pop(0, None)
        back = redirect(self.url_of("drift", application.pk))
        if not shown:
            self.message_user(request, _("Tick what is to be put back."), messages.WARNING)
            return back
        try:
            with transaction.atomic():
                count = put_back(application=application, shown=shown)
        except AccountError as refusal:
            self.note_refusal(request, refusal, str(application.pk))
            self.message_user(request, str(refusal), messages.ERROR)
            return back
        if count < len(shown):
            text = ngettext(
                "%(n)s was left alone: it is otherwise by now, or your switches send nothing.",
                "%(n)s were left alone: they are otherwise by now, or your switches send nothing.",
                len(shown) - count,
            )
            self.message_user(request, text % {"n": len(shown) - count}, messages.WARNING)
        if count:
            text = ngettext("%(n)s is put back.", "%(n)s are put back.", count)
            self.message_user(request, text % {"n": count}, messages.SUCCESS)
        return back


def _picked(value: str) -> tuple[int, str]:
    """Return the key of a link, and the digest of what the page showed of it; else 0."""
    key, _colon, shown = value.partition(":")
    return read_number(key) or 0, shown


def _names(application: Application, links: Iterable[Link]) -> dict[str, str]:
    """Return what the members are called that groups lack, by their ids there."""
    lacking = [at for link in links for at in link.drift.get(MEMBERS, [[]])[0][:_NAMED]]
    if not lacking:
        return {}
    rows = Link.objects.filter(application=application, remote_id__in=lacking)
    return {remote_id: name for remote_id, name in rows.values_list("remote_id", "name") if name}


def _row(link: Link, names: Mapping[str, str]) -> dict[str, Any]:
    ours = {path: before for path, (before, _there) in link.drift.items() if path != MEMBERS}
    there = {path: after for path, (_before, after) in link.drift.items() if path != MEMBERS}
    changes = list(changes_between(ours, there))
    if MEMBERS in link.drift:
        missing = link.drift[MEMBERS][0]
        said = [names.get(at, at) for at in missing[:_NAMED]]
        if len(missing) > _NAMED:
            said.append(_("and %(n)s more") % {"n": len(missing) - _NAMED})
        changes.append({"label": _("Members"), "before": ", ".join(said), "after": ""})
    return {
        "value": f"{link.pk}:{digest_of_drift(link)}",
        "name": str(link),
        "kind": _("Person") if link.kind == Kind.USER else _("Group"),
        "changes": changes,
    }
