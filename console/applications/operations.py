"""*Provisioning log*: each operation with what was asked and answered; tried again; as CSV."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from typing_extensions import override

from accounts.errors import AccountError
from accounts.models import User
from accounts.posted_forms.shown import Page, seal
from accounts.posted_forms.submissions import SEEN_OTHERWISE, is_as_seen
from accounts.secrets.encryption import SealError
from accounts.trail.sentences import actor_in_words
from console.applications.of_application import ApplicationFilter
from console.applications.standing import StandingFilter
from console.applications.words import (
    STATE_KINDS,
    UNREADABLE,
    action_label,
    cause_label,
    in_milliseconds,
    steps_in_words,
)
from console.base.access import Access, access_of
from console.base.cut_list import CutChangeList, CutPaginator
from console.base.exports import ExportedModelAdmin, ReadModelAdmin
from console.base.model_admin import ConsoleModelAdmin
from console.base.of_person import PersonFilter, linked, pages_of_people
from console.base.questions import asks, is_filters
from console.base.seen import seen_applications
from provisioning.engine.retrying import retry_operation
from provisioning.engine.revealing import reveal_exchange
from provisioning.models import Application, Operation, OperationState
from provisioning.services.changing import hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.db.models import QuerySet
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

    from provisioning.models import Exchange

_NOT_TRIED: Final = _(
    "Nothing is sent for it now: nothing has to be done about it any more, the mapping has no "
    "value for it, or it waits until somebody decides."
)
_STUCK: Final = frozenset({OperationState.FAILED, OperationState.QUARANTINED})
_HEADER: Final = (
    *("created", "ended", "application", "kind", "name", "object_id", "action", "cause"),
    *("state", "attempts", "reason", "wanted_by"),
)


class ProvisionedPersonFilter(PersonFilter):
    """What was sent about one person."""

    column = "object_id"


class LogChangeList(CutChangeList):
    """The log: what is only planned stands on the page of its plan, and here when asked for."""

    column = "object_id"

    @override
    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        found = super().get_queryset(request, exclude_parameters)
        if "state__exact" in self.params:
            return found
        return found.exclude(state=OperationState.PLANNED)


@admin.register(Operation)
class OperationAdmin(
    ExportedModelAdmin[Operation], ReadModelAdmin[Operation], ConsoleModelAdmin[Operation]
):
    """What was brought in step at which application, and what became of it."""

    export_name = "provisioning"
    list_title = _("Provisioning log")
    list_display = ["created", "what", "application", "how_it_is", "attempts", "last_error"]
    paginator = CutPaginator
    list_filter: ClassVar[Any] = [
        ("application", ApplicationFilter),
        StandingFilter,
        "state",
        "kind",
        ProvisionedPersonFilter,
        ("created", admin.DateFieldListFilter),
    ]
    search_fields = ["name", "object_id__exact", "last_error", "actor"]
    search_help_text = _("Name, id, reason or who wanted it")
    list_says = _("What was sent to applications, for whom, and what they answered.")
    empty_text = _(
        "Nothing was sent to an application yet. Set one up, look at its plan, and send it."
    )
    ordering: ClassVar[Any] = ["-id"]
    actions: Any = None

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Operation]:
        """Return the operations at the applications that the person sees."""
        operations = super().get_queryset(request).select_related("application")
        return operations.filter(application__in=seen_applications(request))

    @override
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LogChangeList]:
        return LogChangeList

    @admin.display(description=_("What"), ordering="name")
    def what(self, operation: Operation) -> str:
        """Return what was done, and with whom; a person who is still here has a page."""
        action, name = (
            action_label(operation.main_action),
            linked(operation.name, operation.person_page),
        )
        return format_html("{} {}", action, name) if action else name

    @admin.display(description=_("State"), ordering="state")
    def how_it_is(self, operation: Operation) -> SafeString:
        """Return the state as a badge."""
        kind = STATE_KINDS[OperationState(operation.state)]
        context = {"text": operation.get_state_display(), "kind": kind}
        return render_to_string("components/status_badge.html", context)

    @override
    def export_header(self) -> Sequence[str]:
        return _HEADER

    @override
    def export_rows(self, objects: QuerySet[Operation]) -> Iterator[list[Any]]:
        for each in objects.iterator(chunk_size=1000):
            yield [
                *(each.created, each.ended or "", each.application, each.kind, each.name),
                *(each.object_id, each.main_action, each.cause, each.state, each.attempts),
                *(each.last_error, actor_in_words(each.actor)),
            ]

    # --- One operation --------------------------------------------------------------------

    @override
    @asks(_changelist_filters=is_filters)
    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kw: Any) -> Any:
        """Show what an operation did, request by request."""
        operation = self._seen_operation(request, object_id)
        return require_safe(self._operation_page)(request, operation)

    def _seen_operation(self, request: HttpRequest, key: object) -> Operation:
        if not self.has_view_permission(request):
            raise PermissionDenied
        operation = self.get_object(request, str(key))
        if operation is None:
            raise Http404
        return operation

    def _operation_page(
        self, request: HttpRequest, operation: Operation, *, is_revealed: bool = False
    ) -> HttpResponse:
        request.current_app = self.admin_site.name
        exchanges = list(operation.exchanges.all())
        try:
            said = [_shown_exchange(each, is_revealed=is_revealed) for each in exchanges]
        except SealError:
            messages.error(request, str(UNREADABLE))
            is_revealed = False
            said = [_shown_exchange(each, is_revealed=False) for each in exchanges]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": operation,
            "operation": operation,
            "person_url": pages_of_people(request, [operation.object_id]).get(
                operation.object_id, ""
            ),
            "application_url": self._application_url(request, operation),
            "title": f"{action_label(operation.main_action)} {operation.name}".strip()
            or operation.object_id,
            "badge": STATE_KINDS[OperationState(operation.state)],
            "cause": cause_label(operation.cause),
            "steps": steps_in_words(operation),
            "exchanges": said,
            "is_revealed": is_revealed,
            "may_reveal": self._may(request, Access.CHANGE)
            and any(each.sealed for each in exchanges)
            and not is_revealed,
            "may_retry": Access.TRY in self.access(request) and operation.state in _STUCK,
            "version": seal(_shown(operation), _about(operation)),
            "urls": {name: self.url_of(name, operation.pk) for name in ("retry", "reveal")},
        }
        return TemplateResponse(request, "console/applications/operation.html", context)

    @override
    def get_urls(self) -> list[URLPattern]:
        return [
            self._route("retry", require_POST(self._retry_view)),
            self._route("reveal", require_POST(self._reveal_view)),
            *super().get_urls(),
        ]

    def _route(self, name: str, view: Callable[..., HttpResponse]) -> URLPattern:
        def one(request: HttpRequest, object_id: int) -> HttpResponse:
            return view(request, object_id)

        full = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        return path(f"<int:object_id>/{name}/", self.admin_site.admin_view(one), name=full)

    def _retry_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if Access.TRY not in self.access(request):
            raise PermissionDenied
        operation = self._seen_operation(request, object_id)
        try:
            with transaction.atomic():
                hold(operation.application)
                held = Operation.objects.get(pk=operation.pk)
                if not is_as_seen(_about(held), request.POST, _shown(held)):
                    self.message_user(request, str(SEEN_OTHERWISE), messages.ERROR)
                    return redirect(self.url_of("change", operation.pk))
                is_tried = retry_operation(operation=held)
        except AccountError as refusal:
            self.note_refusal(request, refusal, str(operation.pk))
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            said = _("It is tried again.") if is_tried else _NOT_TRIED
            level = messages.SUCCESS if is_tried else messages.WARNING
            self.message_user(request, str(said), level)
        return redirect(self.url_of("change", operation.pk))

    def _may(self, request: HttpRequest, right: Access) -> bool:
        """Whether the person may do this to applications, whose operations these are."""
        assert isinstance(request.user, User)  # noqa: S101 - the site let them in
        return right in access_of(request.user, Application._meta.label_lower)

    def _application_url(self, request: HttpRequest, operation: Operation) -> str:
        """Return where the application is shown, to who may look there."""
        if not self._may(request, Access.VIEW):
            return ""
        name = f"{self.admin_site.name}:provisioning_application_change"
        return reverse(name, args=[operation.application_id])

    def _reveal_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if not self._may(request, Access.CHANGE):
            raise PermissionDenied
        operation = self._seen_operation(request, object_id)
        return self._operation_page(request, operation, is_revealed=True)


def _shown_exchange(exchange: Exchange, *, is_revealed: bool) -> dict[str, Any]:
    bodies = reveal_exchange(exchange=exchange) if is_revealed else None
    request = exchange.request_body if bodies is None else bodies.request
    response = exchange.response_body if bodies is None else bodies.response
    return {
        "method": exchange.method,
        "url": exchange.url,
        "status": exchange.status or "",
        "took": in_milliseconds(exchange.seconds),
        "request": as_text(request),
        "response": as_text(response),
    }


def as_text(body: Any) -> str:
    """Return a body as people read it; empty if there was none."""
    if body is None:
        return ""
    return body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False)


def _shown(operation: Operation) -> Page:
    return Page({}, facts={"state": operation.state, "attempts": str(operation.attempts)})


def _about(operation: Operation) -> str:
    return f"operation:{operation.pk}"
