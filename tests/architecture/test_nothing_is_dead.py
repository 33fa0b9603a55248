"""What only tests call does not exist: every function, class and error has a use in the product."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from typing import TYPE_CHECKING, Any

from operations.checkout import BASE_DIR

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINTER: dict[str, Any] = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["tool"][
    "importlinter"
]
PRODUCT = [each for each in LINTER["root_packages"] if each not in {"tests", "benchmarks"}]
REGISTERS = re.compile(r"register|receiver")
CALLED_BY_NAME = {"Command", "Migration"}
"""What Django finds by its name in a module."""


def sources() -> Iterator[Path]:
    for package in PRODUCT:
        for path in sorted((BASE_DIR / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def words() -> Counter[str]:
    """Count every word of the product: its code, and the templates that ask for it."""
    found: Counter[str] = Counter()
    for path in [*sources(), *BASE_DIR.glob("templates/**/*"), *BASE_DIR.glob("benchmarks/*.py")]:
        if path.is_file():
            found.update(re.findall(r"\w+", path.read_text()))
    return found


def defined() -> Iterator[tuple[str, str]]:
    """Yield the functions and classes of modules that nothing registers by decorating them."""
    for path in sources():
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name in CALLED_BY_NAME:
                continue
            if not any(REGISTERS.search(ast.unparse(each)) for each in node.decorator_list):
                yield f"{path.relative_to(BASE_DIR)}:{node.lineno}", node.name


def test_everything_that_is_defined_is_used() -> None:
    count = words()
    names = list(defined())

    assert len(names) > 1_000
    assert [f"{place} {name}" for place, name in names if count[name] < 2] == []
