"""What a filter of the user list offers, each choice with how many people it would leave.

Of a filter with many choices the commonest are offered.  Each is counted with a fixed number of
statements among the first :data:`console.base.counting.EXACT` people by name whom the other
filters leave; when they leave more, the counts are *about*.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from accounts.models import DirectoryGroupMember, ProfileMembership, Role, User
from accounts.models.users import domain_of
from console.base.counting import EXACT, Number
from console.people.filters import (
    BY_HAND,
    NONE,
    YES,
    DomainFilter,
    GroupFilter,
    IdleFilter,
    LicenceFilter,
    NeverFilter,
    PeopleFilter,
    ProfileFilter,
    RoleFilter,
    SourceFilter,
    StatusFilter,
)
from licenses.models import Seat, Subscription
from scim.models import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import QuerySet

MOST_CHOICES: Final = 50
SPANS: Final = ("30", "90", "180", "365")
"""Days that are offered; any other number can be entered."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter: its words, and how many people it leaves."""

    value: str
    words: str
    count: Number


@dataclass(frozen=True, slots=True)
class Base:
    """Whom the other filters leave.

    Attributes:
        people: They, in the order of their names.
        found: How many they are.
    """

    people: QuerySet[User]
    found: Number

    @property
    def first(self) -> QuerySet[User]:
        """Those that are counted."""
        return self.people[: EXACT + 1]

    @property
    def hits(self) -> int:
        """How many are counted."""
        return min(self.found.value, EXACT + 1)

    def number(self, count: int) -> Number:
        """Return what a count among :attr:`first` means."""
        return Number(count).part(of=self.found.value, hits=self.hits)

    def choices(self, rows: Iterable[tuple[Any, Any, int]]) -> list[Choice]:
        """Return choices from values, their words and their counts."""
        return [Choice(str(value), str(words), self.number(n)) for value, words, n in rows]


@singledispatch
def choices_of(spec: PeopleFilter, base: Base, among: str) -> list[Choice]:
    """Return what ``spec`` offers; where there are many, those whose name has ``among`` in it."""
    raise NotImplementedError(f"Say in {__name__} what {type(spec).__name__} offers.")


@choices_of.register
def _statuses(spec: StatusFilter, base: Base, among: str) -> list[Choice]:
    return _by_condition(spec, base, spec.WORDS)


@choices_of.register
def _roles(spec: RoleFilter, base: Base, among: str) -> list[Choice]:
    return _by_condition(spec, base, {role.value: role.label for role in Role})


@choices_of.register
def _never(spec: NeverFilter, base: Base, among: str) -> list[Choice]:
    return _by_condition(spec, base, {YES: spec.title})


@choices_of.register
def _idle(spec: IdleFilter, base: Base, among: str) -> list[Choice]:
    return _by_condition(spec, base, {days: spec.say(days) for days in SPANS})


@choices_of.register
def _sources(spec: SourceFilter, base: Base, among: str) -> list[Choice]:
    names = Source.objects.order_by("name").values_list("pk", "name")[:MOST_CHOICES]
    return _by_condition(spec, base, {BY_HAND: _("By hand"), **{str(k): name for k, name in names}})


@choices_of.register
def _licences(spec: LicenceFilter, base: Base, among: str) -> list[Choice]:
    held = Seat.objects.filter(released=None, user__in=base.first.values("pk")).order_by()
    by_subscription = dict(held.values_list("subscription").annotate(Count("pk")))
    holders = held.aggregate(n=Count("user", distinct=True))["n"]
    names = Subscription.objects.order_by("product__name").values_list("pk", "product__name")
    rows = [(key, name, by_subscription.get(key, 0)) for key, name in names[:MOST_CHOICES]]
    return base.choices([(NONE, _("none"), base.hits - holders), *rows])


@choices_of.register
def _profiles(spec: ProfileFilter, base: Base, among: str) -> list[Choice]:
    rows = ProfileMembership.objects.filter(user__in=base.first.values("pk"))
    if among:
        rows = rows.filter(profile__name__finds=among)
    counts = rows.values_list("profile", "profile__name").annotate(n=Count("pk"))
    return base.choices(counts.order_by("-n", "profile__name_ci")[:MOST_CHOICES])


@choices_of.register
def _groups(spec: GroupFilter, base: Base, among: str) -> list[Choice]:
    rows = DirectoryGroupMember.objects.filter(user__in=base.first.values("pk"))
    if among:
        rows = rows.filter(group__display_name__finds=among)
    counts = rows.values_list("group", "group__display_name").annotate(n=Count("pk"))
    return base.choices(counts.order_by("-n", "group__display_name_ci")[:MOST_CHOICES])


@choices_of.register
def _domains(spec: DomainFilter, base: Base, among: str) -> list[Choice]:
    people = User.objects.filter(pk__in=base.first.values("pk")).exclude(email_ci="")
    people = people.annotate(mail_domain=domain_of("email_ci"))
    if among:
        people = people.filter(mail_domain__contains=among.lower())
    counts = people.order_by().values("mail_domain").annotate(n=Count("pk"))
    found = counts.order_by("-n", "mail_domain").values_list("mail_domain", F("mail_domain"), "n")
    return base.choices(found[:MOST_CHOICES])


def _by_condition(spec: PeopleFilter, base: Base, words: Mapping[str, Any]) -> list[Choice]:
    """Return choices that are conditions on columns of people, counted with one statement."""
    conditions: dict[str, Q] = {value: spec.condition(value) for value in words}
    counts = base.first.aggregate(
        **{f"n{place}": Count("pk", filter=each) for place, each in enumerate(conditions.values())}
    )
    return base.choices(
        [(value, words[value], counts[f"n{place}"]) for place, value in enumerate(conditions)]
    )
