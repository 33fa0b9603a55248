"""The filter of the provisioning log by what waits or is stuck now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from provisioning.engine.troubles import still_failed, still_set_aside, still_under_way

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from provisioning.models import Operation

NOW: Final = "now"
UNDER_WAY: Final = "under-way"
FAILED: Final = "failed"
SET_ASIDE: Final = "set-aside"
STANDING: Final[dict[str, tuple[StrOrPromise, Callable[[Any], QuerySet[Operation]]]]] = {
    UNDER_WAY: (_("Waits or is being sent"), still_under_way),
    FAILED: (_("Failed, and was not tried since"), still_failed),
    SET_ASIDE: (_("The last about who is set aside"), still_set_aside),
}
"""By its value in the address, how something can stand now: what it is called, and its rows."""


class StandingFilter(admin.SimpleListFilter):
    """The rows behind the numbers that the dashboard and the page of an application show."""

    title = _("now")
    parameter_name = NOW

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(name, label) for name, (label, _rows) in STANDING.items()]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Operation]) -> QuerySet[Operation]:
        asked = STANDING.get(self.value() or "")
        return asked[1](queryset) if asked else queryset
