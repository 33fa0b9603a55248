"""Giving and taking back licences line by line, as a file says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from typing_extensions import override

from accounts.trail.refusals import record_refusal
from console.base.doing import Done, Work
from console.base.followed import OF_SEATS
from console.licences.undoing import UndoSeats, given, taken
from licenses.csv_import import REASON, RELEASE
from licenses.models import Subscription
from licenses.services import give_seat, release_seat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from accounts.models import ActionLine

SUBSCRIPTION: Final = "subscription"
ACTION: Final = "action"
"""What is kept of a line: the id of the subscription and, of a file's, what is to be done."""


class LicencesByFile(Work):
    """Give or take back what a line of a file says; see :mod:`console.licences.csv_page`."""

    undo = UndoSeats()
    follows = OF_SEATS

    @override
    def became(self, count: int, told: str) -> str:
        text = ngettext(
            "%(n)s licence was assigned or released",
            "%(n)s licences were assigned or released",
            count,
        )
        return text % {"n": told}

    @override
    def do(self, model_admin: Any, obj: Any, choice: Any) -> Done:
        subscription, action = choice
        if action == RELEASE:
            return taken(release_seat(subscription=subscription, user=obj, reason=REASON))
        return given(*give_seat(subscription=subscription, user=obj, reason=REASON))

    @override
    def find_choice(self, ids: dict[str, Any]) -> tuple[Subscription, str]:
        return chosen_subscription(ids), ids[ACTION]

    @override
    def note(self, model_admin: Any, request: HttpRequest, refused: Sequence[ActionLine]) -> None:
        record_refusal("license.refused", reason=refused[0].reason, number=len(refused), by=REASON)


def chosen_subscription(ids: dict[str, Any]) -> Subscription:
    """Return the subscription whose id was kept of a line.

    Raises:
        ValidationError: It is gone.
    """
    found = Subscription.objects.select_related("product").filter(pk=ids[SUBSCRIPTION]).first()
    if found is None:
        raise ValidationError(_("This licence is not there any more."))
    return found
