"""One entry of the log in words, of whatever kind it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from django.urls import reverse

from console.one_log.outcomes import MARKS, Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Model

PAGE: Final = "log-entry"
"""The name of the page of one entry."""


class About(NamedTuple):
    """Something that an entry names: the label of its model, and its key."""

    label: str
    key: str


class Place(NamedTuple):
    """What is called so, and its page; the page is empty for who may not open it."""

    name: str
    url: str


Known: TypeAlias = Mapping[About, Place]
"""What is there of all that the entries of a page name, and may be named to whoever looks."""


class Fact(NamedTuple):
    """A line of an entry.  ``is_code`` is said of what machines read."""

    label: str
    text: str
    url: str = ""
    is_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry in words.

    Attributes:
        stream: The log that it is from.
        key: Its key there.
        kind: What its kind is called.
        sentence: Who did what, and how it ended.
        figure: One short fact that stands at the end of the line.
        reason: Why it was refused, failed, or waits.
        remedy: What to do about that.
        changes: Each with label, before and after.
        reference: What finds it again, here and by the support.
        more_url: The page that has more of it; ``more`` says what.
        mark: The shape of its state, where the outcome alone does not tell.
    """

    stream: str
    key: str
    at: datetime
    kind: str
    outcome: Outcome
    sentence: str
    figure: str = ""
    reason: str = ""
    remedy: str = ""
    facts: list[Fact] = field(default_factory=list)
    changes: list[Any] = field(default_factory=list)
    reference: str
    more_url: str
    more: str
    mark: str = ""

    @property
    def shape(self) -> str:
        """The kind of mark that stands before it."""
        return self.mark or MARKS[self.outcome]

    @property
    def url(self) -> str:
        """Its own page."""
        return reverse(f"console:{PAGE}", args=[self.stream, self.key])


def about(model: type[Model], key: object) -> About:
    """Return how an entry names an object."""
    return About(model._meta.label_lower, str(key))


def reference_of(stream: str, key: object) -> str:
    """Return what finds an entry again that has no reference of its own."""
    return f"{stream}-{key}"
