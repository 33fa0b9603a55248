"""Finding the seats of idle people in the history of licences, and taking them back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from typing_extensions import override

from accounts.identifiers import read_number
from console.base.followed import OF_SEATS
from console.base.judging import JudgingFilter
from console.base.many import ManyAction
from console.base.many_look import Look, PassedOver
from console.licences.undoing import UndoSeats, taken, words_for_freed
from licenses.idle import LONGEST_IDLE, idle_seats, release_idle_seat
from licenses.usage import by_product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from console.base.doing import Done
    from licenses.models import Seat

DAYS: Final = "idle"
USUAL: Final = "90"
OFFERED: Final = (30, 60, 90, 180, 365)


def is_idle_days(value: str) -> bool:
    """Whether ``value`` is a number of days that people can be looked for by."""
    days = read_number(value)
    return days is not None and days <= LONGEST_IDLE


class IdleSeatsFilter(JudgingFilter):
    """Seats held by people who have not signed in for a number of days."""

    title = _lazy("Holder has not signed in")

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        given = params.pop(DAYS, None)
        self.value: str | None = given[-1] if given else None

    @override
    def accepts(self, value: str) -> bool:
        return is_idle_days(value)

    @override
    def has_output(self) -> bool:
        return True

    @override
    def expected_parameters(self) -> list[str | None]:
        return [DAYS]

    @override
    def choices(self, changelist: Any) -> Iterator[Any]:
        yield self._choice(changelist, None, _("All"))
        days = {*OFFERED, *([int(self.value)] if self.value else ())}
        for each in sorted(days):
            words = ngettext("for %(n)s day", "for %(n)s days", each) % {"n": each}
            yield self._choice(changelist, str(each), words)

    def _choice(self, changelist: Any, value: str | None, display: str) -> dict[str, Any]:
        address = (
            changelist.get_query_string(remove=[DAYS])
            if value is None
            else changelist.get_query_string({DAYS: value})
        )
        return {"selected": self.value == value, "query_string": address, "display": display}

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value is None:
            return queryset
        return queryset.filter(pk__in=idle_seats(int(self.value)).order_by().values("pk"))


@dataclass(frozen=True, slots=True)
class IdleFor:
    """What is chosen for the action: a number of days, which is also what it is known by."""

    pk: int


class IdleForm(forms.Form):
    """For how many days whoever loses a seat has not signed in."""

    days = forms.IntegerField(
        label=_lazy("Days without signing in"),
        min_value=1,
        max_value=LONGEST_IDLE,
        initial=USUAL,
        help_text=_lazy("Who signs in before their turn comes keeps the seat."),
    )


class ReleaseIdleSeats(ManyAction):
    """Take back those of the picked seats whose holders have not signed in for some days."""

    undo = UndoSeats()
    follows = OF_SEATS

    @override
    def form(self, data: Any) -> IdleForm:
        return IdleForm(data if "days" in data else None)

    @override
    def choice_of(self, form: Any) -> IdleFor:
        return IdleFor(form.cleaned_data["days"])

    @override
    def name_of(self, choice: Any) -> str:
        return ngettext("%(n)s day", "%(n)s days", choice.pk) % {"n": choice.pk}

    @override
    def ids_of(self, choice: Any) -> dict[str, Any]:
        return {"days": choice.pk}

    @override
    def find_choice(self, ids: dict[str, Any]) -> IdleFor:
        return IdleFor(ids["days"])

    @override
    def question(self, count: int) -> str:
        text = ngettext(
            "Take back %(n)s seat of idle people?", "Take back %(n)s seats of idle people?", count
        )
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext("%(n)s seat was taken back", "%(n)s seats were taken back", count)
        return text % {"n": told}

    @override
    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        idle = idle_seats(choice.pk).order_by().values("pk")
        ended = chosen.exclude(released=None)
        held = chosen.filter(released=None)
        by_group = held.filter(pk__in=idle, by_group=True)
        going = held.filter(pk__in=idle, by_group=False)
        return Look(
            consequences=[
                *words_for_freed(by_product(going)),
                _("The history stays. Nobody is signed out or deactivated."),
            ],
            passed_over=[
                PassedOver(_("The seat was given back already."), ended),
                PassedOver(
                    _("They have signed in, or were given the seat, within these days."),
                    held.exclude(pk__in=idle),
                ),
                PassedOver(
                    _(
                        "A directory group gives them the seat, so they would wait for it again. "
                        "Take them out of the group instead."
                    ),
                    by_group,
                ),
            ],
        )

    @override
    def do(self, model_admin: Any, obj: Seat, choice: IdleFor) -> Done:
        if obj.by_group:
            raise ValidationError(_("A directory group gives them the seat."))
        return taken(release_idle_seat(seat=obj, days=choice.pk))
