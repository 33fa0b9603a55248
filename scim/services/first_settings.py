"""What a new source of a known identity provider begins with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scim.catalogue.reading import entry_of
from scim.models import DEFAULT_MAPPINGS, Resource
from scim.services.sources import SourceOptions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def first_options(key: str, *, name: str) -> SourceOptions:
    """Return the options for an entry of the catalogue."""
    told: dict[str, Any] = dict(entry_of(key).options)
    return replace(SourceOptions(name=name), **told)


def first_tables(key: str) -> Mapping[str, Sequence[tuple[str, str, bool]]]:
    """Return the rows of both tables for an entry, as (field, SCIM attribute, required)."""
    entry = entry_of(key)
    always = {field: (path, required) for field, path, required in DEFAULT_MAPPINGS[Resource.USER]}
    paths = {**{field: path for field, (path, _required) in always.items()}, **entry.users}
    users = [
        (field, path, field in entry.required or always.get(field, ("", False))[1])
        for field, path in paths.items()
    ]
    return {**DEFAULT_MAPPINGS, Resource.USER: users}
