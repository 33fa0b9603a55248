"""What higher layers contribute to a person's account page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from accounts.signals import account_page_shown

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Section:
    """One box of the account page: a template and what it shows.

    Attributes:
        leads: Whether it stands above everything else, because it is to be done next.
        place: Where it stands among the others; the lowest number comes first.
    """

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    leads: bool = False
    place: int = 0


def sections_of(user: User) -> list[Section]:
    """Return the sections that receivers of ``account_page_shown`` give, in their places."""
    answers: list[tuple[Any, Any]] = account_page_shown.send(sender=Section, user=user)
    found = [section for _receiver, section in answers if isinstance(section, Section)]
    return sorted(found, key=lambda section: section.place)
