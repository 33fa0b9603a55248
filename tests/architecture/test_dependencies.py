"""An installation without development groups has everything that the product imports."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest

from operations.checkout import BASE_DIR
from tests.support.packages import PACKAGES


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _foreign_packages() -> list[str]:
    found = set()
    for layer in PACKAGES:
        for path in (BASE_DIR / layer).rglob("*.py"):
            names = _imported(ast.parse(path.read_text()))
            found |= {name.partition(".")[0] for name in names}
    return sorted(found - {*PACKAGES, *sys.stdlib_module_names})


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


@pytest.fixture(scope="module")
def installed_without_groups() -> set[str]:
    """The distributions that ``[project]`` of ``pyproject.toml`` names."""
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]
    return {_normal(re.split(r"[\[<>=!~; ]", line)[0]) for line in project["dependencies"]}


@pytest.mark.parametrize("package", _foreign_packages())
def test_what_the_product_imports_is_a_dependency_of_production(
    package: str, installed_without_groups: set[str]
) -> None:
    distributions = {_normal(name) for name in packages_distributions()[package]}

    assert distributions & installed_without_groups
