"""Who decides which line: nobody their own, and an admin where the role of one is at stake."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import Count, F, Func, IntegerField

from access_reviews.services.things import holders_of
from accounts.models import Role, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from access_reviews.services.things import Thing

_BYTES: Final = 2
"""The last bytes of an id, which nothing orders, spread people evenly over reviewers."""


class _Place(Func):
    """The place of somebody among so many reviewers, as :func:`_place` has it."""

    template = (
        "mod(get_byte(uuid_send(%(expressions)s), 14) * 256"
        " + get_byte(uuid_send(%(expressions)s), 15), %(number)s)"
    )
    output_field = IntegerField()


class Deciders(NamedTuple):
    """Who decides about one thing: ``reviewers`` in turn, else ``starter``, else any admin."""

    reviewers: Sequence[UUID]
    starter: UUID | None

    def of(self, person: UUID) -> UUID | None:
        """Return who decides about a person; nobody in particular means any system admin."""
        number = len(self.reviewers)
        place = _place(person, number) if number else 0
        for step in range(number):
            each = self.reviewers[(place + step) % number]
            if each != person:
                return each
        return self.starter if self.starter != person else None


def deciders(thing: Thing, *, reviewers: Sequence[UUID], starter: UUID) -> Deciders:
    """Return who decides about a thing, of those who are active now."""
    people = User.objects.filter(pk__in=[*reviewers, starter], active=True)
    roles = dict(people.values_list("pk", "role"))
    if thing.gives_admin:
        roles = {key: role for key, role in roles.items() if role == Role.ADMIN}
    return Deciders(
        [each for each in reviewers if each in roles], starter if starter in roles else None
    )


def shares(
    things: Iterable[Thing], *, reviewers: Sequence[UUID], starter: UUID
) -> Counter[UUID | None]:
    """Return how many lines each would decide; two or three statements a thing."""
    found: Counter[UUID | None] = Counter()
    for thing in things:
        who = deciders(thing, reviewers=reviewers, starter=starter)
        holders = holders_of(thing)
        number = len(who.reviewers)
        if not number:
            own = [] if who.starter is None else [who.starter]
            found[who.starter] += holders.exclude(pk__in=own).count()
            found[None] += holders.filter(pk__in=own).count()
            continue
        places = holders.annotate(place=_Place(F("pk"), number=number)).order_by()
        counted = dict(places.values_list("place").annotate(people=Count("pk")))
        reviewed = set(holders.filter(pk__in=who.reviewers).values_list("pk", flat=True))
        for place, reviewer in enumerate(who.reviewers):
            found[reviewer] += counted.get(place, 0)
        for person in reviewed:
            found[who.reviewers[_place(person, number)]] -= 1
            found[who.of(person)] += 1
    return +found


def _place(person: UUID, number: int) -> int:
    return int.from_bytes(person.bytes[-_BYTES:], "big") % number
