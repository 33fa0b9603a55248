"""Reads the forms of a page, so that a test submits what the server really sent."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from typing_extensions import override


@dataclass
class Form:
    """A form as a browser would submit it, before any box is ticked or text typed.

    Attributes:
        action: As written in the page; empty means the page's own address.
        fields: Names and values of hidden and filled inputs, ticked boxes, chosen options.
    """

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = True
            self.forms.append(Form(values.get("action", ""), values.get("method", "get").lower()))
        elif tag == "input" and self._inside and "name" in values:
            kind = values.get("type", "text")
            if kind in {"submit", "button"} or (
                kind in {"checkbox", "radio"} and "checked" not in values
            ):
                return
            self.forms[-1].fields[values["name"]] = values.get("value", "on")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


def read_forms(page: str) -> list[Form]:
    """Every form of the HTML ``page``, in order."""
    reader = _FormReader()
    reader.feed(page)
    return reader.forms


def form_with_field(page: str, name: str) -> Form:
    """The first form of ``page`` that holds a field called ``name``.

    Raises:
        AssertionError: There is none.
    """
    for form in read_forms(page):
        if name in form.fields:
            return form
    raise AssertionError(f"The page has no form with a field {name!r}:\n{page[:3000]}")
