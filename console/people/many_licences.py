"""Giving a licence to the selected people, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from typing_extensions import override

from accounts.models import User
from console.base.followed import OF_SEATS
from console.base.many import ManyAction
from console.base.many_look import Look, PassedOver
from console.licences.by_file import SUBSCRIPTION, chosen_subscription
from console.licences.forms import ChooseLicenseForm
from console.licences.undoing import UndoSeats, given, taken
from licenses.bulk import record_refused_seats
from licenses.models import Seat, Subscription
from licenses.services import give_seat, release_seat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from accounts.models import ActionLine
    from console.base.doing import Done


class _WithLicense(ManyAction):
    """An action for which a licence is chosen first."""

    undo = UndoSeats()

    @override
    def form(self, data: Any) -> ChooseLicenseForm:
        return ChooseLicenseForm(data if "subscription" in data else None)

    @override
    def choice_of(self, form: Any) -> Any:
        return form.cleaned_data["subscription"]

    @override
    def name_of(self, choice: Any) -> str:
        return str(choice.product)

    @override
    def ids_of(self, choice: Any) -> dict[str, Any]:
        return {SUBSCRIPTION: choice.pk}

    @override
    def find_choice(self, ids: dict[str, Any]) -> Subscription:
        return chosen_subscription(ids)


class AssignMany(_WithLicense):
    """Give each a seat, as long as there is one."""

    @override
    def question(self, count: int) -> str:
        text = ngettext(
            "Assign a licence to %(n)s person?", "Assign a licence to %(n)s people?", count
        )
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext(
            "%(n)s person was assigned a licence", "%(n)s people were assigned a licence", count
        )
        return text % {"n": told}

    @override
    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        held = Seat.objects.filter(subscription=choice, released=None)
        has_one = chosen.filter(pk__in=_people(held))
        without = chosen.exclude(pk__in=_people(held))
        wanting = without.filter(active=True)
        free = max(choice.seats - held.count(), 0)
        product = {"product": choice.product}
        if not choice.is_current(timezone.localdate()):
            reason = _("The subscription to %(product)s is not running today.") % product
            late = PassedOver(reason, wanting, is_tried=True)
        else:
            reason = _("No seat of %(product)s is left for them. Release one, or ask for more.")
            beyond = list(wanting.values_list("pk", flat=True)[free:])
            late = PassedOver(reason % product, wanting.filter(pk__in=beyond), is_tried=True)
        text = ngettext(
            "%(n)s seat of %(product)s is free now.",
            "%(n)s seats of %(product)s are free now.",
            free,
        )
        return Look(
            consequences=[text % {"n": free, **product}],
            passed_over=[
                PassedOver(_("They have this licence already."), has_one),
                PassedOver(
                    _("They are inactive; only active people have licences."),
                    without.filter(active=False),
                    is_tried=True,
                ),
                late,
            ],
        )

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> Done:
        return given(*give_seat(subscription=choice, user=obj))

    @override
    def note(self, model_admin: Any, request: HttpRequest, refused: Sequence[ActionLine]) -> None:
        names = User.objects.in_bulk([line.row for line in refused])
        known = {str(key): user.user_name for key, user in names.items()}
        record_refused_seats(
            Subscription.objects.filter(pk=refused[0].choice[SUBSCRIPTION]).first(),
            [(known.get(line.row, line.name), line.reason) for line in refused],
        )


class ReleaseMany(_WithLicense):
    """Take the seat of each person back; the history of it stays."""

    follows = OF_SEATS

    @override
    def question(self, count: int) -> str:
        text = ngettext(
            "Release a licence of %(n)s person?", "Release a licence of %(n)s people?", count
        )
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext("%(n)s licence was released", "%(n)s licences were released", count)
        return text % {"n": told}

    @override
    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        held = Seat.objects.filter(subscription=choice, released=None)
        given = held.filter(by_group=True, user__in=chosen.order_by().values("pk")).count()
        text = ngettext(
            "%(n)s of these seats was given by a directory group.",
            "%(n)s of these seats were given by a directory group.",
            given,
        )
        lines = [_("Their seats of %(product)s are free at once.") % {"product": choice.product}]
        without = chosen.exclude(pk__in=_people(held))
        return Look(
            consequences=[*lines, *([text % {"n": given}] if given else [])],
            passed_over=[PassedOver(_("They do not have this licence."), without)],
        )

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> Done:
        return taken(release_seat(subscription=choice, user=obj))


def _people(seats: QuerySet[Seat]) -> QuerySet[Any]:
    return seats.exclude(user=None).order_by().values("user_id")
