"""Reads the forms of a page, so that a test submits what the server really sent."""

import importlib
from dataclasses import dataclass, field
from typing import Any

# lxml.html has no types; what it gives is turned into ``Form`` here.
lxml_html: Any = importlib.import_module("lxml.html")


@dataclass
class Form:
    """A form as a browser would submit it, before any box is ticked or text typed.

    Attributes:
        action: As written in the page; empty means the page's own address.
        method: ``get`` or ``post``.
        fields: Names and values of hidden and text inputs, ticked boxes and chosen options; of
            several with one name the last.
    """

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


def read_forms(page: str) -> list[Form]:
    """Every form of the HTML ``page``, in order."""
    return [
        Form(
            action=form.get("action", ""),
            method=form.get("method", "get").lower(),
            fields={name: value or "" for name, value in _sent(form)},
        )
        for form in lxml_html.fromstring(page).forms
    ]


def form_with_field(page: str, name: str) -> Form:
    """The first form of ``page`` that holds a field called ``name``.

    Raises:
        AssertionError: There is none.
    """
    for form in read_forms(page):
        if name in form.fields:
            return form
    raise AssertionError(f"The page has no form with a field {name!r}:\n{page[:3000]}")


def checkbox_value(page: str, label: str) -> str:
    """What the checkbox whose label begins with ``label`` sends when it is ticked.

    Raises:
        AssertionError: There is no such checkbox, or it cannot be ticked.
    """
    for box in lxml_html.fromstring(page).xpath("//input[@type='checkbox' and not(@disabled)]"):
        words = "" if box.label is None else box.label.text_content()
        if " ".join(words.split()).startswith(label):
            return str(box.get("value"))
    raise AssertionError(f"The page has no checkbox {label!r} to tick:\n{page[:3000]}")


def _sent(form: Any) -> list[tuple[str, str | None]]:
    # form_values() leaves empty text fields out, which a browser sends.
    texts = form.xpath(".//input[@name and not(@disabled)]")
    empty = [
        (text.get("name"), "")
        for text in texts
        if text.get("type", "text") in {"text", "email", "password", "hidden"}
    ]
    return [*empty, *form.form_values()]
