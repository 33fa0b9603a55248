"""*Requests*: what people ask for, decided one by one."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from access_requests.models import AccessRequest
from access_requests.telling import requests_to_decide
from accounts.errors import AccountError
from accounts.models import User
from accounts.posted_forms.shown import seal
from accounts.posted_forms.submissions import Submission, answered
from accounts.trail.refusals import record_refusal
from console.access_requests.deciding import BUTTON, decide, form_of, page_shown
from console.access_requests.what_helps import decision_of, facts_of
from console.base.access import Access
from console.base.exports import ReadModelAdmin
from console.base.model_admin import ConsoleModelAdmin
from console.base.moments import told
from console.base.of_person import PersonFilter, pages_of_people
from console.base.questions import asks, is_filters, judges_itself
from console.base.waiting import count_beside
from licenses.errors import LicenseError

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from console.access_requests.decision_form import EndForm

_BESIDE: Final = 30
_STATE: Final = "state__exact"
_KINDS: Final = {
    AccessRequest.State.OPEN: "warn",
    AccessRequest.State.GRANTED: "good",
    AccessRequest.State.REFUSED: "bad",
}


class AskerFilter(PersonFilter):
    """The requests of one person."""

    column = "user_id"


@admin.register(AccessRequest)
class AccessRequestAdmin(ReadModelAdmin[AccessRequest], ConsoleModelAdmin[AccessRequest]):
    """The list of requests, and the page on which one is decided."""

    list_title = _("Requests")
    list_display = ["who", "thing", "how_it_is", "asked", "until"]
    list_filter: ClassVar[Any] = ["state", AskerFilter]
    list_select_related = ["user"]
    search_fields = ["user__display_name", "user__user_name", "thing"]
    search_help_text = _("Person or thing")
    list_says = _("What people ask for. Who asked gets a mail with the decision.")
    empty_text = _("Nobody has asked for anything. People ask on the page of their account.")
    ordering: ClassVar[Any] = ["-id"]
    actions: Any = None
    refusals: ClassVar[tuple[type[Exception], ...]] = (AccountError, LicenseError)
    change_list_template = "console/access_requests/requests.html"

    @admin.display(description=_("Person"), ordering="user__user_name_ci")
    def who(self, request: AccessRequest) -> str:
        """Return who asks."""
        return request.user.name_and_address

    @admin.display(description=_("State"), ordering="state")
    def how_it_is(self, request: AccessRequest) -> SafeString:
        """Return the state as a badge."""
        context = {"text": request.get_state_display(), "kind": kind_of(request)}
        return render_to_string("components/status_badge.html", context)

    @override
    @judges_itself
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list with a tab for each state."""
        numbers = dict(AccessRequest.objects.order_by().values_list("state").annotate(Count("pk")))
        asked = request.GET.get(_STATE, "")
        tabs = [
            {
                "label": label,
                "url": f"?{_STATE}={state}" if state else "?",
                "number": numbers.get(state, 0) if state else sum(numbers.values()),
                "is_open": asked == state,
            }
            for state, label in (
                (AccessRequest.State.OPEN, _t("Waiting")),
                (AccessRequest.State.GRANTED, _t("Granted")),
                ("", _t("All")),
            )
        ]
        return super().changelist_view(request, {"tabs": tabs, **(extra_context or {})})

    @override
    @asks(_changelist_filters=is_filters)
    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kw: Any) -> Any:
        """Show a request beside the others that wait, and decide it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return answered(request, lambda: self._one(request, object_id))

    def _one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        asked = self.get_object(request, object_id)
        if asked is None:
            return self._gone(request)
        decider = request.user
        assert isinstance(decider, User)  # noqa: S101 - the site let them in
        now, about = page_shown(asked), f"access request:{asked.pk}"
        form = form_of(asked)
        context: dict[str, Any] = {"version": seal(now, about)}
        if request.method == "POST":
            if Access.DECIDE not in self.access(request):
                raise PermissionDenied
            submission = Submission(about, request.POST, now)
            context["version"] = submission.version
            form = form_of(asked, submission.data)
            if submission.is_stale:
                self.note_stale(request, submission, str(asked.pk))
                messages.error(request, str(submission.refusal))
                context["differences"] = submission.differences()
            elif form.is_valid() and self._decided(request, decider, asked, form):
                return redirect(self._next_after(decider, asked))
        return self._shown(request, asked, decider, {**context, "form": form})

    def _gone(self, request: HttpRequest) -> HttpResponse:
        """Say in words that there is no such request: its page may have been open until now."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _t("Requests"),
            "list_url": self.url_of("changelist"),
        }
        request.current_app = self.admin_site.name
        page = "console/access_requests/gone.html"
        return TemplateResponse(request, page, context, status=HTTPStatus.NOT_FOUND)

    def _decided(
        self, request: HttpRequest, decider: User, asked: AccessRequest, form: EndForm
    ) -> bool:
        pressed = request.POST.get(BUTTON, "")
        try:
            text = decide(asked, decider, pressed, form.cleaned_data)
        except self.refusals as refusal:
            self.note_refusal(request, refusal, str(asked.pk))
            form.refuse(refusal)
            return False
        self.message_user(request, text, messages.SUCCESS)
        return True

    @override
    def note_refused(self, request: HttpRequest, reason: str, key: str | None) -> None:
        """Note it of the person who asked: reasons name them, and go when they are erased."""
        asked = None if key is None else self.get_object(request, key)
        record_refusal("access_request.refused", asked.user if asked else None, reason=reason)

    def _shown(
        self, request: HttpRequest, asked: AccessRequest, decider: User, context: dict[str, Any]
    ) -> HttpResponse:
        waiting = requests_to_decide(decider)
        beside = list(waiting[:_BESIDE])
        context |= {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": asked,
            "asked": asked,
            "kind": kind_of(asked),
            "person_url": pages_of_people(request, [asked.user_id]).get(str(asked.user_id), ""),
            "title": _t("Requests"),
            "facts": facts_of(asked),
            "decided": decision_of(asked),
            "is_own": asked.user_id == decider.pk,
            "can_end": asked.state == AccessRequest.State.GRANTED and asked.has_thing,
            "others": [
                {
                    "request": each,
                    "url": self.url_of("change", each.pk),
                    "since": told(each.asked),
                    "is_current": each == asked,
                }
                for each in beside
            ],
            "oldest": _waited(beside[0]) if beside else "",
            "waiting": waiting.count(),
            "list_url": self.url_of("changelist"),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "console/access_requests/request.html", context)

    def _next_after(self, decider: User, asked: AccessRequest) -> str:
        """Return where the next one that waits is decided; the list, if there is none."""
        following = requests_to_decide(decider).exclude(pk=asked.pk).first()
        return self.url_of("change", following.pk) if following else self.url_of("changelist")

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessRequest]:
        return (
            super().get_queryset(request).select_related("user", "subscription__product", "profile")
        )


def _waited(request: AccessRequest) -> str:
    """Return how long a request has waited, if that is longer than an hour."""
    is_long = timezone.now() - request.asked > timedelta(hours=1)
    return timesince(request.asked, depth=1) if is_long else ""


def _waiting(request: HttpRequest) -> QuerySet[AccessRequest]:
    assert isinstance(request.user, User)  # noqa: S101 - the site let them in
    return requests_to_decide(request.user)


def kind_of(request: AccessRequest) -> str:
    """Return what colours the badge of its state."""
    return _KINDS.get(AccessRequest.State(request.state), "")


count_beside(AccessRequest._meta.label_lower, _waiting)
