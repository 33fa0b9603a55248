"""The cells of a list: each says what it is about, and none is taller than a few lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.contrib.admin.views.main import ChangeList

_CELL: Final = re.compile(r"<(?P<kind>t[dh])(?P<attributes>[^>]*)>(?P<content>.*)</t[dh]>", re.S)
LONG_WORD: Final = 20
"""Letters in one piece that a column need not be as wide as."""
LONG_TEXT: Final = 120
"""Letters of which a row shows the first lines; the rest is in reach."""


def columns(changes: ChangeList, headers: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return Django's ``headers`` of a list, each with what the :class:`ModelAdmin` says of it.

    ``left_out`` is the class that says where it is left out, ``is_telling`` whether what stands in
    the column is understood without the heading, and ``nothing`` what stands there for nothing.
    """
    model_admin: Any = changes.model_admin
    found = []
    for name, header in zip(changes.list_display, headers, strict=True):
        left_out = model_admin.narrow_columns.get(name, "")
        said = {
            "left_out": left_out,
            "is_telling": name in model_admin.telling_columns,
            "nothing": model_admin.get_empty_value_display(),
            "class_attrib": _with_class(header.get("class_attrib", ""), left_out),
        }
        found.append({**header, **said})
    return found


def _with_class(attributes: str, name: str) -> SafeString:
    """Return Django's attributes of a cell, which begin with its classes, with one more class."""
    more = attributes.replace('class="', f'class="{name} ', 1) if name else attributes
    return mark_safe(more)  # noqa: S308 - Django's own, and a name of ours


def cells(row: Iterable[str], headers: Sequence[Mapping[str, Any]]) -> list[SafeString]:
    """Return Django's cells of one row, each with the heading of its column as ``data-label``.

    A text with a very long word breaks in it.  Of a very long text the first lines are seen,
    and the others are scrolled to, by finger, wheel or keyboard.  What stands in a column that is
    left out for want of room stands below the name of the row, and shows there instead.
    """
    found = [_Cell.read(cell, header) for cell, header in zip(row, headers, strict=False)]
    facts = [
        {
            "left_out": cell.left_out,
            "label": "" if header["is_telling"] else cell.label,
            "value": cell.content,
        }
        for cell, header in zip(found, headers, strict=False)
        if cell.left_out and cell.content not in {"", header["nothing"]}
    ]
    more = render_to_string("components/more.html", {"facts": facts}) if facts else ""
    return [cell.html(more if cell.kind == "th" else "") for cell in found]


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell of Django's, taken apart; what it holds is bounded."""

    kind: str
    label: str
    attributes: SafeString
    left_out: str
    content: SafeString

    @classmethod
    def read(cls, cell: str, header: Mapping[str, Any]) -> _Cell:
        found = _CELL.fullmatch(cell.strip())
        assert found is not None, cell  # noqa: S101 - Django makes nothing else
        label = capfirst(strip_tags(str(header.get("text", "")))).strip()
        left_out = header.get("left_out", "")
        return cls(
            kind=found["kind"],
            label=label,
            attributes=_with_class(found["attributes"], left_out),
            left_out=left_out,
            content=bounded(mark_safe(found["content"]), label),  # noqa: S308 - Django's own
        )

    def html(self, more: str) -> SafeString:
        """Return the cell; one without a heading is not labelled."""
        named = format_html(' data-label="{}"', self.label) if self.label else ""
        return format_html(
            "<{kind}{named}{attributes}>{content}{more}</{kind}>",
            kind=self.kind,
            named=named,
            attributes=self.attributes,
            content=self.content,
            more=more,
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
