"""The cells of a list: each says what it is about, and none is taller than a few lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django.contrib.admin.views.main import ChangeList

_CELL: Final = re.compile(r"<(?P<kind>t[dh])(?P<attributes>[^>]*)>(?P<content>.*)</t[dh]>", re.S)
LONG_WORD: Final = 20
"""Letters in one piece that a column need not be as wide as."""
LONG_TEXT: Final = 120
"""Letters of which a row shows the first lines; the rest is in reach."""


def columns(changes: ChangeList, headers: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return Django's ``headers`` of a list, each with the class that says where it is left out."""
    narrow = getattr(changes.model_admin, "narrow_columns", {})
    found = []
    for name, header in zip(changes.list_display, headers, strict=True):
        left_out = narrow.get(name, "")
        attributes = _with_class(header.get("class_attrib", ""), left_out)
        found.append({**header, "left_out": left_out, "class_attrib": attributes})
    return found


def _with_class(attributes: str, name: str) -> SafeString:
    """Return Django's attributes of a cell, which begin with its classes, with one more class."""
    more = attributes.replace('class="', f'class="{name} ', 1) if name else attributes
    return mark_safe(more)  # noqa: S308 - Django's own, and a name of ours


def cells(row: Iterable[str], headers: Iterable[Mapping[str, Any]]) -> Iterator[SafeString]:
    """Yield Django's cells of one row, each with the heading of its column as ``data-label``.

    A text with a very long word breaks in it.  Of a very long text the first lines are seen,
    and the others are scrolled to, by finger, wheel or keyboard.
    """
    for cell, header in zip(row, headers, strict=False):
        found = _CELL.fullmatch(cell.strip())
        if found is None:
            yield mark_safe(cell)  # noqa: S308 - Django's own, which has escaped what is in it
            continue
        label = capfirst(strip_tags(str(header.get("text", "")))).strip()
        yield format_html(
            '<{kind} data-label="{label}"{attributes}>{content}</{kind}>',
            kind=found["kind"],
            label=label,
            attributes=_with_class(found["attributes"], header.get("left_out", "")),
            content=bounded(mark_safe(found["content"]), label),  # noqa: S308 - as above
        )


def bounded(content: str, label: str) -> SafeString:
    """Return the content of a cell, in a box of a few lines if it is very long.

    What is no HTML yet is escaped; somebody's name over an address bounds itself.
    """
    inner = conditional_escape(content)
    text = strip_tags(inner)
    if "gh-who" in inner:
        return inner
    if len(text) > LONG_TEXT:
        return format_html(
            '<div class="gh-long gh-bounded" tabindex="0" role="group" aria-label="{}">{}</div>',
            label,
            inner,
        )
    if any(len(word) > LONG_WORD for word in text.split()):
        return format_html('<div class="gh-long">{}</div>', inner)
    return inner
