"""What the request log says of a request that succeeded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES: Final = 10
_LENGTH: Final = 200


def remark_on(ignored: Iterable[str]) -> str:
    """Return a sentence that names attributes of unknown schemas; ``""`` when there are none."""
    names = list(dict.fromkeys(ignored))
    if not names:
        return ""
    named = ", ".join(name[:_LENGTH] for name in names[:_NAMES])
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return f"Ignored, because no schema here has that URN: {named}{more}."
