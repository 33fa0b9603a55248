"""The tree of a filter, with every attribute resolved to its definition.

``ne`` and absent values: an attribute without a value *does* satisfy ``ne``, as it satisfies
``not (… eq …)``.  A multi-valued attribute satisfies any comparison, ``ne`` included, when at
least one of its elements does, and an empty one satisfies none (RFC 7644, Section 3.4.2.2).
``eq null`` is read as ``not (… pr)`` and ``ne null`` as ``… pr``, so no node carries a null.
``Not`` is plain negation.  Strings compare by code point, after lower-casing both sides unless
the attribute is case-exact; ``%`` and ``_`` mean themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from scim.protocol.schemas import AttributePath

Operator = Literal["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
Literals = str | bool | int | float | datetime
"""A comparison value: of the attribute's type, a ``dateTime`` as an aware moment in UTC."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``path operator value``.  The path's target is never complex.

    Inside a :class:`ValuePath` it speaks of one element: of its sub-attribute, or, when the
    multi-valued attribute is simple and ``path.sub_attribute`` is ``None``, of the element itself.
    """

    path: AttributePath
    operator: Operator
    value: Literals


@dataclass(frozen=True, slots=True)
class Present:
    """``path pr``: it has a value.  The path's target may be complex."""

    path: AttributePath


@dataclass(frozen=True, slots=True)
class ValuePath:
    """``path[term]``: one element of a multi-valued attribute satisfies the whole term.

    Value paths on a single-valued complex attribute are read as their term alone.
    """

    path: AttributePath
    term: Node


@dataclass(frozen=True, slots=True)
class And:
    """All terms hold; there are at least two."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one term holds; there are at least two."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The term does not hold."""

    term: Node


@dataclass(frozen=True, slots=True)
class Never:
    """Nothing satisfies it: it asks for a value of an attribute that the kind of resource lacks."""


Node = Comparison | Present | ValuePath | And | Or | Not | Never
