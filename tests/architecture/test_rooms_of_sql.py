"""SQL has one door: statements stand in rooms of their own, and their text stays there.

A room is a module that takes a cursor or holds text of SQL.  What other modules import of it are
functions, and the types of what these take and give.
"""

from __future__ import annotations

import ast
import importlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.packages import PACKAGES

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    *("accounts.storage", "licenses.storage", "provisioning.storage"),
    *("saml_sso.storage", "scim.storage"),
    "scim.queries",  # Filters and orders as SQL; it takes no cursor.
    *("scim.log.request_log_rows", "scim.log.request_log_retention"),
    "scim.adapters.adapter_catalog",  # Where an adapter says that attributes are.
    *("accounts.names", "accounts.person_names"),  # Names as columns hold them.
    "operations.server.health",  # Asks over a connection of its own, which waits for nothing.
    "operations.embedded",  # Makes the database.
    "operations.installation.change_feed",  # Quotes what an operator may ask the database.
)
"""Modules, and packages with all their modules, that may hold SQL and take cursors."""

STATEMENT = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT INTO|UPDATE \w+( AS)?( \w+)?\s+SET|DELETE FROM|COPY \w+)\b", re.S
)
RECURSION = re.compile(r"UNION\s+SELECT[^()]+FROM accounts_directorygroupmember", re.S)
CURSORS = {"cursor", "prepared_cursor", "raw", "RawSQL", "extra"}


def modules() -> dict[str, Path]:
    """Return every production module by its dotted name, without migrations."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "migrations" not in parts:
                found[".".join(parts).removesuffix(".__init__")] = path
    return found


MODULES = modules()


def is_room(module: str) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in ROOMS)


def docstrings(tree: ast.AST) -> set[int]:
    """Return the ids of the constants that are documentation."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def text_of(node: ast.AST, skipped: set[int]) -> str:
    """Return the text of a string literal that is none of ``skipped``, with holes as ``x``."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "x" for part in node.values]
        return "".join(str(part) for part in parts)
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
        return node.value
    return ""


def texts(source: str) -> list[str]:
    """Return the string literals of ``source`` that are no documentation."""
    tree = ast.parse(source)
    skipped = docstrings(tree)
    return [text for node in ast.walk(tree) if (text := text_of(node, skipped))]


def table_names(text: str) -> list[str]:
    """Return what ``text`` names of ``accounts`` in the database."""
    return re.findall(r"\baccounts_[a-z_]+\b", text)


def offences(source: str) -> list[str]:
    """Return the SQL and the cursors in ``source``."""
    found = [text for text in texts(source) if STATEMENT.search(text)]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in CURSORS:
                found.append(ast.unparse(node))
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "connections":
            found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize("module", sorted(name for name in MODULES if not is_room(name)))
def test_a_module_outside_the_rooms_holds_no_sql_and_takes_no_cursor(module: str) -> None:
    assert offences(MODULES[module].read_text()) == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_on_the_list_is_one(room: str) -> None:
    inside = [name for name in MODULES if name == room or name.startswith(f"{room}.")]
    sources = [MODULES[name].read_text() for name in inside]

    assert any(
        offences(source) or re.search(r"\bSQL\b|COLLATE|LIKE E'", source) for source in sources
    )


@cache
def room_part(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name, None)


def crossing(source: str) -> list[str]:
    """Return what ``source`` imports of a room that is text of SQL, or carries it."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and is_room(node.module):
            for each in node.names:
                part = room_part(node.module, each.name)
                is_text = isinstance(part, str) and re.search(r"\bSELECT\b|\bFROM\b|%s", part)
                if is_text or each.name in {"SQL", "Part", "INSERT"}:
                    found.append(f"{node.module}.{each.name}")
    return found


@pytest.mark.parametrize("module", sorted(name for name in MODULES if not is_room(name)))
def test_no_text_of_sql_leaves_the_rooms(module: str) -> None:
    assert crossing(MODULES[module].read_text()) == []


@pytest.mark.parametrize("module", sorted(MODULES))
def test_only_one_module_follows_the_nesting_of_groups(module: str) -> None:
    if module != "accounts.storage.nesting":
        assert not any(RECURSION.search(text) for text in texts(MODULES[module].read_text()))


def test_a_recursion_over_groups_is_found() -> None:
    assert RECURSION.search(
        "UNION SELECT p.group_id FROM accounts_directorygroupmember p JOIN up ON true"
    )


def is_label(name: str) -> bool:
    """Whether this is no table, but the name of a route or of a template's block."""
    return bool(re.search(r"_(changelist|change|add|delete|history)$", name))


@pytest.mark.parametrize(
    "source",
    [
        "cursor.execute('SELECT id FROM accounts_user')",
        "statement = f'UPDATE {table} SET active = true'",
        "with connection.cursor() as cursor: pass",
        "connections['default'].ensure_connection()",
        "User.objects.raw('SELECT 1')",
    ],
)
def test_sql_outside_a_room_is_found(source: str) -> None:
    assert offences(source)


def test_text_of_sql_that_is_imported_is_found() -> None:
    assert crossing("from accounts.storage.trail_rows import INSERT")
    assert crossing("from scim.queries.filter_query import SQL")
    assert not crossing("from accounts.storage.memberships import people_below")
