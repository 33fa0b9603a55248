"""*Held changes*: what sources took away beyond their limit, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Max
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.jobs.retrying import NotFailedError
from accounts.models import HeldChange, HeldPerson
from accounts.posted_forms.shown import Page, seal
from accounts.posted_forms.submissions import SEEN_OTHERWISE, is_as_seen
from accounts.trail.refusals import record_refusal
from console.base.begun import person_of
from console.base.of_person import with_people
from console.base.pages import ConsolePage, register_page
from console.base.questions import is_page
from console.base.waiting import count_beside
from console.sources.held_groups import deleted_groups
from scim.held.again import has_failed, try_again
from scim.held.deciding import DecidedAlreadyError, carry_out, take_back

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django_stubs_ext import StrOrPromise

ACCESS: Final = "held-changes"
_PAGE: Final = "p"
_PER_PAGE: Final = 100
_ROUTE: Final = "provisioning/held/"
_KINDS: Final = {HeldChange.State.OPEN: "warn", HeldChange.State.CARRIED_OUT: "good"}


@require_safe
def held_changes(request: HttpRequest) -> HttpResponse:
    """Show every change that is held, and those that were decided in the last thirty days."""
    page = Paginator(_counted(), _PER_PAGE).get_page(request.GET.get(_PAGE, "1"))
    changes = list(page.object_list)
    context = {
        **admin.site.each_context(request),
        "title": _("Held changes"),
        "page": page,
        "rows": [(each, _KINDS.get(HeldChange.State(each.state), "")) for each in changes],
        "open": HeldChange.objects.filter(state=HeldChange.State.OPEN).count(),
    }
    request.current_app = admin.site.name
    return render(request, "console/sources/held_changes.html", context)


@require_safe
def held_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who is held, what was done to them, and the two ways out."""
    change = _counted().filter(pk=pk).first()
    if change is None:
        raise Http404
    people = HeldPerson.objects.filter(change=change).order_by("outcome", "pk")
    page = Paginator(people, _PER_PAGE).get_page(request.GET.get(_PAGE, "1"))
    held = people.filter(outcome="")
    left, everybody = held.count(), page.paginator.count
    context = {
        **admin.site.each_context(request),
        "title": _("Held change of %(source)s") % {"source": change.source_name},
        "change": change,
        "page": page,
        "rows": with_people(request, page.object_list, lambda person: person.user_id),
        "left": left,
        "done": everybody - left,
        "everybody": everybody,
        "has_failed": has_failed(change),
        "is_in_it": held.filter(user_id=person_of(request).pk).exists(),
        "groups_gone": deleted_groups(change),
        "version": seal(_standing(change), _about(change)),
    }
    request.current_app = admin.site.name
    return render(request, "console/sources/held_change.html", context)


@require_POST
def carry_out_held_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out what was shown, once."""
    return _decide(request, pk, carry_out, _("It is being carried out, person by person."))


@require_POST
def take_back_held_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was shown, once."""
    return _decide(request, pk, take_back, _("It is being taken back, person by person."))


@require_POST
def try_held_change_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the job go on that does what was decided, if it was given up."""
    change = HeldChange.objects.filter(pk=pk).first()
    if change is None:
        raise Http404
    try:
        try_again(change=change)
    except NotFailedError as refusal:
        record_refusal("held_change.refused", change, reason=refusal)
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is tried again."))
    return redirect("console:held-change", pk)


def _decide(
    request: HttpRequest, pk: int, decide: Callable[..., None], said: StrOrPromise
) -> HttpResponse:
    try:
        with transaction.atomic():
            change = HeldChange.objects.select_for_update().filter(pk=pk).first()
            if change is None:
                raise Http404
            if change.is_open and not is_as_seen(_about(change), request.POST, _standing(change)):
                messages.error(request, str(SEEN_OTHERWISE))
                return redirect("console:held-change", pk)
            decide(change=change, by=person_of(request))
    except DecidedAlreadyError as refusal:
        # Without who decided: their name would stay in the trail when they are erased.
        record_refusal("held_change.refused", change, reason=_("It is decided already."))
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(said))
    return redirect("console:held-change", pk)


def _counted() -> QuerySet[HeldChange]:
    counted = HeldChange.objects.annotate(everybody=Count("people"))
    return counted.order_by("-opened", "-pk")


def _standing(change: HeldChange) -> Page:
    """Return what the buttons depend on: whoever joins meanwhile is looked at first.

    So is who is deleted by now, and was only deactivated, or taken out of a group.
    """
    held = HeldPerson.objects.filter(change=change, outcome="").order_by("kind")
    shown = held.values_list("kind").annotate(count=Count("pk"), latest=Max("pk"))
    return Page({}, facts={"held": " ".join(f"{kind}:{n}:{last}" for kind, n, last in shown)})


def _about(change: HeldChange) -> str:
    return f"held-change:{change.pk}"


for each in (
    ConsolePage(
        name="held-changes",
        route=_ROUTE,
        view=held_changes,
        label=_lazy("Held changes"),
        questions={_PAGE: is_page},
    ),
    ConsolePage(
        name="held-change",
        route=f"{_ROUTE}<int:pk>/",
        view=held_change,
        access=ACCESS,
        questions={_PAGE: is_page},
    ),
    ConsolePage(
        name="held-change-carry-out",
        route=f"{_ROUTE}<int:pk>/carry-out/",
        view=carry_out_held_change,
        access=ACCESS,
    ),
    ConsolePage(
        name="held-change-take-back",
        route=f"{_ROUTE}<int:pk>/take-back/",
        view=take_back_held_change,
        access=ACCESS,
    ),
    ConsolePage(
        name="held-change-go-on",
        route=f"{_ROUTE}<int:pk>/go-on/",
        view=try_held_change_again,
        access=ACCESS,
    ),
):
    register_page(each)
count_beside(ACCESS, lambda _request: HeldChange.objects.filter(state=HeldChange.State.OPEN))
