"""*Conflicts*: accounts at applications that may be our people's, decided one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.errors import AccountError
from accounts.models import User
from accounts.posted_forms.shown import Fact, page_of, seal
from accounts.posted_forms.submissions import StaleFormError, Submission, answered
from console.applications.conflict_form import ConflictForm, compared, remote_id_of
from console.applications.of_application import ApplicationFilter
from console.base.access import Access, access_of
from console.base.exports import ReadModelAdmin
from console.base.model_admin import ConsoleModelAdmin
from console.base.moments import told
from console.base.of_person import pages_of_people
from console.base.questions import asks, is_filters, judges_itself
from console.base.seen import seen_applications
from console.base.waiting import count_beside
from provisioning.engine.conflicts import resolve_conflict
from provisioning.models import Application, Conflict, ImportRow
from provisioning.services.changing import hold

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from accounts.posted_forms.shown import Page

_BESIDE: Final = 30


@admin.register(Conflict)
class ConflictAdmin(ReadModelAdmin[Conflict], ConsoleModelAdmin[Conflict]):
    """The inbox of conflicts, and the page on which one is decided."""

    list_title = _("Conflicts")
    list_display = ["name", "application", "why", "how_it_is", "created"]
    list_filter: ClassVar[Any] = [
        "state",
        ("application", ApplicationFilter),
        "why",
    ]
    search_fields = ["name"]
    search_help_text = _("Name")
    list_says = _("We touch no account at an application until you say whose it is.")
    empty_text = _("There is no conflict. Accounts that may be your people's would be here.")
    ordering: ClassVar[Any] = ["-id"]
    actions: Any = None
    change_list_template = "console/applications/conflicts.html"
    refusals: ClassVar[tuple[type[Exception], ...]] = (AccountError, ValueError)

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Conflict]:
        """Return the conflicts at the applications that the person sees."""
        conflicts = super().get_queryset(request).select_related("application")
        return conflicts.filter(application__in=seen_applications(request))

    @admin.display(description=_("State"), ordering="state")
    def how_it_is(self, conflict: Conflict) -> SafeString:
        """Return the state as a badge."""
        is_open = conflict.state == Conflict.State.OPEN
        context = {"text": conflict.get_state_display(), "kind": "warn" if is_open else ""}
        return render_to_string("components/status_badge.html", context)

    @override
    @judges_itself
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to what waits from imports as well."""
        context = {"from_imports": self._from_imports(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def _from_imports(self, request: HttpRequest) -> dict[str, Any] | None:
        """Return how many accounts that imports found wait for a decision, and where they are."""
        rows = self.admin_site.get_model_admin(ImportRow)
        if not rows.has_view_permission(request):
            return None
        waiting = rows.get_queryset(request).filter(state=ImportRow.State.WAITING)
        page = reverse(f"{self.admin_site.name}:provisioning_importrow_changelist")
        return {"count": waiting.count(), "url": f"{page}?{urlencode({'state__exact': 'waiting'})}"}

    @override
    @asks(_changelist_filters=is_filters)
    def change_view(self, request: HttpRequest, object_id: str, *_args: Any, **_kw: Any) -> Any:
        """Show a conflict beside the others, and decide it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return answered(request, lambda: self._conflict(request, object_id))

    def _conflict(self, request: HttpRequest, object_id: str) -> HttpResponse:
        conflict = self.get_object(request, object_id)
        if conflict is None:
            raise Http404
        now, about = _shown(conflict), _about(conflict)
        form = ConflictForm(conflict=conflict)
        context: dict[str, Any] = {"version": seal(now, about)}
        if request.method == "POST":
            if not self._may_decide(request):
                raise PermissionDenied
            submission = Submission(about, request.POST, now)
            form = ConflictForm(submission.data, conflict=conflict)
            context["version"] = submission.version
            if submission.is_stale:
                self.note_stale(request, submission, str(conflict.pk))
                messages.error(request, str(submission.refusal))
                since = self.entries_since(request, conflict, submission)
                context["differences"] = submission.differences(since)
            elif form.is_valid() and self._decided(request, conflict, form, submission):
                return redirect(self._next_after(request, conflict))
        others = self.get_queryset(request).filter(state=Conflict.State.OPEN)[:_BESIDE]
        context |= {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": conflict,
            "conflict": conflict,
            "person_url": pages_of_people(request, [conflict.object_id]).get(
                conflict.object_id, ""
            ),
            "title": _("Conflicts"),
            "form": form,
            "is_open": conflict.state == Conflict.State.OPEN,
            "accounts": [remote_id_of(each) for each in conflict.candidates],
            "compared": compared(conflict),
            "others": [
                {
                    "conflict": each,
                    "url": self.url_of("change", each.pk),
                    "since": told(each.created),
                    "is_current": each == conflict,
                }
                for each in others
            ],
            "list_url": self.url_of("changelist"),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "console/applications/conflict.html", context)

    def _may_decide(self, request: HttpRequest) -> bool:
        assert isinstance(request.user, User)  # noqa: S101 - the site let them in
        return Access.CHANGE in access_of(request.user, Application._meta.label_lower)

    def _decided(
        self,
        request: HttpRequest,
        conflict: Conflict,
        form: ConflictForm,
        submission: Submission,
    ) -> bool:
        choice, remote_id = form.decision()
        try:
            with transaction.atomic():
                hold(conflict.application)
                held = Conflict.objects.get(pk=conflict.pk)
                submission.require(_shown(held))
                resolve_conflict(conflict=held, choice=choice, remote_id=remote_id)
        except StaleFormError:
            raise
        except self.refusals as refusal:
            self.note_refusal(request, refusal, str(conflict.pk))
            form.add_error("choice", str(refusal))
            return False
        self.message_user(request, _("Decided: %(name)s.") % {"name": conflict}, messages.SUCCESS)
        return True

    def _next_after(self, request: HttpRequest, conflict: Conflict) -> str:
        """Return where the next open conflict is decided; the list, if there is none."""
        still = self.get_queryset(request).filter(state=Conflict.State.OPEN)
        following = still.exclude(pk=conflict.pk).first()
        return self.url_of("change", following.pk) if following else self.url_of("changelist")


def _shown(conflict: Conflict) -> Page:
    facts = {"state": Fact(str(_("State")), str(conflict.get_state_display()))}
    return page_of(ConflictForm(conflict=conflict), facts=facts)


def _about(conflict: Conflict) -> str:
    return f"conflict:{conflict.pk}"


def _waiting(request: HttpRequest) -> QuerySet[Conflict]:
    seen = seen_applications(request)
    return Conflict.objects.filter(state=Conflict.State.OPEN, application__in=seen)


count_beside(Conflict._meta.label_lower, _waiting)
