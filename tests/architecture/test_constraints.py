"""A violated constraint is known by its name, never by a word in a message that quotes values."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Tenant
from accounts.storage.violations import refers_to_nothing, violated_constraint
from operations.checkout import BASE_DIR
from tests.support.packages import WITH_THE_DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASKED = {"violated_constraint", "refers_to_nothing", "is_taken"}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for app in WITH_THE_DEMO:
        for path in sorted((BASE_DIR / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, ast.parse(path.read_text())


def names_in(node: ast.AST | None) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} if node else set()


def handlers() -> Iterator[tuple[str, ast.ExceptHandler]]:
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and "IntegrityError" in names_in(node.type):
                yield f"{path.relative_to(BASE_DIR)}:{node.lineno}", node


def test_whoever_catches_a_violation_asks_for_the_name_of_the_constraint() -> None:
    found = dict(handlers())

    assert len(found) >= 8
    assert [place for place, node in found.items() if not names_in(node) & ASKED] == []
    assert [place for place, node in found.items() if "str" in names_in(node)] == []


def test_every_name_that_is_asked_for_is_that_of_a_rule_in_the_database(db: None) -> None:
    asked = set()
    for _path, tree in modules():
        strings = {
            node.targets[0].id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare) and "violated_constraint" in names_in(node.left):
                for right in node.comparators:
                    value = strings.get(right.id, right) if isinstance(right, ast.Name) else right
                    asked |= {
                        each.value
                        for each in ast.walk(value)
                        if isinstance(each, ast.Constant) and isinstance(each.value, str)
                    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class "
            "WHERE relkind = 'i'"
        )
        known = {row[0] for row in cursor.fetchall()}

    assert len(asked) >= 3
    assert asked - known == set()


def test_a_value_that_spells_a_constraint_is_not_taken_for_it(acme: Tenant) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Tenant.objects.create(slug=acme.slug, name="user_name_unique_in_tenant")
    error = caught.value

    assert "slug" in violated_constraint(error)
    assert not refers_to_nothing(error)
