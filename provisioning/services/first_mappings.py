"""The mapping that a new application begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.catalogue.reading import entry_of
from provisioning.mapping.rows import How, Row
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def first_rows(catalogue_key: str) -> Mapping[Kind, Sequence[Row]]:
    """Return the rows of both tables for an entry of the catalogue."""
    entry = entry_of(catalogue_key)
    return {Kind.USER: _direct(entry.users), Kind.GROUP: _direct(entry.groups)}


def _direct(fields: Mapping[str, str]) -> list[Row]:
    return [Row(target=target, how=How.DIRECT, source=source) for target, source in fields.items()]
