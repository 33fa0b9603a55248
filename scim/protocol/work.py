"""How much one request may make the server look at.

A request of a few kilobytes could otherwise ask for seconds of work, in which everybody waits: a
thousand filters on a thousand elements each are a million comparisons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scim.protocol.errors import InvalidValueError, TooManyError
from scim.protocol.filter_nodes import And, Node, Not, Or, ValuePath

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ELEMENTS: Final = 1_000
"""Elements of all multi-valued attributes of one resource; members of a group do not count."""

MAX_COMPARISONS: Final = 250_000
"""Elements looked at in one request, times the conditions they are compared with."""

_MADE_HERE: Final = frozenset({"schemas", "groups", "members"})
_PER_CHARACTER: Final = 5
"""What reading a selection costs, against looking at one element."""


class Work:
    """What is left of the comparisons that one request may ask for, in all its operations."""

    def __init__(self, limit: int = MAX_COMPARISONS) -> None:
        self._left = limit

    def reads(self, selection: str) -> None:
        """Count a path or key that holds a selection; see :meth:`looks_at` for what is raised."""
        self._spend(len(selection) * _PER_CHARACTER)

    def looks_at(self, elements: int, selection: Node | None = None) -> None:
        """Count elements that are compared with the conditions of ``selection``.

        Raises:
            TooManyError: The request asks for more than is left.
        """
        self._spend(elements * (1 if selection is None else _conditions(selection)))

    def _spend(self, comparisons: int) -> None:
        self._left -= comparisons
        if self._left < 0:
            raise TooManyError(
                "The request has too many operations on too many elements: it asks for more than "
                f"{MAX_COMPARISONS} comparisons. Send fewer operations at once."
            )


def check_elements(resource: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> None:
    """Refuse a canonical resource with too many elements, unless it had no fewer ``before``.

    Raises:
        InvalidValueError: It has; the detail says how many it may have.
    """
    count = _elements(resource)
    if count > MAX_ELEMENTS and (before is None or count > _elements(before)):
        raise InvalidValueError(
            f"The resource has {count} elements in its multi-valued attributes; "
            f"it may have {MAX_ELEMENTS}."
        )


def _elements(resource: Mapping[str, Any]) -> int:
    count = 0
    for name, value in resource.items():
        if name in _MADE_HERE:
            continue
        if isinstance(value, list):
            count += len(value)
        elif isinstance(value, dict) and ":" in name:
            count += _elements(value)
    return count


def _conditions(node: Node) -> int:
    if isinstance(node, And | Or):
        return sum(_conditions(term) for term in node.terms)
    if isinstance(node, Not | ValuePath):
        return _conditions(node.term)
    return 1
