"""*Platform*, the first page of the operators' site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.base.sites import platform_site
from console.dashboard.attention import Need
from operations.installation.change_feed import of_change_feed
from operations.installation.findings import Level
from operations.installation.jobs import of_jobs
from operations.installation.stored_secrets import of_stored_secrets

if TYPE_CHECKING:
    from accounts.models import User


def _facts(_operator: User) -> dict[str, Any]:
    found = [of_stored_secrets(), of_change_feed(), of_jobs()]
    needs = [
        Need(kind="bad", what=finding.says, meaning=finding.remedy)
        for finding in found
        if finding.level is not Level.GOOD
    ]
    return {"needs": needs}


platform_site.begins_with("console/platform/index.html", _facts)
