"""No statement asks whether somebody is in one set or in another.

PostgreSQL joins sets of any size, but cannot join alternatives: a set of ``x IN (SELECT …) OR …``
is held in the memory of the statement, and gone through once a row where it does not fit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.architecture.test_rooms_of_sql import MODULES, is_room, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

FEW = {
    "accounts.storage.group_locks": "the groups nested in some, and not the people",
}
"""Where the set is small, however large the company."""
SET = re.compile(r"(?P<no>\bNOT\s+)?\bIN\s*\(\s*SELECT\b")


def level_of(statement: str, place: int) -> str:
    """Return what stands beside ``place`` in the same parentheses, and in no deeper ones."""
    kept = []
    for step, over in ((-1, ")"), (1, "(")):
        depth, at = 0, place if step > 0 else place - 1
        while 0 <= at < len(statement):
            letter = statement[at]
            if letter in "()":
                depth += 1 if letter == over else -1
                if depth < 0:
                    break
            elif depth == 0:
                kept.append(letter) if step > 0 else kept.insert(0, letter)
            at += step
    return "".join(kept)


def alternatives(statement: str) -> Iterator[str]:
    """Yield the sets of ``statement`` that are one of several ways, or that are all but."""
    for found in SET.finditer(statement):
        if found["no"] or re.search(r"\bOR\b", level_of(statement, found.start())):
            yield found[0]


@pytest.mark.parametrize(
    ("statement", "is_one"),
    [
        ("SELECT 1 FROM t WHERE (a IN (SELECT b FROM c WHERE d AND e) OR a = 1) AND g", True),
        ("SELECT 1 FROM t WHERE a = 1\n OR a IN (\n SELECT b FROM c)", True),
        ("SELECT 1 FROM t WHERE a NOT IN (SELECT b FROM c)", True),
        ("SELECT 1 FROM t WHERE (a = 1 OR a = 2) AND a IN (SELECT b FROM c)", False),
        ("SELECT 1 FROM t WHERE a IN (SELECT b FROM c WHERE d OR e)", False),
    ],
)
def test_alternatives_are_found(statement: str, is_one: bool) -> None:  # noqa: FBT001 - a row
    assert bool(list(alternatives(statement))) is is_one


@pytest.mark.parametrize("module", [each for each in MODULES if is_room(each) and each not in FEW])
def test_no_set_is_one_of_several_ways(module: str) -> None:
    assert not [each for text in texts(MODULES[module].read_text()) for each in alternatives(text)]


@pytest.mark.parametrize("module", FEW)
def test_what_is_excused_has_some(module: str) -> None:
    assert any(list(alternatives(text)) for text in texts(MODULES[module].read_text()))
