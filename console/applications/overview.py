"""The page of one application: how it stands, what needs somebody, what happened last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.db.models import Count, Max, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.posted_forms.shown import Fact, Page, seal
from console.applications.frame import ApplicationFrame
from console.applications.parts import is_set_up
from console.applications.standing import FAILED, NOW, SET_ASIDE, UNDER_WAY
from console.applications.status import status_of
from console.applications.words import STATE_KINDS, action_label, how_long_ago
from console.base.access import Access
from console.base.counting import Number
from console.base.moments import told
from console.base.seen import seen_applications
from provisioning.engine.figures import tiles
from provisioning.engine.refused import refused_removals
from provisioning.models import Application, Link, Operation, OperationState, Run
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from provisioning.engine.figures import Tiles

LATEST: Final = 10


class OverviewPage(ApplicationFrame):
    """Shows an application as a whole."""

    def overview_view(self, request: HttpRequest, application: Application) -> HttpResponse:
        """Show how it stands."""
        return require_safe(self._overview)(request, application)

    def _overview(self, request: HttpRequest, application: Application) -> HttpResponse:
        numbers = tiles(application)
        latest = Operation.objects.filter(application=application).exclude(
            state=OperationState.PLANNED
        )
        context: dict[str, Any] = {
            "title": application.name,
            "status": status_of(application, numbers),
            "numbers": numbers,
            "tiles": self._figures(application, numbers),
            "latest": [self._line(operation) for operation in latest[:LATEST]],
            "log_url": self._log_url(application),
            "refused_url": self._log_url(application, state__exact=OperationState.QUARANTINED),
            "active_again": _active_again(application) if numbers.active_again else [],
            "run": _run_under_way(application),
            "is_first": not is_set_up(application),
            "version": seal(standing(application), about_standing(application)),
            "may_pause": Access.PAUSE in self.access(request),
            "glance": [*self._glance(application), *_same_target(request, application)],
            "stuck": numbers.failed + numbers.quarantined,
            **{
                f"{name}_url": self.url_of(name, application.pk)
                for name in ("one_person", "plan", "connection", "delete", "history")
            },
            "has_history": self._has_history(request, str(application.pk)),
        }
        if context["run"] is not None:
            context["run_url"] = self._page_of("run", context["run"].pk)
        return self.render_page(request, application, "overview.html", context)

    def _log_url(self, application: Application, **filters: str) -> str:
        query = urlencode({"application__id__exact": application.pk, **filters})
        return f"{reverse(f'{self.admin_site.name}:provisioning_operation_changelist')}?{query}"

    def _page_of(self, model: str, key: object) -> str:
        return reverse(f"{self.admin_site.name}:provisioning_{model}_change", args=[key])

    def _line(self, operation: Operation) -> dict[str, Any]:
        return {
            "operation": operation,
            "url": self._page_of("operation", operation.pk),
            "at": told(operation.ended or operation.created),
            "action": action_label(operation.main_action),
            "kind": STATE_KINDS.get(OperationState(operation.state), ""),
        }

    def _figures(self, application: Application, numbers: Tiles) -> list[dict[str, Any]]:
        return [
            {
                "kind": "good",
                "label": _("In step"),
                "figure": Number(numbers.in_step, numbers.is_exact),
                "note": _("of %(n)s assigned") % {"n": Number(numbers.assigned, numbers.is_exact)},
            },
            {
                "kind": "busy",
                "label": _("Waiting"),
                "figure": numbers.waiting,
                "note": _("oldest %(since)s") % {"since": how_long_ago(numbers.oldest_waiting)}
                if numbers.oldest_waiting
                else "",
                "url": self._log_url(application, **{NOW: UNDER_WAY}),
            },
            {
                "kind": "bad",
                "label": _("Failed"),
                "figure": numbers.failed,
                "note": "",
                "url": self._log_url(application, **{NOW: FAILED}),
            },
            {
                "kind": "bad",
                "label": _("Quarantined"),
                "figure": numbers.quarantined,
                "note": "",
                "url": self._log_url(application, **{NOW: SET_ASIDE}),
            },
            {
                "kind": "warn",
                "label": _("Held removals"),
                "figure": numbers.held,
                "note": _limit(application) if numbers.held else "",
                "url": self.url_of("held", application.pk),
            },
            {
                "kind": "warn",
                "label": _("Changed there"),
                "figure": numbers.changed_there,
                "note": "",
                "url": self.url_of("drift", application.pk),
            },
        ]

    def _glance(self, application: Application) -> list[Fact]:
        assigned = application.assignments.select_related("group", "profile")
        names = [str(each) for each in assigned]
        return [
            Fact(_("Assigned to"), ", ".join(names) or _("nobody yet")),
            Fact(_("Address"), application.base_url or _("none yet")),
            Fact(_("No longer assigned"), application.get_on_left_scope_display()),
            Fact(_("Deactivated here"), application.get_on_deactivated_display()),
            Fact(_("Deleted here"), application.get_on_deleted_display()),
            Fact(_("Changed there"), application.get_drift_display()),
        ]


def _same_target(request: HttpRequest, application: Application) -> list[Fact]:
    """Return which other applications push to the same address, by name where they are seen."""
    others = Application.objects.filter(base_url__iexact=application.base_url)
    others = others.exclude(base_url="").exclude(pk=application.pk)
    keys = set(others.values_list("pk", flat=True))
    if not keys:
        return []
    seen = list(seen_applications(request).filter(pk__in=keys).values_list("name", flat=True))
    named = [*seen, *([_("one that you do not see")] if len(seen) < len(keys) else [])]
    says = _("another application pushes to it: %(names)s. Each undoes what the other does.")
    return [Fact(_("Same address"), says % {"names": ", ".join(named)})]


def _active_again(application: Application) -> list[str]:
    """Return the names of some who have left and are active there again."""
    links = Link.objects.filter(
        application=application, kind=Kind.USER, is_active=False, drift__has_key="active"
    )
    return [str(link) for link in links.order_by("pk")[:LATEST]]


def _limit(application: Application) -> str:
    """Return how many removals at once are too many, in words."""
    if application.removal_number is None:
        return _("more than you allow at once")
    return _("more than %(n)s at once") % {"n": application.removal_number}


def runs_under_way(application: Application) -> QuerySet[Run]:
    """Return the runs that read or send now."""
    going = (Run.State.READING, Run.State.SENDING)
    return Run.objects.filter(application=application, state__in=going)


def _run_under_way(application: Application) -> Run | None:
    return runs_under_way(application).first()


def standing(application: Application) -> Page:
    """Return what the buttons of an application depend on, so that each is pressed once."""
    latest = Run.objects.filter(application=application).first()
    stuck = Operation.objects.filter(
        application=application,
        state__in=[OperationState.HELD, OperationState.FAILED, OperationState.QUARANTINED],
    )
    newest = stuck.values_list("pk", flat=True).first()
    held = stuck.filter(state=OperationState.HELD).order_by()
    shown = held.aggregate(count=Count("pk"), latest=Max("created"), pks=Sum("pk"))
    refused = refused_removals(application).order_by().aggregate(count=Count("pk"), pks=Sum("pk"))
    return Page(
        {},
        facts={
            "paused": str(application.is_paused),
            "quarantined": str(application.quarantined_at),
            "run": f"{latest.pk} {latest.state}" if latest else "",
            "stuck": f"{stuck.count()} {newest}",
            "held": f"{shown['count']} {shown['latest']} {shown['pks']}",
            "refused": f"{refused['count']} {refused['pks']}",
        },
    )


def about_standing(application: Application) -> str:
    """Return what the buttons of an application are about."""
    return f"application-buttons:{application.pk}"
