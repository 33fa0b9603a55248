"""How a target speaks SCIM: what it can, what it refuses, and what was learned of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class MemberRemoval(StrEnum):
    """How one removes members by PATCH: with a value, or with a filter in the path."""

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
        filterable: The attributes that can be filtered by with ``eq``; empty: all.
        groups: There is ``/Groups``.
        lists_members: Groups are shown with their members.
        page_size: The most resources of one page.
        cursors: Lists go by cursor (RFC 9865).
        etags: ``If-Match`` is understood.
        delete_deactivates: DELETE leaves an inactive account.
        active_forced_on_create: Whoever is created is active, whatever was sent.
        read_only: Top-level attributes that are not sent.
        never_cleared: Top-level attributes that the target refuses to be without.
    """

    name: str = "generic"
    patch: bool = True
    put: bool = True
    patch_ops: frozenset[str] = frozenset({"add", "replace", "remove"})
    value_paths: bool = True
    member_chunk: int = 100
    member_removal: MemberRemoval = MemberRemoval.PATH
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


class DialectError(ValueError):
    """A preset says something that no dialect has."""


def dialect_of(preset: Mapping[str, Any]) -> Dialect:
    """Return the dialect that a preset of the catalogue, or what was learned, describes.

    Keys are the attributes of :class:`Dialect`; what is missing is as RFC 7644 has it.

    Raises:
        DialectError: A key or a value is not one of a dialect.
    """
    raise NotImplementedError


def learned(dialect: Dialect, config: Mapping[str, Any], preset: Mapping[str, Any]) -> Dialect:
    """Return the dialect with what a ServiceProviderConfig says that the preset leaves open."""
    raise NotImplementedError


def as_preset(dialect: Dialect) -> dict[str, Any]:
    """Return, as JSON that :func:`dialect_of` reads, what a dialect has other than the default."""
    raise NotImplementedError
