"""What would happen to the selected rows of a list: who is passed over, who is done, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.utils.translation import gettext as _

from console.base.csv_export import csv_response

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.db.models import QuerySet
    from django.http.response import HttpResponseBase

SHOWN_NAMES: Final = 10


class PassedOver(NamedTuple):
    """Rows that the action leaves as they are, and why.

    Those that ``is_tried`` says so of are tried all the same, as it depends on what happens until
    then; the others are not touched.
    """

    reason: str
    objects: QuerySet[Any]
    is_tried: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What would happen: sentences with numbers, and the rows that need a second look.

    Attributes:
        passed_over: Those that stay as they are.
        may_come_back: Why somebody else may undo it, by the keys of those to whom it is done.
    """

    consequences: Sequence[str] = ()
    passed_over: Sequence[PassedOver] = ()
    may_come_back: Mapping[Any, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that need a second look for one reason: how many, and the first of them by name.

    ``text`` and ``kind`` are those of a badge that says what will happen.
    """

    reason: str
    count: int
    names: list[str]
    text: str
    kind: str = ""

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.names)


def second_looks(chosen: QuerySet[Any], look: Look) -> list[Group]:
    """Return who of ``chosen`` needs a second look: who may come back, then who is passed over."""
    return [*_coming_back(chosen, look.may_come_back), *_passed_over(look)]


def looked_at_as_csv(name: str, chosen: QuerySet[Any], look: Look) -> HttpResponseBase:
    """Return a file that says of each of ``chosen`` what would happen to them, and why."""
    left = {
        key: each.reason
        for each in look.passed_over
        for key in each.objects.values_list("pk", flat=True)
    }
    header = [_("Who or what"), _("ID"), _("What will happen"), _("Why")]
    return csv_response(name=name, header=header, rows=_rows(chosen, left, look.may_come_back))


def _rows(
    chosen: QuerySet[Any], left: Mapping[Any, str], coming_back: Mapping[Any, str]
) -> Iterator[list[str]]:
    for obj in chosen:
        known = [str(obj), str(obj.pk)]
        if obj.pk in left:
            yield [*known, _("Passed over"), left[obj.pk]]
        elif obj.pk in coming_back:
            yield [*known, _("Will be done, may come back"), coming_back[obj.pk]]
        else:
            yield [*known, _("Will be done"), ""]


def _coming_back(chosen: QuerySet[Any], reasons: Mapping[Any, str]) -> Iterator[Group]:
    keys: dict[str, list[Any]] = {}
    for key, reason in reasons.items():
        keys.setdefault(reason, []).append(key)
    shown = [key for each in keys.values() for key in each[:SHOWN_NAMES]]
    named = {obj.pk: str(obj) for obj in chosen.filter(pk__in=shown)} if shown else {}
    for reason, of_it in keys.items():
        names = [named[key] for key in of_it[:SHOWN_NAMES] if key in named]
        yield Group(reason, len(of_it), names, _("May come back"), "warn")


def _passed_over(look: Look) -> Iterator[Group]:
    for each in look.passed_over:
        if number := each.objects.count():
            names = [str(obj) for obj in each.objects[:SHOWN_NAMES]]
            yield Group(each.reason, number, names, _("Passed over"))
