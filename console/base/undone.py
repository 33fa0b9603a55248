"""What pages say of undoing: until when something can be undone, by whom it was, why it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import ActionResult
from accounts.services.action_results import kept_results, last_day_to_undo
from accounts.services.undoing import told_of_undo, undo_of, why_not_undone
from console.base.begun import NAME
from console.base.doing import is_allowed, work_of
from console.base.undoing import Undo

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.http import HttpRequest

    from console.base.doing import Work
    from console.base.many_progress import Progress

UNDO_ROUTE: Final = "results/<uuid:result_id>/undo/"
UNDO_NAME: Final = "undo"
"""Where a site has the page that asks before something is undone, and what it calls it."""


def words_for_undoing(work: Work) -> str:
    """Return what is said before ``work`` is done."""
    if not isinstance(work.undo, Undo):
        return f"{_('This cannot be undone.')} {work.stays_because}"
    until = _("You can undo this until %(day)s.") % {"day": date_format(last_day_to_undo())}
    return f"{until} {work.undo.warns}".rstrip()


def undoing_of(
    site: AdminSite, request: HttpRequest, result: ActionResult, progress: Progress
) -> dict[str, Any]:
    """Return what the page of a result says of undoing it.

    ``says`` is a sentence; ``url`` leads to the page that asks, where it can be undone now;
    ``other_url`` to what undid it, or to what it undoes.
    """
    if result.undoes is not None:
        of = kept_results().filter(pk=result.undoes).first()
        return {"says": _("This undoes what was done before."), "other_url": _page(site, of)}
    if (undone := undo_of(result)) is not None:
        return {"says": told_of_undo(undone), "other_url": _page(site, undone)}
    if work_of(result).undo is None:
        return {"says": f"{_('This cannot be undone.')} {work_of(result).stays_because}"}
    reason = why_not_undone(result)
    if reason or result.undo_until is None:
        return {"says": "" if progress.is_live else reason}
    if not is_allowed(result, request):
        return {"says": _("Your role does not allow you to undo it any more.")}
    until = _("You can undo this until %(day)s.") % {"day": date_format(result.undo_until)}
    return {"says": until, "url": reverse(f"{site.name}:{UNDO_NAME}", args=[result.pk])}


def _page(site: AdminSite, result: ActionResult | None) -> str:
    return reverse(f"{site.name}:{NAME}", args=[result.pk]) if result else ""
