"""What an operator can set or call is written down."""

from __future__ import annotations

import pytest
from django.core.management import get_commands

from config.bounds import Bounds
from config.env import BASE_DIR, Environment
from tests.architecture.specimens import OUR_APPS

OPERATIONS = BASE_DIR / "docs" / "operations.md"


@pytest.fixture(scope="module")
def operations() -> str:
    return OPERATIONS.read_text()


@pytest.mark.parametrize("variable", [*Environment.variables(), *Bounds.variables()])
def test_every_environment_variable_is_documented(variable: str, operations: str) -> None:
    assert f"| `{variable}` |" in operations


@pytest.mark.parametrize(
    "command", sorted(name for name, app in get_commands().items() if app in OUR_APPS)
)
def test_every_command_is_documented(command: str, operations: str) -> None:
    assert f"| `{command}" in operations
