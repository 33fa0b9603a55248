"""Whoever presses a button twice has pressed it once: no form writes a second time.

Pages, forms and buttons are read from the routes, so that a new one is tried unasked.
"""

from __future__ import annotations

import importlib
from collections import Counter
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.urls import resolve
from psycopg import sql

from tests.architecture.test_every_posting_form import Keys, keys, urls  # noqa: F401 - a fixture
from tests.conftest import signed_in
from tests.saml_sso.conftest import idp  # noqa: F401 - a fixture
from tests.support.html_forms import choices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from accounts.models import User

lxml_html: Any = importlib.import_module("lxml.html")

TRAIL = "accounts_auditentry"
WRITES_AGAIN = {
    ("accounts_user_invite", "accounts_job"): "invites anew: the link before it ends, and a mail "
    "with it that still waits is not sent",
}
"""What a second press adds besides entries of the trail, by route and table, and why it may."""


class Press(NamedTuple):
    """One button of one form: where to, and what is sent."""

    address: str
    button: tuple[str, str]
    sent: dict[str, list[str]]

    @property
    def route(self) -> str:
        """The name of the route, without its site."""
        return str(resolve(urlsplit(self.address).path).url_name)

    @property
    def kind(self) -> tuple[object, ...]:
        """What is alike for the forms of one page with different rows."""
        match = resolve(urlsplit(self.address).path)
        return match.url_name, match.kwargs.get("action"), self.button, tuple(sorted(self.sent))


def presses(url: str, page: str) -> Iterator[Press]:
    """Yield each press that the page offers, its text fields filled in and its first row picked."""
    root = lxml_html.fromstring(page)
    forms = [form for form in root.forms if form.get("method", "get").lower() == "post"]
    for form, choice in zip(forms, choices(page), strict=True):
        sent = {**choice.sent, **_filled(form, choice.sent)}
        buttons = form.xpath(".//button[not(@type='button')] | .//input[@type='submit']")
        buttons += root.xpath("//button[@form=$id]", id=form.get("id", "none"))
        for button in buttons:
            name, value = button.get("name", ""), button.get("value", "")
            address = urljoin(url, button.get("formaction") or choice.action)
            yield Press(address, (name, value), {**sent, **({name: [value]} if name else {})})


def _filled(form: Any, sent: dict[str, list[str]]) -> dict[str, list[str]]:
    typed = {"text": "made", "email": "made@acme.example", "url": "https://made.example/"}
    filled: dict[str, list[str]] = {}
    for element in form.xpath(".//input[@name] | .//textarea[@name]"):
        name, kind = element.get("name"), element.get("type", "text")
        if name == "_selected_action":
            filled.setdefault(name, [element.get("value")])
        elif sent.get(name) == [""] and kind in typed:
            filled[name] = [typed[kind]]
    return filled


def rows() -> Counter[str]:
    """How many rows each table has that is a model's."""
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]
    each = [
        sql.SQL("SELECT {}, count(*) FROM {}").format(sql.Literal(table), sql.Identifier(table))
        for table in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(each))
        return Counter(dict(cursor.fetchall()))


@contextmanager
def as_if_never(browser: Client) -> Iterator[None]:
    """Take back what is stored, and the cookies that are given."""
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    browser.cookies.clear()
    for name, value in cookies.items():
        browser.cookies[name] = value


@pytest.mark.thorough
def test_a_second_press_of_a_button_writes_nothing(
    keys: Keys,  # noqa: F811
    alice: User,
    olga: User,
) -> None:
    browsers = [signed_in(alice), signed_in(olga)]
    tried: dict[tuple[object, ...], Press] = {}
    again: dict[tuple[str, str], Press] = {}
    for url in urls(keys):
        for browser in browsers:
            answer = browser.get(url)
            if answer.status_code != HTTPStatus.OK or "html" not in answer.headers["Content-Type"]:
                continue
            for press in presses(url, answer.content.decode()):
                if tried.setdefault((browser, *press.kind), press) is press:
                    for table in _changed_by_the_second(browser, press):
                        again.setdefault((press.route, table), press)

    assert len(tried) > 60
    assert again.keys() == WRITES_AGAIN.keys(), again


def _changed_by_the_second(browser: Client, press: Press) -> set[str]:
    with as_if_never(browser):
        browser.post(press.address, press.sent)
        before = rows()
        browser.post(press.address, press.sent)
        after = rows()
    return {table for table in before if before[table] != after[table]} - {TRAIL}
