"""A row of an attribute mapping table, as it was entered."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class How(StrEnum):
    """How a row makes its value out of ``source``."""

    DIRECT = "direct"
    """``source`` is the path of an attribute of ours."""
    CONSTANT = "constant"
    """``source`` is the value."""
    TEMPLATE = "template"
    """``source`` is a text with paths in braces: ``{name.givenName}.{name.familyName}``."""
    LOOKUP = "lookup"
    """``source`` is a path; the table says what its value becomes."""
    EXPRESSION = "expression"
    """``source`` is an expression (:mod:`provisioning.mapping.expressions`)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what fills ``target``, a path at the target.

    ``default`` takes the place of an empty value; for a lookup also of a value that the table does
    not have.
    """

    target: str
    how: How
    source: str
    lookup: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    on_create_only: bool = False
