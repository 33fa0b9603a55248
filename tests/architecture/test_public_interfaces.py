"""Drivers and frameworks are used through what they publish: no private module or name is imported.

Private attributes of objects are ruff's business (SLF001).
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support.packages import WITH_THE_DEMO

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path for package in WITH_THE_DEMO for path in (ROOT / package).rglob("*.py"))


def private_imports(source: str) -> list[str]:
    """Return the imports of ``source`` that name a private module or a private part of one."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{each.name}" for each in node.names]
    return [
        name
        for name in names
        if not name.startswith("__future__.")
        and any(part.startswith("_") and part != "__version__" for part in name.split("."))
    ]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_nothing_private(module: Path) -> None:
    assert private_imports(module.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "from psycopg._preparing import Prepare",
        "import psycopg._queries",
        "from django.db.models.query import _helper",
    ],
)
def test_a_private_import_is_found(source: str) -> None:
    assert private_imports(source)
