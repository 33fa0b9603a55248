"""How a target speaks SCIM: what it can, what it refuses, and what was learned of it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from provisioning.protocol.paths import member

if TYPE_CHECKING:
    from collections.abc import Mapping


class MemberRemoval(StrEnum):
    """How members are removed by PATCH: named in a value, or by a filter in the path.

    RFC 7644 knows the filter only.  A server that follows it and ignores the value removes *all*
    members, so the value is for targets that are known to want it, or refused the filter.
    """

    VALUE = "value"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a target can, and how it wants things said.

    Attributes:
        patch: PATCH is understood.
        put: PUT is.
        patch_ops: Which operations of PATCH are.
        value_paths: Paths such as ``emails[type eq "work"].value`` are understood in PATCH.
        member_chunk: The most changes of members in one request.
        member_removal: How members are removed.
        filters: Lists can be filtered at all.
        filterable: The attributes that can be filtered by with ``eq``; empty: all.
        groups: There is ``/Groups``.
        lists_members: Groups are shown with their members.
        page_size: The most resources of one page.
        cursors: Lists go by cursor (RFC 9865).
        etags: ``If-Match`` is understood.
        delete_deactivates: DELETE leaves an inactive account.
        active_forced_on_create: Whoever is created is active, whatever was sent.
        read_only: Top-level attributes (or URNs) that are not sent.
        never_cleared: Top-level attributes that the target refuses to be without.
    """

    name: str = "generic"
    patch: bool = True
    put: bool = True
    patch_ops: frozenset[str] = frozenset({"add", "replace", "remove"})
    value_paths: bool = True
    member_chunk: int = 100
    member_removal: MemberRemoval = MemberRemoval.PATH
    filters: bool = True
    filterable: frozenset[str] = frozenset()
    groups: bool = True
    lists_members: bool = True
    page_size: int = 100
    cursors: bool = False
    etags: bool = False
    delete_deactivates: bool = False
    active_forced_on_create: bool = False
    read_only: frozenset[str] = frozenset()
    never_cleared: frozenset[str] = frozenset({"userName", "displayName"})

    def filters_by(self, attribute: str) -> bool:
        """Whether one can search by an attribute (``userName``, ``emails.value``)."""
        names = {each.lower() for each in self.filterable}
        return self.filters and (not names or attribute.lower() in names)


class DialectError(ValueError):
    """A preset says something that no dialect has."""


_DEFAULT: Final = Dialect()
_OPERATIONS: Final = frozenset({"add", "replace", "remove"})


def dialect_of(preset: Mapping[str, Any]) -> Dialect:
    """Return the dialect that a preset of the catalogue, or what was learned, describes.

    Keys are the attributes of :class:`Dialect`; what is missing is as RFC 7644 has it.

    Raises:
        DialectError: A key or a value is not one of a dialect.
    """
    known = {each.name for each in fields(Dialect)}
    unknown = sorted(preset.keys() - known)
    if unknown:
        raise DialectError(f"A dialect has no {unknown[0]!r}.")
    dialect = replace(_DEFAULT, **{name: _read(name, value) for name, value in preset.items()})
    if dialect.member_chunk < 1 or dialect.page_size < 1:
        raise DialectError("member_chunk and page_size are at least 1.")
    if not dialect.patch_ops <= _OPERATIONS:
        raise DialectError("patch_ops are out of add, replace and remove.")
    return dialect


def learned(dialect: Dialect, config: Mapping[str, Any], preset: Mapping[str, Any]) -> Dialect:
    """Return the dialect with what a ServiceProviderConfig says that the preset leaves open."""
    says: dict[str, Any] = {
        "patch": _supported(config, "patch"),
        "filters": _supported(config, "filter"),
        "etags": _supported(config, "etag"),
        "cursors": member(member(config, "pagination"), "cursor"),
    }
    open_to_it: dict[str, Any] = {
        name: value
        for name, value in says.items()
        if isinstance(value, bool) and name not in preset
    }
    most = member(member(config, "filter"), "maxResults")
    if type(most) is int and most > 0 and "page_size" not in preset:
        open_to_it["page_size"] = min(most, dialect.page_size)
    return replace(dialect, **open_to_it)


def as_preset(dialect: Dialect) -> dict[str, Any]:
    """Return all of a dialect as JSON that :func:`dialect_of` reads."""
    values = {each.name: getattr(dialect, each.name) for each in fields(Dialect)}
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in values.items()
    }


def _supported(config: Mapping[str, Any], name: str) -> Any:
    return member(member(config, name), "supported")


def _read(name: str, value: Any) -> Any:
    default = getattr(_DEFAULT, name)
    if isinstance(default, frozenset):
        if isinstance(value, list | tuple | frozenset) and all(isinstance(e, str) for e in value):
            return frozenset(value)
    elif isinstance(default, MemberRemoval):
        if isinstance(value, str) and value in set(MemberRemoval):
            return MemberRemoval(value)
    elif type(value) is type(default):
        return value
    raise DialectError(f"{name} of a dialect cannot be {value!r}.")
