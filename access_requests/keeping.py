"""What was granted to somebody who loses it, and is given it back: it ends on its day as before.

Requests of who is deleted, and whose deletion is held, are kept with them, and back when they are.
Without that, something that was granted until a day would be theirs for good from then on.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.dispatch import receiver

from access_requests.models import AccessRequest
from accounts.models import AccessProfile, HeldPerson, ProfileMembership
from accounts.signals import given_anew, kept_person_is_back, users_deactivated
from licenses.models import Seat, Subscription

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import Model

    from accounts.models import User

_State = AccessRequest.State
_THINGS: Final[dict[type[Model], str]] = {Seat: "subscription", ProfileMembership: "profile"}
_KEPT: Final = "access_requests"
_LEFT_OUT: Final = frozenset({"id", "tenant_id", "user_id"})
_COLUMNS: Final = tuple(
    field.attname for field in AccessRequest._meta.concrete_fields if field.attname not in _LEFT_OUT
)


@receiver(users_deactivated)
def keep_requests(*, user_ids: list[UUID], is_held: bool | None = None, **_kwargs: Any) -> None:
    """Keep the requests of people who are about to be deleted of which something follows yet."""
    if not is_held:
        return
    follows = Q(state=_State.OPEN) | Q(state=_State.GRANTED, until__isnull=False)
    for person in HeldPerson.objects.filter(user_id__in=user_ids, outcome=""):
        rows = AccessRequest.objects.filter(follows, user=person.user_id).order_by("pk")
        kept = json.dumps(list(rows.values(*_COLUMNS)), cls=DjangoJSONEncoder)
        person.kept[_KEPT] = json.loads(kept)
        person.save(update_fields=["kept"])


@receiver(kept_person_is_back)
def give_requests_back(*, user: User, kept: dict[str, Any], **_kwargs: Any) -> None:
    """Write anew what was kept, for ``user``, who is about to be given seats and profiles again."""
    for row in kept.get(_KEPT, ()):
        subscription, profile = row["subscription_id"], row["profile_id"]
        if not Subscription.objects.filter(pk=subscription).exists():
            row["subscription_id"] = None
        if not AccessProfile.objects.filter(pk=profile).exists():
            row["profile_id"] = None
        if row["state"] != _State.OPEN or not _is_asked(user, row):
            AccessRequest.objects.create(**row, user=user)


@receiver(given_anew)
def follow_what_was_given(
    *, sender: type[Model], user: User, former: int, row: int, **_kwargs: Any
) -> None:
    """Let the grant that gave what ``user`` had lost end what they have instead.

    One whose day has come meanwhile found nothing to take; it ends anew with the next that end.
    """
    is_of = {f"{_THINGS[sender]}__isnull": False}
    given = AccessRequest.objects.filter(user=user, gave=former, **is_of)
    given.filter(state=_State.ENDED, ending=AccessRequest.Ending.GONE).update(
        state=_State.GRANTED, ending="", closed=None
    )
    given.filter(state=_State.GRANTED).update(gave=row)


def _is_asked(user: User, row: dict[str, Any]) -> bool:
    """Whether who has their place by now asks for the same."""
    thing = {name: row[name] for name in ("subscription_id", "profile_id")}
    return AccessRequest.objects.filter(user=user, state=_State.OPEN, **thing).exists()
