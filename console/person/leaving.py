"""Whether somebody who is deactivated is really out: what is left of them, place by place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import AuditEntry, HeldChange, HeldPerson, User
from accounts.services.losses import links_of
from accounts.trail.sentences import actor_in_words
from console.base.access import Access
from console.base.moments import told_within
from console.person.look import MOST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from console.person.look import Look


def what_is_left(look: Look, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line for each place that whoever looks may see, and whether all of them are clear.

    ``shown`` are the other sections of the page, so that nothing is counted twice.
    """
    counted = list(_counts(look, shown))
    there = list(shown.get("applications", {}).get("lines", ()))
    not_clear = [each for each in there if each["kind"] != "good"]
    clear = [each for each in there if each["kind"] == "good"]
    return {
        "lines": counted,
        "applications": [*not_clear, *clear][:MOST],
        "is_out": not not_clear and all(each["is_clear"] for each in counted),
        "by": _by_whom(look) if look.may("accounts.user", Access.HISTORY) else "",
        "held": _held(look) if look.may("held-changes") else None,
    }


def _held(look: Look) -> dict[str, str] | None:
    """Return the change that is held and about the person, with its page; nothing if none is."""
    held = HeldPerson.objects.filter(
        user_id=look.person.pk, outcome="", change__state=HeldChange.State.OPEN
    )
    found = held.values_list("change", "change__source_name").first()
    if found is None:
        return None
    change, source = found
    return {"source": source, "url": reverse("console:held-change", args=[change])}


def _counts(look: Look, shown: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if "sessions" in shown:
        number = shown["sessions"]["number"]
        text = ngettext("%(n)s is open", "%(n)s are open", number)
        yield _counted(_("Sessions"), text, number)
        number = links_of(User.objects.filter(pk=look.person.pk))
        text = ngettext("%(n)s is unused", "%(n)s are unused", number)
        yield _counted(_("Links to sign in"), text, number)
    if "licences" in shown:
        number = shown["licences"]["number"]
        text = ngettext("%(n)s is held", "%(n)s are held", number)
        yield _counted(_("Seats"), text, number)


def _counted(place: str, text: str, number: int) -> dict[str, Any]:
    return {
        "place": place,
        "kind": "bad" if number else "good",
        "says": text % {"n": number} if number else _("None"),
        "is_clear": not number,
    }


def _by_whom(look: Look) -> str:
    """Return who deactivated the person and when, as the trail has it."""
    entries = AuditEntry.objects.filter(
        target_type="user", target_id=str(look.person.pk), action="user.deactivated"
    )
    last = entries.values_list("actor", "at").first()
    if last is None:
        return ""
    who, at = last
    return format_html(
        _("Deactivated by {who}, {when}."), who=actor_in_words(who), when=told_within(at)
    )
