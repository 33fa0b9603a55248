"""What is looked at in a browser is the page that was meant."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path
from typing import Final

FOLDERS: Final = ("browser", "walk")
LOOKS: Final = {"check", "assert_accessible", "assert_fits"}
TESTS: Final = Path(__file__).parents[1]


def test_no_page_is_checked_before_something_of_it_was_seen() -> None:
    """A click does not wait for the page it leads to: the one before would be checked, or none."""
    too_early = [
        f"{path.relative_to(TESTS)}:{following.lineno}"
        for folder in FOLDERS
        for path in sorted((TESTS / folder).glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        for body in (getattr(node, "body", None),)
        if isinstance(body, list)
        for statement, following in pairwise(body)
        if _clicks(statement) and _looks(following)
    ]

    assert not too_early, f"Expect something of the page first: {', '.join(too_early)}"


def _clicks(statement: ast.AST) -> bool:
    function = _called(statement)
    return isinstance(function, ast.Attribute) and function.attr == "click"


def _looks(statement: ast.AST) -> bool:
    function = _called(statement)
    return isinstance(function, ast.Name) and function.id in LOOKS


def _called(statement: ast.AST) -> ast.AST | None:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return statement.value.func
    return None
