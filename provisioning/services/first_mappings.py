"""The mapping that a new application begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.catalogue.reading import entry_of
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provisioning.mapping.rows import Row


def first_rows(catalogue_key: str) -> Mapping[Kind, Sequence[Row]]:
    """Return the rows of both tables for an entry of the catalogue."""
    entry = entry_of(catalogue_key)
    return {Kind.USER: entry.users, Kind.GROUP: entry.groups}
