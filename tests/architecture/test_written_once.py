"""Rules that are easily written again have one place each, and nobody else writes them."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from tests.support.packages import PACKAGES

ROOT: Final = Path(__file__).resolve().parents[2]
MODULES: Final = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)
IDENTIFIERS: Final = Path("accounts/identifiers.py")
READ_MESSAGES: Final = {"operations", "scim"}
"""Packages that read the numbers of HTTP, of SCIM and of the environment, which are no keys."""
PERSON_NAMES: Final = Path("accounts/person_names.py")

_NAMES_IN_TURN: Final = re.compile(
    r"display_name\s+or\b|display_name\s+in\s+\(\s*['\"]{2}|display_name\s+if\b"
    r"|(NULLIF|NullIf)\(\s*[\w.\"']*display_name|display_name\s*(=|<>)\s*''"
    r"|given_name\}? ?[+ |'\"{]*.{0,12}family_name\}",
    re.IGNORECASE,
)


def reads_uuids(source: str) -> bool:
    """Whether ``source`` makes a UUID of a text itself."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return any(
        ast.unparse(call.func) in {"UUID", "uuid.UUID"} and (call.args or not call.keywords)
        for call in calls
    )


def reads_numbers(source: str) -> bool:
    """Whether ``source`` asks itself whether a text is a number.

    Python reads no number of thousands of digits, and the database takes no key of twenty.
    """
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr in {"isdecimal", "isdigit", "isnumeric"}
        for call in calls
    )


def chooses_names(source: str) -> bool:
    """Whether ``source`` says itself what somebody without a display name is called."""
    return _NAMES_IN_TURN.search(source) is not None


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_leaves_keys_and_names_to_the_one_who_knows(module: Path) -> None:
    source, place = module.read_text(), module.relative_to(ROOT)

    assert not reads_uuids(source) or place == IDENTIFIERS
    assert not reads_numbers(source) or place == IDENTIFIERS or place.parts[0] in READ_MESSAGES
    assert not chooses_names(source) or place == PERSON_NAMES


def test_the_one_who_knows_is_where_it_is_said_to_be() -> None:
    assert reads_uuids((ROOT / IDENTIFIERS).read_text())
    assert reads_numbers((ROOT / IDENTIFIERS).read_text())
    assert chooses_names((ROOT / PERSON_NAMES).read_text())


@pytest.mark.parametrize("source", ["UUID(text)", "import uuid\nfound = uuid.UUID(hex='0')", ""])
def test_a_uuid_that_is_read_is_found(source: str) -> None:
    assert reads_uuids(source) == ("UUID(text)" in source)


@pytest.mark.parametrize("source", ["int(text) if text.isdecimal() else 0", "p=str.isdecimal"])
def test_a_number_that_is_read_is_found(source: str) -> None:
    assert reads_numbers(source) == ("int" in source)


@pytest.mark.parametrize(
    "source",
    [
        "called = user.display_name or user.user_name",
        "COALESCE(NULLIF(u.display_name, ''), u.user_name)",
        "CASE WHEN display_name = '' THEN user_name END",
        "if self.display_name in ('', self.user_name):",
        'f"{user.given_name} {user.family_name}"',
    ],
)
def test_a_choice_among_names_is_found(source: str) -> None:
    assert chooses_names(source)
