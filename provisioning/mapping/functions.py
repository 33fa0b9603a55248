"""The functions of expressions.  What each gives is bounded before it is made."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

from provisioning.mapping.sources import current_value
from provisioning.protocol.paths import PathError, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_TEXT: Final = 10_000
"""Characters of any value, also on the way to it."""


_NO_PATH: Final = (
    "What stands in value(…) is no path of an attribute, or leads to one that has parts: say "
    'which, as in value("name.givenName").'
)


class TooLongError(ValueError):
    """A value would become longer than values may be."""

    def __init__(self) -> None:
        super().__init__(f"A value becomes longer than {MAX_TEXT} characters.")


def bounded(length: int) -> None:
    """Let a text be made only if it is not too long.

    Raises:
        TooLongError: It is.
    """
    if length > MAX_TEXT:
        raise TooLongError


def plus(one: Any, other: Any) -> str:
    """Return both texts as one."""
    first, second = _text(one), _text(other)
    bounded(len(first) + len(second))
    return first + second


def is_in(part: Any, whole: Any) -> bool:
    """Whether a list has a value, or a text a part."""
    if isinstance(whole, list):
        return part in whole
    return _text(part) in _text(whole)


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    text = text_of(value)
    bounded(len(text))
    return text


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("A number is needed, such as 3.")
    return max(value, 0)


def _texts(values: tuple[Any, ...]) -> list[str]:
    flat = [each for value in values for each in (value if isinstance(value, list) else [value])]
    return [text for each in flat if (text := _text(each))]


def _join(separator: Any, *values: Any) -> str:
    texts, between = _texts(values), _text(separator)
    bounded(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def _replace(text: Any, old: Any, new: Any) -> str:
    whole, part, by = _text(text), _text(old), _text(new)
    if not part:
        return whole
    bounded(len(whole) + whole.count(part) * len(by))
    return whole.replace(part, by)


def _split(text: Any, separator: Any, number: Any) -> str:
    parts = _text(text).split(_text(separator) or None)
    return next(iter(parts[_count(number) :]), "")


def _right(text: Any, number: Any) -> str:
    whole = _text(text)
    return whole[max(len(whole) - _count(number), 0) :]


def _ascii(text: Any) -> str:
    decomposed = unicodedata.normalize("NFKD", _text(text).replace("ß", "ss"))
    return decomposed.encode("ascii", "ignore").decode()


def _coalesce(*values: Any) -> Any:
    return next((each for each in values if each not in (None, "", [])), "")


def _value(path: Any) -> Any:
    try:
        return current_value(_text(path))
    except PathError:
        # What it was given may be of a person, and who sees the reason may not see people.
        raise ValueError(_NO_PATH) from None


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "ascii": _ascii,
    "capitalize": lambda text: _text(text).title(),
    "coalesce": _coalesce,
    "contains": lambda text, part: _text(part) in _text(text),
    "ends_with": lambda text, part: _text(text).endswith(_text(part)),
    "first": _text,
    "join": _join,
    "left": lambda text, number: _text(text)[: _count(number)],
    "length": lambda text: len(_text(text)),
    "lower": lambda text: _text(text).lower(),
    "replace": _replace,
    "right": _right,
    "split": _split,
    "starts_with": lambda text, part: _text(text).startswith(_text(part)),
    "trim": lambda text: _text(text).strip(),
    "upper": lambda text: _text(text).upper(),
    "value": _value,
}
"""By name, none of which is that of an attribute.

``value("…")`` reads a path that is no name: one with a URN or a selection.
"""
