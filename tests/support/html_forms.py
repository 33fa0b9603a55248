"""Reads the forms of a page, so that a test submits what the server really sent."""

import importlib
import re
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


def text_of(answer: Any) -> str:
    """Return a page with every run of white space as one space."""
    return " ".join(answer.content.decode().split())


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


def what_is_sent(page: str, name: str) -> dict[str, list[str]]:
    """Everything that the first posting form of ``page`` with a field ``name`` would send.

    Raises:
        AssertionError: There is none.
    """
    for form in lxml_html.fromstring(page).forms:
        if form.get("method", "get").lower() != "post":
            continue
        sent: dict[str, list[str]] = {}
        for key, value in _sent(form):
            sent.setdefault(key, []).append(value or "")
        sent = {key: [each for each in values if each] or [""] for key, values in sent.items()}
        if name in sent:
            return sent
    raise AssertionError(f"The page has no form with a field {name!r}:\n{page[:3000]}")


def what_could_be_sent(page: str, name: str) -> dict[str, list[str]]:
    """For each visible field of the form with a field ``name``, something else that it can send."""
    form = next(
        form
        for form in lxml_html.fromstring(page).forms
        if form.get("method", "get").lower() == "post"
        and form.xpath(".//*[@name=$name]", name=name)
    )
    return _others(form, what_is_sent(page, name))


@dataclass
class Choice:
    """A form that posts: where to, what it sends, and what else each visible field can send."""

    action: str
    sent: dict[str, list[str]]
    others: dict[str, list[str]]


def choices(page: str) -> list[Choice]:
    """Every posting form of ``page``, in order; none has an action where it names none."""
    found = []
    for form in lxml_html.fromstring(page).forms:
        if form.get("method", "get").lower() == "post":
            sent: dict[str, list[str]] = {}
            for key, value in _sent(form):
                sent.setdefault(key, []).append(value or "")
            sent = {key: [each for each in values if each] or [""] for key, values in sent.items()}
            found.append(Choice(form.get("action", ""), sent, _others(form, sent)))
    return found


def _others(form: Any, shown: dict[str, list[str]]) -> dict[str, list[str]]:
    others = {}
    for element in form.xpath(".//*[@name and not(@disabled) and not(@type='hidden')]"):
        if element.tag in {"input", "select", "textarea"}:
            key = element.get("name")
            other = _something_else(element, shown.get(key, []))
            if other != shown.get(key, []):
                others[key] = other
    return others


def _something_else(element: Any, shown: list[str]) -> list[str]:
    kind, before = element.get("type", "text"), "".join(shown[:1])
    if kind in {"submit", "button", "image", "file", "password"}:
        return shown
    if kind == "checkbox":
        value = element.get("value", "on")
        return [each for each in shown if each != value] or ([] if value in shown else [value])
    if element.tag == "select":
        options = [option.get("value") for option in element.xpath(".//option")]
        return next(([value] for value in options if value and value not in shown), shown)
    if kind == "number":
        return [str(int(before or "0") + 1)]
    if kind == "email":
        return [f"x{before or '@acme.example'}"]
    return ["2021-02-03" if re.fullmatch(r"\d{4}-\d\d-\d\d", before) else f"{before}x"]


def fill_in(client: Any, url: str, *, field: str = "version", **changes: Any) -> dict[str, Any]:
    """What a browser sends that opened ``url`` and made these changes to the form with ``field``.

    ``None`` unticks a box.
    """
    shown = what_is_sent(client.get(url).content.decode(), field)
    return {name: value for name, value in {**shown, **changes}.items() if value is not None}


def version_of(client: Any, url: str, *, action: str = "") -> str:
    """What the form of the page ``url`` carries that is sent to ``action``, or to the page."""
    for form in read_forms(client.get(url).content.decode()):
        if form.action in {action, action or url} and "version" in form.fields:
            return form.fields["version"]
    raise AssertionError(f"The page {url} has no form with a version for {action or url}.")


def submit(client: Any, url: str, *, field: str = "version", **changes: Any) -> Any:
    """Open ``url``, make these changes to the form with ``field``, send it, return the answer."""
    return client.post(url, fill_in(client, url, field=field, **changes))


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
    texts = form.xpath(".//input[@name and not(@disabled)] | .//textarea[@name]")
    empty = [
        (text.get("name"), "")
        for text in texts
        if text.get("type", "text") in {"text", "email", "password", "hidden", "number"}
    ]
    areas = {area.get("name") for area in form.xpath(".//textarea[@name]")}
    # The first line break of a <textarea> belongs to the markup.
    values = [
        (name, (value or "").removeprefix("\n") if name in areas else value)
        for name, value in form.form_values()
    ]
    return [*empty, *values]
