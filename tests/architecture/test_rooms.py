"""Whoever writes knows no page: of every folder and module it is said which of the two it is.

The import contract holds what our own modules know of each other; what of Django belongs to pages,
the linter cannot tell, so that is looked for here.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

import pytest
from django.urls import NoReverseMatch, resolve

from accounts.addresses import PAGES_ABOVE, PageAbove
from tests.architecture.test_import_contracts import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[2]
APPS: Final = (
    "access_requests",
    "accounts",
    "access_reviews",
    "licenses",
    "provisioning",
    "saml_sso",
    "scim",
)
CONTRACT: Final = CONTRACTS["Models, services and storage know no pages, forms, routes or backends"]
SERVICES: Final = frozenset(CONTRACT["source_modules"])
PAGES: Final = frozenset(CONTRACT["forbidden_modules"])
NEITHER: Final = frozenset({"apps", "errors", "migrations", "protocol", "trail_words"})
"""What most applications have that neither writes nor is a page."""

BETWEEN: Final = frozenset(
    {
        *("accounts.addresses", "accounts.brands", "accounts.commands", "accounts.csv_cells"),
        "accounts.letters",
        *("access_reviews.addresses", "access_reviews.words"),
        *(
            "accounts.outgoing",
            "accounts.identifiers",
            "accounts.mail",
            "accounts.managed",
            "accounts.names",
            "accounts.person_names",
            "accounts.progress",
        ),
        *("accounts.postgresql", "accounts.requests", "accounts.signals", "accounts.smtp_backend"),
        *("accounts.storable", "saml_sso.addresses", "saml_sso.remembered_trust"),
        *(
            "provisioning.addresses",
            "provisioning.catalogue",
            "provisioning.client",
            "provisioning.mapping",
            "provisioning.planning",
        ),
        "scim.limits",
        *(
            "saml_sso.trust",
            "saml_sso.wishes",
            "scim.adapters",
            "scim.addresses",
            "scim.catalogue",
            "scim.checks",
            "scim.http",
        ),
    }
)
"""The others that neither write nor are pages."""

OF_PAGES: Final = (
    *("django.contrib.admin", "django.contrib.auth.backends", "django.contrib.auth.forms"),
    *("django.forms", "django.shortcuts", "django.urls", "django.views", "rest_framework"),
)
"""What of the frameworks is for pages and routes."""

KNOWN: Final = {
    "accounts.secrets.secret_paths": "it is what a route is made of: the part that is secret",
}
"""Modules beside services that know routes all the same, with the reason."""


def rooms() -> list[str]:
    """Return the folders and modules directly in an application."""
    return sorted(
        f"{app}.{path.stem}"
        for app in APPS
        for path in (ROOT / app).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
        if path.name != "__init__.py"
    )


def modules_of(room: str) -> Iterator[Path]:
    place = ROOT.joinpath(*room.split("."))
    yield from place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]


def knowledge_of_pages(source: str) -> list[str]:
    """Return what ``source`` imports of what frameworks have for pages."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{each.name}" for each in node.names]
    return [name for name in names if f"{name}.".startswith(tuple(f"{of}." for of in OF_PAGES))]


def writes(source: str) -> bool:
    """Whether a transaction begins in ``source``."""
    return any(
        isinstance(node, ast.Attribute) and ast.unparse(node) == "transaction.atomic"
        for node in ast.walk(ast.parse(source))
    )


@pytest.mark.parametrize("room", rooms())
def test_of_every_room_it_is_said_what_it_is(room: str) -> None:
    page_within = any(each.startswith(f"{room}.") for each in PAGES)
    said = (room in SERVICES, room in PAGES, room in BETWEEN, room.split(".")[1] in NEITHER)

    assert sum(said) == 1 or (page_within and room in BETWEEN)


def test_nothing_is_listed_that_is_not_there() -> None:
    assert set(rooms()) >= {room for room in SERVICES | PAGES | BETWEEN if room.count(".") == 1}


@pytest.mark.parametrize("room", sorted(BETWEEN))
def test_a_room_that_is_no_service_begins_no_transaction(room: str) -> None:
    assert [path for path in modules_of(room) if writes(path.read_text())] == []


@pytest.mark.parametrize("room", sorted(SERVICES))
def test_a_service_knows_nothing_that_is_for_pages(room: str) -> None:
    found = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): knowledge_of_pages(path.read_text())
        for path in modules_of(room)
    }

    assert {name: known for name, known in found.items() if known and name not in KNOWN} == {}


@pytest.mark.parametrize("module", KNOWN)
def test_an_exception_is_listed_as_long_as_it_is_one(module: str) -> None:
    assert knowledge_of_pages(ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text())


@pytest.mark.parametrize(
    "source",
    [
        "from django.urls import reverse",
        "from django import forms",
        "import django.shortcuts",
        "def late():\n    from rest_framework.views import APIView",
    ],
)
def test_knowledge_of_pages_is_found(source: str) -> None:
    assert knowledge_of_pages(source)


def test_a_transaction_is_found() -> None:
    assert writes("@transaction.atomic\ndef change_it(): ...")
    assert writes("with transaction.atomic(): ...")


@pytest.mark.parametrize("page", PAGES_ABOVE, ids=lambda page: page.purpose)
def test_every_page_that_is_named_below_is_served(page: PageAbove) -> None:
    paths = []
    for arguments in ((), (1,), (UUID(int=0),), ("acme",), ("acme", "1")):
        with suppress(NoReverseMatch):
            paths.append(page.path(*arguments))

    assert paths
    assert [resolve(path).func for path in paths]


def test_a_page_that_nobody_serves_says_which_it_is() -> None:
    page = PageAbove("the page of a test")
    PAGES_ABOVE.remove(page)

    with pytest.raises(LookupError, match="the page of a test"):
        page.path()
