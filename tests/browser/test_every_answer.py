"""What answers each form of the product that is sent with valid values: no page of it breaks.

Forms are read from the pages, pages from the routes, so that a new one is sent unasked.
"""

from __future__ import annotations

import importlib
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import Resolver404, resolve

from accounts.models import EmailDomain
from accounts.tenancy.unscoped import every_tenant
from tests.accounts.test_brands import picture
from tests.browser.test_every_page import (
    FROM_RIGHT_TO_LEFT,
    add_links,
    arguments,
    browsers,
    lengthen_all,
    rows,
)
from tests.conftest import PASSWORD, signed_in
from tests.saml_sso.conftest import idp
from tests.support.browser import assert_accessible
from tests.support.longest_values import RIGHT_TO_LEFT, UNBROKEN
from tests.support.page_layout import faults_of
from tests.support.pages import Arguments, addresses
from tests.support.saml import pem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models
    from playwright.sync_api import Page

    from accounts.models import User
    from tests.support.saml_party import Party

lxml_html: Any = importlib.import_module("lxml.html")
__all__ = ["arguments", "browsers", "idp", "rows"]  # Fixtures.
pytestmark = [pytest.mark.thorough, pytest.mark.django_db(transaction=True)]

SUBMIT: Final = (Path(__file__).parents[1] / "support" / "submit_form.js").read_text()
VALUES: Final = {
    "admin_email": "new-admin@initech.example",
    "confirm": PASSWORD,
    "domain": "new.example",
    "email": "new@new.example",
    "new_password1": "another horse battery",
    "new_password2": "another horse battery",
    "old_password": PASSWORD,
    "password": PASSWORD,
    "slug": "initech",
    "urn": "urn:example:params:scim:schemas:new:2.0:User",
    "user_name": "new@new.example",
    "username": "new@new.example",
}
"""What is entered by the name of the field; elsewhere what its type takes."""

NOT_SENT: Final = {
    "console:saml-and-scim-test": "goes to the identity provider, in another tab",
    "set-up-test": "goes to the identity provider, in another tab",
    "console:access-review end": "the only specimen that runs is cancelled",
    "console:held-change-carry-out": "the only specimen that waits is taken back",
}
"""Forms that lead away from the product, or whose specimen another one has used up."""

REFUSED: Final = {
    "console:access_requests_accessrequest_change decide": "the specimen asks for what is gone",
    "confirm": "finds a person by the prepared form of their name, which one made longer lacks",
    "console:access-review-new": "what is entered names no reviewer who is here",
    "console:scim_extensionschema_change": "the specimen is called by no URN",
    **dict.fromkeys(
        (
            "console:provisioning_application_connection",
            "console:provisioning_application_connection later",
        ),
        "the specimen is at no address that may be asked",
    ),
    **{
        f"console:provisioning_application_user_mapping{button}": "the specimen maps no attribute"
        for button in ("", " add-row", " later", " preview")
    },
    "console:provisioning_importrow_change decide": "the specimen is at nobody who answers",
}
"""Forms that valid values alone do not make succeed, and why."""

LOOKS: Final = {"left-to-right": UNBROKEN, "right-to-left": RIGHT_TO_LEFT}


def kind_of(form: Any, address: str, button: Any) -> str:
    """Return what tells forms apart: where it is sent, the action there, and what is pressed."""
    target = urlsplit(urljoin(address, button.get("formaction") or form.get("action") or address))
    try:
        match = resolve(target.path)
    except Resolver404:
        return str(target.path)
    action = match.kwargs.get("action")
    pressed = button.get("name", "")
    parts = (match.view_name, action, "" if pressed in {"_save", "_submit"} else pressed)
    return " ".join(str(part) for part in parts if part)


def forms_of(page: str, address: str) -> Iterator[tuple[str, int, int]]:
    """Yield the kind of each way to send a form of the page, with the numbers of both."""
    for number, form in enumerate(lxml_html.fromstring(page).forms):
        if form.get("method", "get").lower() != "post":
            continue
        buttons = form.xpath(".//button[not(@type) or @type='submit'] | .//input[@type='submit']")
        for pressed, button in enumerate(buttons):
            if button.get("name") != "action":  # Of many rows: test_every_page.py presses these.
                yield kind_of(form, address, button), number, pressed


def comes_late(kind: str) -> int:
    """Return the place of a kind among the others: what ends something comes after the rest."""
    ending = (
        "_delete",
        "deactivate",
        "revoke",
        "remove",
        "sign-out",
        "logout",
        "session",
        "discard",
    )
    return sum(word in kind for word in ending)


@pytest.fixture
def people(alice: User, olga: User) -> dict[str, User | None]:
    """Who looks at the pages, by the beginning of their addresses; at others, a stranger."""
    return {"console": alice, "platform": olga, "account": alice}


@pytest.fixture
def files(tmp_path: Path, idp: Party) -> dict[str, Path]:
    """A file for each field that takes one, by its name."""
    contents = {
        "certificate": pem(idp.forge.cert).encode(),
        "file": b"email,product\nnobody@acme.example,Specimen\n",
        "logo": picture(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in contents}


@pytest.fixture
def forms(
    request: pytest.FixtureRequest,
    rows: list[models.Model],
    arguments: Arguments,
    people: dict[str, User | None],
) -> dict[str, list[str]]:
    """The addresses of the pages that have a form, by its kind; all values are long."""
    with every_tenant():
        for domain in EmailDomain.objects.all():  # A second one, for the other site to delete.
            domain.pk, domain.domain = None, "second.example"
            domain.save()
            rows.append(domain)
    lengthen_all(rows, LOOKS[request.node.callspec.params["look"]])
    alice = people["console"]
    assert alice is not None
    add_links(alice, arguments)
    return kinds(rows, arguments, people)


@pytest.mark.parametrize("look", LOOKS)
def test_no_answer_to_a_form_with_valid_values_breaks(
    browsers: dict[str, Page],
    people: dict[str, User | None],
    forms: dict[str, list[str]],
    files: dict[str, Path],
    look: str,
) -> None:
    problems: list[str] = []
    refused: set[str] = set()
    answered: set[str] = set()
    for kind in sorted(forms, key=comes_late):
        for address in forms[kind]:
            site = address.split("/")[1]
            page = browsers.get(site, browsers[""])
            signs_in(page, people.get(site), look)
            if sends(page, address, kind, files):
                answered.add(kind)
                refused |= {kind} if page.locator("[aria-invalid=true]").count() else set()
                problems += faults(page, f"{kind} on {address}, {look}")
                break

    assert problems == [], "\n".join(problems)
    assert forms.keys() - answered - NOT_SENT.keys() == set()
    assert sorted(refused - REFUSED.keys()) == []
    assert len(answered) > 50


def kinds(
    rows: list[models.Model],
    arguments: Arguments,
    people: dict[str, User | None],
) -> dict[str, list[str]]:
    """Return the addresses of the pages that have a form, by its kind."""
    found: dict[str, list[str]] = {}
    clients = {site: signed_in(user) for site, user in people.items() if user is not None}
    stranger = Client()
    for _name, address in addresses(rows, arguments):
        answer = clients.get(address.split("/")[1], stranger).get(address)
        if answer.status_code != HTTPStatus.OK or "html" not in answer.headers["Content-Type"]:
            continue
        for kind, _number, _pressed in forms_of(answer.content.decode(), address):
            found.setdefault(kind, []).append(address)
    return found


def signs_in(page: Page, user: User | None, look: str) -> None:
    """Give the browser a fresh session of the person; an earlier form may have ended the last."""
    page.context.clear_cookies()
    cookies = {}
    if user is not None:
        with every_tenant():
            user.refresh_from_db()  # Their password may be another by now.
        sent = signed_in(user).cookies.values()
        cookies = {each.key: each.value for each in sent if "session" in each.key}
    if look == "right-to-left":
        cookies[django_settings.LANGUAGE_COOKIE_NAME] = FROM_RIGHT_TO_LEFT
    for name, value in cookies.items():
        page.context.add_cookies(
            [{"name": name, "value": value, "domain": "localhost", "path": "/"}]
        )


def sends(page: Page, address: str, kind: str, files: dict[str, Path]) -> bool:
    """Send the first form of the kind on the page at the address; say whether it was there."""
    page.set_viewport_size({"width": 360, "height": 900})
    answer = page.goto(address)
    if answer is None or answer.status != HTTPStatus.OK or kind in NOT_SENT:
        return False
    for each, number, pressed in forms_of(page.content(), address):
        if each == kind:
            inputs = page.locator("form").nth(number).locator("input[type=file]")
            for at in range(inputs.count()):
                name = inputs.nth(at).get_attribute("name") or ""
                if name in files:
                    inputs.nth(at).set_input_files(files[name])
            with page.expect_navigation():
                page.evaluate(SUBMIT, [number, pressed, VALUES])
            return True
    return False


def faults(page: Page, where: str) -> Iterator[str]:
    """Yield what is wrong with the page on a phone and on a desk."""
    is_leftwards = page.locator("html").get_attribute("dir") == "rtl"
    assert is_leftwards == where.endswith("right-to-left"), where
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        yield from (f"{where} at {width} px: {fault}" for fault in faults_of(page))
    try:
        assert_accessible(page)
    except AssertionError as error:
        yield f"{where}: {error}"
