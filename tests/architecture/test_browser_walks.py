"""What is looked at in a browser is the page that was meant."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

FOLDERS: Final = ("browser", "walk")
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
        for statement, following in zip(body, body[1:], strict=False)
        if _called(statement) == "click" and _called(following) == "check"
    ]

    assert not too_early, f"Expect something of the page first: {', '.join(too_early)}"


def _called(statement: ast.AST) -> str:
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return ""
    function = statement.value.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
