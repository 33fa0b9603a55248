"""Mapping rows, read once and applied to many objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from provisioning.mapping.rows import Row
    from provisioning.protocol.steps import Kind


@dataclass(frozen=True, slots=True)
class Mapped:
    """What the rows make of one object; see :class:`provisioning.planning.objects.Desired`.

    ``filled`` are the paths of the rows that are not for creation only.
    """

    always: dict[str, Any]
    on_create: dict[str, Any]
    filled: frozenset[str]


@dataclass(frozen=True, slots=True)
class Compiled:
    """The rows of one kind of object, in order."""

    def apply(self, resource: Mapping[str, Any]) -> Mapped:
        """Return what the rows make of a canonical resource of ours.

        A user: as a SCIM client reads it, with ``role`` (``"editor"``) and ``groups`` (names).
        A group: ``displayName``, ``externalId``, ``customAttributes`` (name to value).

        Raises:
            EvaluationError: A row has no usable value for this object.
        """
        raise NotImplementedError


def compile_rows(rows: Sequence[Row], *, kind: Kind) -> Compiled:
    """Return the rows, ready to be applied.

    Raises:
        MappingError: A row cannot be used.
    """
    raise NotImplementedError
