"""Undoing who joined and who left an access profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from typing_extensions import override

from accounts.models import AccessProfile, User
from accounts.services.profiles_undone import (
    moved_since,
    profile_gone,
    undo_joining,
    undo_leaving,
)
from console.base.undoing import LookBack, Undo
from console.people.undoing import gone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from accounts.models import ActionLine

PROFILE: Final = "profile"
JOINED: Final = "joined"
LEFT: Final = "left"
MEMBERSHIP: Final = "membership"
"""What is kept of a line: the profile, the entry that names who joined or left, and of who left the
membership that they lost.
"""


class UndoProfile(Undo):
    """Take people out of the access profile that they joined; let those join again who left."""

    is_elsewhere = True

    @override
    def question(self, count: int) -> str:
        text = ngettext(
            "Undo the change of an access profile for %(n)s person?",
            "Undo the change of an access profile for %(n)s people?",
            count,
        )
        return text % {"n": count}

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext(
            "%(n)s person was put back as they were",
            "%(n)s people were put back as they were",
            count,
        )
        return text % {"n": told}

    @override
    def look_back(
        self, model_admin: Any, request: HttpRequest, lines: Sequence[ActionLine]
    ) -> LookBack:
        # One action is about one profile.
        profile = AccessProfile.objects.filter(
            pk__in={each.kept[PROFILE] for each in lines}
        ).first()
        if profile is None:
            return LookBack(left=dict.fromkeys([line.pk for line in lines], profile_gone()))
        people = User.objects.filter(pk__in=[line.row for line in lines])
        there = {str(pk) for pk in people.values_list("pk", flat=True)}
        expected = {line.row: _entry(line.kept) for line in lines if line.row in there}
        moved = moved_since(profile_id=profile.pk, expected=expected)
        left = {line.pk: gone() for line in lines if line.row not in there}
        left |= {line.pk: moved[line.row] for line in lines if line.row in moved}
        text = _("The access profile %(profile)s is as it was for them.")
        return LookBack(consequences=[text % {"profile": profile}], left=left)

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> None:
        profile_id, entry_id = choice[PROFILE], _entry(choice)
        if JOINED in choice:
            undo_joining(user=obj, profile_id=profile_id, entry_id=entry_id)
            return
        former = choice[MEMBERSHIP]
        undo_leaving(user=obj, profile_id=profile_id, entry_id=entry_id, former=former)


def _entry(kept: dict[str, Any]) -> int:
    return int(kept[JOINED] if JOINED in kept else kept[LEFT])
