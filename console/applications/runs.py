"""A plan or a run: what it would change, line by line; sent, followed, stopped."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from typing_extensions import override

from accounts.errors import AccountError
from accounts.models import User
from accounts.posted_forms.shown import Page, seal
from accounts.posted_forms.submissions import SEEN_OTHERWISE, is_as_seen
from accounts.trail.sentences import actor_in_words
from console.applications.plan_page import plan_line
from console.applications.run_progress import progress_of
from console.applications.words import action_label, steps_in_words
from console.base.access import Access, access_of
from console.base.csv_export import csv_response
from console.base.exports import ReadModelAdmin
from console.base.model_admin import ConsoleModelAdmin
from console.base.questions import asks, is_filters, is_page
from console.base.seen import seen_applications
from provisioning.engine.runs import send_plan, stop_run
from provisioning.models import Application, OperationState, Run
from provisioning.protocol.steps import Action
from provisioning.services.changing import hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import QuerySet
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern

_LINES: Final = 25
_PART: Final = "progress"
_KINDS: Final = {
    Run.State.READING: "busy",
    Run.State.PLANNED: "",
    Run.State.SENDING: "busy",
    Run.State.DONE: "good",
    Run.State.STOPPED: "warn",
    Run.State.INCOMPLETE: "warn",
    Run.State.REPLACED: "",
}


def _is_action(value: str) -> bool:
    return value == "" or value in set(Action)


@admin.register(Run)
class RunAdmin(ReadModelAdmin[Run], ConsoleModelAdmin[Run]):
    """Plans and full runs of the applications that somebody sees."""

    list_title = _("Plans and runs")
    list_display = ["created", "application", "kind", "how_it_is", "total", "wanted_by"]
    list_filter: ClassVar[Any] = [
        ("application", admin.RelatedOnlyFieldListFilter),
        "kind",
        "state",
    ]
    list_says = _("What was worked out for applications, and what was sent of it.")
    empty_text = _("No plan was made yet. Preview one on the page of an application.")
    ordering: ClassVar[Any] = ["-created", "-pk"]
    actions: Any = None

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        """Return the runs of the applications that the person sees."""
        seen = seen_applications(request)
        runs = super().get_queryset(request).select_related("application")
        return runs.filter(application__in=seen)

    @admin.display(description=_("Wanted by"), ordering="actor")
    def wanted_by(self, run: Run) -> str:
        """Return who began it."""
        return actor_in_words(run.actor)

    @admin.display(description=_("State"), ordering="state")
    def how_it_is(self, run: Run) -> Any:
        """Return the state as a badge."""
        context = {"text": run.get_state_display(), "kind": _KINDS[Run.State(run.state)]}
        return render_to_string("components/status_badge.html", context)

    # --- One run --------------------------------------------------------------------------

    @override
    @asks(
        _changelist_filters=is_filters,
        action=_is_action,
        page=is_page,
        part=lambda value: value == _PART,
    )
    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kw: Any) -> Any:
        """Show what a plan would change, or how a run goes."""
        run = self._seen_run(request, object_id)
        return require_safe(self._run_page)(request, run)

    def _seen_run(self, request: HttpRequest, key: object) -> Run:
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = self.get_object(request, str(key))
        if run is None:
            raise Http404
        return run

    def _run_page(self, request: HttpRequest, run: Run) -> HttpResponse:
        request.current_app = self.admin_site.name
        progress = progress_of(run)
        if "part" in request.GET:
            context = {"progress": progress, "over_url": self.url_of("change", run.pk)}
            return TemplateResponse(request, "console/applications/progress.html", context)
        wanted = request.GET.get("action", "")
        lines = run.operations.exclude(state=OperationState.HELD).order_by("pk")
        if wanted:
            lines = lines.filter(main_action=wanted)
        page = Paginator(lines, _LINES).get_page(request.GET.get("page", "1"))
        held = run.operations.filter(state=OperationState.HELD).count()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": run,
            "run": run,
            "application": run.application,
            "application_url": self._application_url("change", run.application_id),
            "plan_url": self._application_url("plan", run.application_id),
            "held_url": self._application_url("held", run.application_id),
            "title": run.get_kind_display(),
            "badge": _KINDS[Run.State(run.state)],
            "progress": progress,
            "over_url": self.url_of("change", run.pk),
            "kinds": _counts(run, wanted),
            "wanted": wanted,
            "page": page,
            "lines": [plan_line(operation) for operation in page],
            "held": held,
            "is_planned": run.kind == Run.Kind.PLAN and run.state == Run.State.PLANNED,
            "may_send": self._may(request, Access.CHANGE),
            "may_stop": self._may(request, Access.PAUSE),
            "may_export": self.has_export_permission(request),
            "version": seal(_shown(run), _about(run)),
            "urls": {name: self.url_of(name, run.pk) for name in ("send", "stop", "csv")},
        }
        return TemplateResponse(request, "console/applications/run.html", context)

    def _application_url(self, page: str, key: object) -> str:
        return reverse(f"{self.admin_site.name}:provisioning_application_{page}", args=[key])

    def _may(self, request: HttpRequest, right: Access) -> bool:
        """Whether the person may do this to applications, whose runs these are."""
        assert isinstance(request.user, User)  # noqa: S101 - the site let them in
        return right in access_of(request.user, Application._meta.label_lower)

    # --- Pages beside it ------------------------------------------------------------------

    @override
    def get_urls(self) -> list[URLPattern]:
        return [
            self._route("send", require_POST(self._send_view)),
            self._route("stop", require_POST(self._stop_view)),
            self._route("csv", require_safe(self._csv_view)),
            *super().get_urls(),
        ]

    def _route(self, name: str, view: Callable[..., Any]) -> URLPattern:
        def one(request: HttpRequest, object_id: UUID) -> HttpResponseBase:
            answer: HttpResponseBase = view(request, object_id)
            return answer

        route = f"<uuid:object_id>/{name}/"
        full = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        return path(route, self.admin_site.admin_view(one), name=full)

    def _send_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        if not self._may(request, Access.CHANGE):
            raise PermissionDenied
        said = _("It is on its way.")
        return self._press(request, object_id, partial(_send, said=str(said)))

    def _stop_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        if not self._may(request, Access.PAUSE):
            raise PermissionDenied
        said = _("Stopped: after the request under way nothing more of it is sent.")
        return self._press(request, object_id, partial(_stop, said=str(said)))

    def _press(
        self, request: HttpRequest, object_id: UUID, do: Callable[[Run], str]
    ) -> HttpResponse:
        run = self._seen_run(request, object_id)
        try:
            with transaction.atomic():
                hold(run.application)
                held = Run.objects.get(pk=run.pk)
                if not is_as_seen(_about(held), request.POST, _shown(held)):
                    self.message_user(request, str(SEEN_OTHERWISE), messages.ERROR)
                    return redirect(self.url_of("change", run.pk))
                said = do(held)
        except AccountError as refusal:
            self.note_refusal(request, refusal, str(run.pk))
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, said, messages.SUCCESS)
        return redirect(self.url_of("change", run.pk))

    def _csv_view(self, request: HttpRequest, object_id: UUID) -> HttpResponseBase:
        if not self.has_export_permission(request):
            raise PermissionDenied
        run = self._seen_run(request, object_id)
        header = ["kind", "name", "id", "state", "action", "attribute", "before", "after", "reason"]
        return csv_response(name="plan", header=header, rows=_rows(run))


def _send(run: Run, *, said: str) -> str:
    send_plan(run=run)
    return said


def _stop(run: Run, *, said: str) -> str:
    stop_run(run=run)
    return said


def _counts(run: Run, wanted: str) -> list[dict[str, Any]]:
    """Return the kinds of change that the run has, each with its number."""
    lines = run.operations.exclude(state=OperationState.HELD).order_by()
    counted = dict(lines.values_list("main_action").annotate(lines=Count("pk")))
    total = {"value": "", "label": _("All"), "count": sum(counted.values())}
    kinds = [
        {"value": action.value, "label": action_label(action.value), "count": counted[action.value]}
        for action in Action
        if counted.get(action.value)
    ]
    return [{**kind, "is_current": kind["value"] == wanted} for kind in (total, *kinds)]


def _rows(run: Run) -> Iterator[list[Any]]:
    for operation in run.operations.order_by("pk").iterator(chunk_size=500):
        head = [operation.kind, operation.name, operation.object_id, operation.state]
        for step in steps_in_words(operation):
            for change in step["changes"] or [{"label": "", "before": "", "after": ""}]:
                yield [
                    *head,
                    *(step["title"], change["label"], change["before"], change["after"]),
                    operation.last_error,
                ]


def _shown(run: Run) -> Page:
    return Page({}, facts={"state": run.state, "plan": run.plan_hash})


def _about(run: Run) -> str:
    return f"run:{run.pk}"
