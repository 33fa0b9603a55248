"""*Plan*: have one made, or a full run started; the latest of both; removals that are held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.errors import AccountError
from accounts.posted_forms.shown import seal
from accounts.posted_forms.submissions import SEEN_OTHERWISE, is_as_seen
from console.applications.frame import ApplicationFrame
from console.applications.overview import about_standing, runs_under_way, standing
from console.applications.words import action_kind, action_label, cause_label, steps_in_words
from console.base.access import Access
from provisioning.engine.refused import refused_removals
from provisioning.engine.runs import make_plan, start_full_run
from provisioning.models import Application, Operation, OperationState, Run

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_LATEST: Final = 20
_SHOWN_HELD: Final = 100


class PlanPages(ApplicationFrame):
    """The last step of the set-up, and the place for runs afterwards."""

    def plan_view(self, request: HttpRequest, application: Application) -> HttpResponse:
        """Show the latest plans and runs; make a plan, or start a run that sends."""
        if request.method == "POST":
            return self._begin(request, application)
        runs = Run.objects.filter(application=application)[:_LATEST]
        context = {
            "title": _("Plan"),
            "runs": [{"run": run, "url": self.run_url(run)} for run in runs],
            "under_way": runs_under_way(application).first(),
            "version": seal(standing(application), about_standing(application)),
        }
        return self.render_page(request, application, "plan.html", context, here="plan")

    def run_url(self, run: Run) -> str:
        """Return where a plan or a run is shown."""
        return reverse(f"{self.admin_site.name}:provisioning_run_change", args=[run.pk])

    def _begin(self, request: HttpRequest, application: Application) -> HttpResponse:
        sends = "full" in request.POST
        self.require(request, Access.CHANGE if sends else Access.TRY)
        try:
            with transaction.atomic():
                held = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
                if not is_as_seen(about_standing(held), request.POST, standing(held)):
                    self.message_user(request, str(SEEN_OTHERWISE), messages.ERROR)
                    return redirect(self.url_of("plan", application.pk))
                begun = (start_full_run if sends else make_plan)(application=held)
        except AccountError as refusal:
            self.note_refusal(request, refusal, str(application.pk))
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(self.url_of("plan", application.pk))
        return redirect(self.run_url(begun))

    def held_view(self, request: HttpRequest, application: Application) -> HttpResponse:
        """Show the removals that wait for an admin."""
        held = Operation.objects.filter(application=application, state=OperationState.HELD)
        refused = refused_removals(application)
        context: dict[str, Any] = {
            "title": _("Held removals"),
            "count": held.count(),
            "lines": [plan_line(operation) for operation in held[:_SHOWN_HELD]],
            "refused_count": refused.count(),
            "refused": [plan_line(operation) for operation in refused[:_SHOWN_HELD]],
            "version": seal(standing(application), about_standing(application)),
        }
        return self.render_page(request, application, "held.html", context)


def plan_line(operation: Operation) -> dict[str, Any]:
    """Return what a page shows of an operation that is planned, held or done."""
    return {
        "operation": operation,
        "action": action_label(operation.main_action),
        "kind": action_kind(operation.main_action),
        "cause": cause_label(operation.cause),
        "steps": steps_in_words(operation),
    }
