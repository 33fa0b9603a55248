"""Jobs: what waits, runs, is done or has failed, with its reason, and a button to try again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.jobs.retrying import retry_job
from accounts.models import Job
from accounts.trail.sentences import actor_in_words
from console.base.exports import ReadModelAdmin
from console.base.many import ManyAction
from console.base.many_look import Look, PassedOver
from console.base.sites import platform_site

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

_BADGES = {
    Job.State.WAITING: "off",
    Job.State.RUNNING: "busy",
    Job.State.DONE: "good",
    Job.State.FAILED: "bad",
}
_FIELDS = (
    *("kind", "queue", "tenant", "badge", "progress", "error", "told_result", "attempts"),
    *("wanted_by", "request_id", "created", "due", "started", "ended"),
)


class RetryMany(ManyAction):
    """Let jobs that have failed be tried again."""

    stays_because = _("What a job has done by then stays done.")

    @override
    def question(self, count: int) -> str:
        text = ngettext("Try %(n)s job again?", "Try %(n)s jobs again?", count)
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext("%(n)s job was queued again", "%(n)s jobs were queued again", count)
        return text % {"n": told}

    @override
    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        reason = gettext("They have not failed: they wait, run or are done.")
        others = chosen.exclude(state=Job.State.FAILED)
        return Look(
            consequences=[gettext("A worker tries them soon. What they did already stays done.")],
            passed_over=[PassedOver(reason, others)],
        )

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> None:
        retry_job(job=obj)


@admin.register(Job, site=platform_site)
class JobAdmin(ReadModelAdmin[Job]):
    """Jobs are queued by what wants them; here they are read, and tried again when they failed."""

    list_title = _("Jobs")
    list_says = _("What is done after an answer, or by the clock. What failed can be tried again.")
    empty_text = _("No job was queued in the last 30 days.")
    change_title = _("Job")
    list_display = ["kind", "badge", "tenant", "queue", "progress", "error", "attempts", "created"]
    list_select_related = ["tenant"]
    list_filter: ClassVar[Any] = ["state", "queue", ("tenant", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["kind", "error"]
    search_help_text = _("Kind or reason")
    sortable_by: ClassVar[Any] = ()
    fields: ClassVar[Any] = _FIELDS
    readonly_fields: ClassVar[Any] = _FIELDS
    actions: Any = ["retry"]

    retry = RetryMany(description=_("Try again…"), permissions=["retry"], button=_("Try again"))

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Whether the person may have failed jobs tried again: every operator may."""
        return self.has_view_permission(request)

    @admin.display(description=_("State"), ordering="state")
    def badge(self, job: Job) -> SafeString:
        """Return the state as a badge."""
        said = {"text": job.get_state_display(), "kind": _BADGES[Job.State(job.state)]}
        return render_to_string("components/status_badge.html", said)

    @admin.display(description=_("Wanted by"))
    def wanted_by(self, job: Job) -> str:
        """Return in whose name it is done."""
        return actor_in_words(job.actor)

    @admin.display(description=_("Progress"))
    def progress(self, job: Job) -> str:
        """Return how much is done of how much, where that is known."""
        if job.total is None:
            return ""
        return gettext("%(done)s of %(total)s") % {"done": job.done, "total": job.total}

    @admin.display(description=_("Result"))
    def told_result(self, job: Job) -> str:
        """Return what came of it, for whoever knows the kind."""
        return json.dumps(job.result, indent=1, ensure_ascii=False) if job.result else ""
