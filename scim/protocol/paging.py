"""Index-based paging (RFC 7644, Section 3.4.2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scim.protocol.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_RESULTS: Final = 200
"""Resources in one response, unless the caller says otherwise."""

_LARGEST_INDEX: Final = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Page:
    """A window on a result list; ``start_index`` counts from 1."""

    start_index: int = 1
    count: int = MAX_RESULTS

    @classmethod
    def from_query(cls, params: Mapping[str, object], *, max_results: int = MAX_RESULTS) -> Page:
        """Read ``startIndex`` and ``count``, clamping them as the RFC says to.

        Both may be numbers or strings of digits, for Keycloak sends strings in ``.search``.

        Raises:
            InvalidValueError: One of them is not a whole number.

        >>> Page.from_query({"startIndex": "0", "count": "-5"})
        Page(start_index=1, count=0)
        """
        start_index = read_integer(params.get("startIndex"), "startIndex")
        count = read_integer(params.get("count"), "count")
        return cls(
            start_index=1 if start_index is None else min(_LARGEST_INDEX, max(1, start_index)),
            count=max_results if count is None else min(max_results, max(0, count)),
        )

    @property
    def as_slice(self) -> slice:
        """The same window as a zero-based slice."""
        return slice(self.start_index - 1, self.start_index - 1 + self.count)


def read_integer(raw: object, name: str) -> int | None:
    """Return the integer that a query parameter or a body member holds; ``None`` if absent.

    Raises:
        InvalidValueError: It is not a whole number.
    """
    if raw is None or raw == "":
        return None
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    text = raw.strip() if isinstance(raw, str) else ""
    digits = text.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidValueError(f"{name} must be a whole number, not {str(raw)[:40]!r}.")
    if len(digits) > len(str(_LARGEST_INDEX)):
        return -_LARGEST_INDEX if text.startswith("-") else _LARGEST_INDEX
    return int(text)
