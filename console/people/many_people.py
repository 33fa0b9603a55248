"""Deactivating and reactivating the selected people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from typing_extensions import override

from accounts.models import Role, User
from accounts.services import users
from accounts.services.losses import sessions_of_one
from accounts.services.turned_back import ACTIVITY, hold_person, last_turn_of
from console.base.doing import Done
from console.base.followed import OF_LEAVERS, Figure
from console.base.many import DeleteMany, ManyAction
from console.base.many_look import Look, PassedOver
from console.people.coming_back import who_may_come_back
from console.people.undoing import (
    SEATS,
    TURN,
    UndoDeactivation,
    UndoReactivation,
    words_for_managed,
)
from licenses.undoing import seats_held

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class DeactivateMany(ManyAction):
    """Deactivate people; a last admin, and whoever is inactive already, is passed over."""

    undo = UndoDeactivation()
    follows = OF_LEAVERS
    is_elsewhere = True

    @override
    def question(self, count: int) -> str:
        return ngettext("Deactivate %(n)s person?", "Deactivate %(n)s people?", count) % {
            "n": count
        }

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext("%(n)s person was deactivated", "%(n)s people were deactivated", count)
        return text % {"n": told}

    @override
    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        active = chosen.filter(active=True)
        inactive = PassedOver(_("They are inactive already."), chosen.filter(active=False))
        staying = last_admins(request, active)
        leaving = active.exclude(pk__in=[user.pk for each in staying for user in each.objects])
        lines = [
            _("They cannot sign in until somebody reactivates them. Nothing of them is deleted."),
            *model_admin.what_deactivation_takes(leaving),
        ]
        if leaving.filter(pk=request.user.pk).exists():
            lines.append(_("You are one of them: you are signed out, too."))
        return Look(
            consequences=lines,
            passed_over=[inactive, *staying],
            may_come_back=who_may_come_back(request, leaving),
        )

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> Done:
        person = hold_person(obj)
        if not person.active:
            return Done(note=_("They were inactive already."))
        seats, sessions = seats_held(person), sessions_of_one(person)
        users.deactivate_user(user=person)
        kept = {TURN: last_turn_of(person, ACTIVITY), SEATS: seats}
        return Done(kept=kept, sessions=sessions)


class ReactivateMany(ManyAction):
    """Let people sign in again; whoever is active already is passed over."""

    undo = UndoReactivation()
    follows = (Figure.GIVEN,)
    is_elsewhere = True

    @override
    def question(self, count: int) -> str:
        return ngettext("Reactivate %(n)s person?", "Reactivate %(n)s people?", count) % {
            "n": count
        }

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext("%(n)s person was reactivated", "%(n)s people were reactivated", count)
        return text % {"n": told}

    @override
    def look(self, model_admin: Any, request: HttpRequest, chosen: Any, choice: Any) -> Look:
        lines = [
            _("They can sign in again, with the role and the groups that they have."),
            _("Licences that they held are not given back."),
            *words_for_managed(chosen.filter(active=False)),
        ]
        active = PassedOver(_("They are active already."), chosen.filter(active=True))
        return Look(consequences=lines, passed_over=[active])

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> Done:
        person = hold_person(obj)
        if person.active:
            return Done(note=_("They were active already."))
        users.reactivate_user(user=person)
        return Done(kept={TURN: last_turn_of(person, ACTIVITY)})


class DeleteManyPeople(DeleteMany):
    """Delete people, whose sessions end and whose seats are free then."""

    follows = OF_LEAVERS
    is_elsewhere = True

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> Done:
        # Their groups are held before them; the service does so.
        sessions = sessions_of_one(obj)
        super().do(model_admin, obj, choice)
        return Done(sessions=sessions)


def last_admins(request: HttpRequest, chosen: QuerySet[User]) -> list[PassedOver]:
    """Return who stays an admin when every active admin of the tenant is among ``chosen``.

    It is whoever asks, if they are one of them; else the last of the list.
    """
    admins = User.objects.filter(role=Role.ADMIN, active=True)
    keys = list(chosen.filter(role=Role.ADMIN, active=True).values_list("pk", flat=True))
    if not keys or admins.exclude(pk__in=keys).exists():
        return []
    stays = request.user.pk if request.user.pk in keys else keys[-1]
    reason = _("The last active admin of this company stays. Make somebody else an admin first.")
    return [PassedOver(reason, chosen.filter(pk=stays))]
