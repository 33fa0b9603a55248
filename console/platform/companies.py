"""The companies of a deployment: how they stand, and how they grow, from numbers that are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import BigIntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from accounts.models import DailyCount, Tenant, UserCount
from console.base.counting import Number
from console.dashboard.bars import bars_of
from console.dashboard.of_days import DAYS, DaysChart

if TYPE_CHECKING:
    import datetime

    from django.db.models import QuerySet

MOST_SHOWN: Final = 25
"""Companies on the first page: those that grew most; the list has all."""
_Kind = DailyCount.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One row: a company, its state in words, and how many people came and went in 30 days."""

    name: str
    url: str
    plan: str
    state: str
    kind: str
    people: Number
    came: Number
    went: Number


def companies() -> list[Company]:
    """Return the companies that grew most in the last thirty days; one statement."""
    since = _first_day()

    def people(kind: str) -> Coalesce:
        counts = DailyCount.objects.filter(tenant=OuterRef("pk"), day__gte=since, kind=kind)
        return _summed(counts, "number")

    found = Tenant.objects.annotate(
        people=_summed(UserCount.objects.filter(tenant=OuterRef("pk")), "users"),
        came=people(_Kind.CREATED),
        went=people(_Kind.DELETED),
    )
    rows = found.order_by("-came", "-people", "slug")[:MOST_SHOWN]
    return [
        Company(
            name=each.name,
            url=reverse("platform:accounts_tenant_change", args=[each.pk]),
            plan=each.get_plan_display(),
            state=state,
            kind=kind,
            people=Number(each.people),
            came=Number(each.came),
            went=Number(each.went),
        )
        for each in rows
        for state, kind in [state_of(each)]
    ]


def state_of(company: Tenant) -> tuple[str, str]:
    """Return how people come in and accounts arrive, in words, with what colours the badge."""
    if not company.includes_saml_and_scim:
        is_over = company.saml_enabled
        return (_("Off: not in the plan"), "warn") if is_over else (_("Passwords"), "off")
    if not company.saml_enabled:
        return _("Being set up"), "busy"
    if company.scim_enabled:
        return (
            (_("SAML enforced, SCIM"), "good")
            if company.saml_enforced
            else (
                _("SAML and SCIM"),
                "good",
            )
        )
    return (_("SAML enforced"), "good") if company.saml_enforced else (_("SAML"), "good")


def growth() -> DaysChart | None:
    """Return people made and deleted each day in all companies; nothing while none was counted."""
    first = _first_day()
    days = [first + timedelta(days=each) for each in range(DAYS)]
    numbers = {day: {_Kind.CREATED: 0, _Kind.DELETED: 0} for day in days}
    kept = DailyCount.objects.filter(day__gte=first, kind__in=(_Kind.CREATED, _Kind.DELETED))
    summed = list(kept.values_list("day", "kind").annotate(n=Sum("number")).order_by())
    if not summed:
        return None
    for day, kind, number in summed:
        if day in numbers:
            numbers[day][_Kind(kind)] = number
    rows = [(day, list(found.values())) for day, found in sorted(numbers.items())]
    finding = _("People in all companies since %(day)s: %(came)s came, %(went)s were deleted.") % {
        "day": date_format(first, "j M"),
        "came": number_format(sum(each[0] for _day, each in rows), force_grouping=True),
        "went": number_format(sum(each[1] for _day, each in rows), force_grouping=True),
    }
    return DaysChart(
        key="growth",
        title=_("People who came and went each day"),
        finding=finding,
        columns=[(_("Came"), "a"), (_("Deleted"), "c")],
        rows=rows[::-1],
        drawn=bars_of(rows, classes=("a", "c")),
        log=reverse("platform:accounts_auditentry_changelist"),
    )


def _summed(counts: QuerySet[DailyCount] | QuerySet[UserCount], column: str) -> Coalesce:
    total = counts.order_by().values("tenant").annotate(n=Sum(column)).values("n")
    return Coalesce(Subquery(total, output_field=BigIntegerField()), 0)


def _first_day() -> datetime.date:
    return timezone.localdate() - timedelta(days=DAYS - 1)
