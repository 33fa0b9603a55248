"""The sections of a person's page: who may see each, and what it shows.

A section that whoever looks may not see is not there, and costs no statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from console.applications.at_applications import at_applications
from console.base.access import Access
from console.base.of_person import rows_about
from console.person.asking import asking
from console.person.belonging import belonging
from console.person.leaving import what_is_left
from console.person.licences import licences
from console.person.look import MOST, Look
from console.person.profile import profile, with_editors
from console.person.records import history, requests
from console.person.reviews import reviews
from console.person.signing_in import sessions, sign_ins

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page.

    Attributes:
        facts: Returns what its template shows, for a fixed number of statements.
        pages: Who may see these pages may see the section, as the access table calls them.
        right: The right on them that it takes.
    """

    facts: Callable[[Look], Mapping[str, Any]]
    pages: tuple[str, ...]
    right: Access = Access.VIEW

    def is_for(self, look: Look) -> bool:
        """Whether whoever looks may see it."""
        return all(look.may(page, self.right) for page in self.pages)


def applications(look: Look) -> dict[str, Any]:
    """Return how the person stands at each application, those first that need a look."""
    lines = sorted(
        at_applications(look.request, look.person), key=lambda each: each["kind"] in {"good", ""}
    )
    may_read = look.may("provisioning.operation")
    return {
        "lines": lines,
        "shown": lines[:MOST],
        "more": max(len(lines) - MOST, 0),
        "all_url": rows_about("provisioning_operation", look.person) if may_read else "",
    }


SECTIONS: Final[Mapping[str, Section]] = {
    "licences": Section(licences, ("licenses.seat",)),
    "profile": Section(profile, ("accounts.user",)),
    "belonging": Section(belonging, ("accounts.accessprofile", "accounts.directorygroup")),
    "reviews": Section(reviews, ("access-reviews",)),
    "applications": Section(applications, ("provisioning.application",)),
    "asked": Section(asking, ("access_requests.accessrequest",)),
    "sessions": Section(sessions, ("sign-in-attempts",)),
    "sign_ins": Section(sign_ins, ("sign-in-attempts",)),
    "requests": Section(requests, ("scim.requestlogentry",)),
    "history": Section(history, ("accounts.user",), Access.HISTORY),
}


def sections_of(request: HttpRequest, person: User) -> dict[str, Mapping[str, Any]]:
    """Return what each section shows that whoever asks may see, by its name.

    Who may read the history is told in the profile, too, who changed something there.  Of somebody
    who is deactivated, ``leaving`` says what is left of them.
    """
    look = Look(request, person)
    shown: dict[str, Mapping[str, Any]] = {
        name: section.facts(look) for name, section in SECTIONS.items() if section.is_for(look)
    }
    if "history" in shown:
        entries = (told.entry for told, _kind in shown["history"]["entries"])
        shown["profile"] = with_editors(shown["profile"], entries)
    if not person.active:
        shown["leaving"] = what_is_left(look, shown)
    return shown
