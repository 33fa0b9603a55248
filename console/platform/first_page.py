"""*Platform*, the first page of the operators' site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import EmailDomain
from console.base.sites import platform_site
from console.dashboard.attention import Need, most_urgent_first
from console.platform.companies import companies, growth
from console.platform.queues import failed_jobs, of_failed, queues
from operations.installation.change_feed import of_change_feed
from operations.installation.findings import Level
from operations.installation.jobs import of_jobs
from operations.installation.stored_secrets import of_stored_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User

_KINDS = {Level.GOOD: "good", Level.ADVICE: "warn", Level.WRONG: "bad"}


def _facts(_operator: User) -> dict[str, Any]:
    found = [of_stored_secrets(), of_change_feed(), of_jobs()]
    about_queues = queues()
    needs = [
        Need(kind=_KINDS[finding.level], what=finding.says, meaning=finding.remedy)
        for finding in found
        if finding.level is not Level.GOOD
    ]
    return {
        "needs": most_urgent_first([*needs, *of_failed(about_queues), *_domains()]),
        "health": [(_KINDS[finding.level], finding.says) for finding in found],
        "companies": companies(),
        "charts": [chart for chart in [growth()] if chart is not None],
        "queues": about_queues,
        "failed_jobs": failed_jobs(),
    }


def _domains() -> Iterator[Need]:
    """Yield that claims of mail domains wait, if any do."""
    waiting = EmailDomain.objects.filter(verified=None).count()
    if waiting:
        what = ngettext(
            "%(n)s mail domain waits to be verified",
            "%(n)s mail domains wait to be verified",
            waiting,
        )
        yield Need(
            kind="busy",
            what=what % {"n": waiting},
            meaning=_("Until then, its addresses do not lead to the company's identity provider."),
            page=f"{reverse('platform:accounts_emaildomain_changelist')}?verified__isempty=1",
            button=_("See them"),
        )


platform_site.begins_with("console/platform/index.html", _facts)
