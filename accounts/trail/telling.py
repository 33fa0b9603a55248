"""Entries of the audit trail in words: a sentence, what changed from what to what, and the rest.

Names of people and things are looked up for all entries of a page together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.utils.translation import gettext as _

from accounts.identifiers import read_number, read_uuid
from accounts.models import AccessProfile, DirectoryGroup, User
from accounts.storage.retention import ERASED
from accounts.trail.labels import (
    label_of,
    named_details,
    names_of,
    register_names,
    value_in_words,
    words_of,
)
from accounts.trail.sentences import actor_in_words, sentence
from accounts.trail.values import MOST_SHOWN, in_words

if TYPE_CHECKING:
    from accounts.models import AuditEntry

_MEMBERS: Final = ("added", "removed")
_UNSAID: Final = frozenset({"changes", "changed", "names", "proposal", ERASED, *_MEMBERS})
"""Details that are told as changes, serve the search, or are keys that nobody can read."""
_PAIR: Final = 2


class Change(NamedTuple):
    """One field: what it was and what it is, in words."""

    label: str
    before: str
    after: str


class Told(NamedTuple):
    """One entry in words."""

    entry: AuditEntry
    sentence: str
    who: str
    changes: list[Change]
    facts: list[tuple[str, str]]


def tell(entries: Iterable[AuditEntry]) -> list[Told]:
    """Return these entries in words, in their order, for a handful of statements in all."""
    listed = list(entries)
    members = _names_of_members(listed)
    named = {
        name: names_of(name, {key for entry in listed for key in _keys(entry.details.get(name))})
        for name in named_details()
    }
    return [_tell(entry, members, named) for entry in listed]


def as_text(told: Told) -> str:
    """Return what changed and the rest as one line, for a file."""
    lines = [f"{each.label}: {each.before} → {each.after}" for each in told.changes]
    return " · ".join([*lines, *(f"{label}: {text}" for label, text in told.facts)])


def _tell(
    entry: AuditEntry, members: Mapping[str, str], named: Mapping[str, Mapping[str, str]]
) -> Told:
    kind, details = entry.target_type, entry.details
    changes = [*_changes(kind, details), *_changes_of_old(kind, details)]
    used = {"before", "after", "seats_before"} if changes else set()
    words = {
        name: _detail(kind, name, value, named.get(name, {}))
        for name, value in details.items()
        if name not in _UNSAID and value not in ("", None, [], {}) and not _is_old_pair(value)
    }
    return Told(
        entry=entry,
        sentence=sentence(
            entry.action, who=entry.actor, what=_called(entry), kind=kind, details=words
        ),
        who=actor_in_words(entry.actor),
        changes=changes,
        facts=[
            *_who_came_and_went(details, members),
            *_changed_of_old(kind, details),
            *((label_of(kind, name), text) for name, text in words.items() if name not in used),
        ],
    )


def _called(entry: AuditEntry) -> str:
    """Return what the object was called, or that it was somebody who is erased."""
    is_erased = ERASED in entry.details or entry.action == "user.erased"
    return _("somebody who was deleted") if is_erased else entry.target


def _detail(kind: str, name: str, value: Any, named: Mapping[str, str]) -> str:
    if name == "rows" and isinstance(value, list):  # A mapping table, as entries of old kept it.
        return in_words([_row_of_old(kind, row) for row in value])
    if name == "attributes" and isinstance(value, dict):
        return in_words([f"{key} = {in_words(each)}" for key, each in value.items()])
    words = {**words_of(kind, name), **named}
    return in_words(value, words)


def _changes(kind: str, details: Mapping[str, Any]) -> Iterable[Change]:
    for name, pair in (details.get("changes") or {}).items():
        if pair is None:
            yield Change(label_of(kind, name), _("hidden"), _("changed"))
        elif isinstance(pair, list) and len(pair) == _PAIR:
            before, after = (value_in_words(kind, name, value) for value in pair)
            yield Change(label_of(kind, name), before, after)


def _changes_of_old(kind: str, details: Mapping[str, Any]) -> Iterable[Change]:
    """Return what entries say of a change that were written before they kept all of it."""
    unknown = _("not recorded")
    for name, value in details.items():
        if _is_old_pair(value):
            before, after = (value_in_words(kind, name, value[key]) for key in ("before", "after"))
            yield Change(label_of(kind, name), before, after)
    if "changes" not in details and {"before", "after"} <= details.keys():
        before, after = (value_in_words(kind, "role", details[key]) for key in ("before", "after"))
        yield Change(label_of(kind, "role"), before, after)
    if "seats_before" in details and "seats" in details:
        seats = (in_words(details["seats_before"]), in_words(details["seats"]))
        yield Change(label_of(kind, "seats"), *seats)
    changed = details.get("changed")
    if isinstance(changed, Mapping):
        for name, value in changed.items():
            yield Change(label_of(kind, name), unknown, value_in_words(kind, name, value))


def _changed_of_old(kind: str, details: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    changed = details.get("changed")
    if isinstance(changed, list) and changed:
        yield _("What changed"), in_words([label_of(kind, str(name)) for name in changed])


def _who_came_and_went(
    details: Mapping[str, Any], members: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    for name, label in (("added", _("Joined")), ("removed", _("Left"))):
        ids = details.get(name)
        if isinstance(ids, list) and ids:
            gone = _("somebody who is gone")
            named = [members.get(str(pk), gone) for pk in ids[:MOST_SHOWN]]
            more = len(ids) - len(named)
            yield label, in_words([*named, {"more": more}] if more else named)


def _names_of_members(entries: Iterable[AuditEntry]) -> dict[str, str]:
    """Return the names of the first of those who joined and left, people and groups, by id."""
    shown = {
        str(pk)
        for entry in entries
        for name in _MEMBERS
        for pk in (entry.details.get(name) or ())[:MOST_SHOWN]
    }
    ids = [pk for pk in shown if read_uuid(pk)]
    if not ids:
        return {}
    found = {str(user.pk): user.name_and_address for user in User.objects.filter(pk__in=ids)}
    rest = [pk for pk in ids if pk not in found]
    if rest:
        groups = DirectoryGroup.objects.filter(pk__in=rest).values_list("pk", "display_name")
        found |= {str(pk): name for pk, name in groups}
    return found


def _names_of_groups(keys: Collection[str]) -> Mapping[str, str]:
    found = DirectoryGroup.objects.filter(pk__in=[key for key in keys if read_uuid(key)])
    return {str(pk): name for pk, name in found.values_list("pk", "display_name")}


def _names_of_profiles(keys: Collection[str]) -> Mapping[str, str]:
    found = AccessProfile.objects.filter(pk__in=[key for key in keys if read_number(key)])
    return {str(pk): name for pk, name in found.values_list("pk", "name")}


register_names("groups", _names_of_groups)
register_names("profiles", _names_of_profiles)


def _is_old_pair(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"before", "after"}


def _row_of_old(kind: str, row: Any) -> str:
    field, attribute, required = (*row, "", "", False)[:3] if isinstance(row, list) else ("",) * 3
    told = f"{label_of(kind, str(field))} ← {attribute}"
    return _("%(row)s (required)") % {"row": told} if required else told


def _keys(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]
