"""What only tests call does not exist: every function, class and error has a use in the product.

So has every method and attribute of a class, unless a framework asks for it by its name.
"""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import Choices

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
ASKED_FOR = {
    "EMAIL_FIELD": "Django, of a model of users",
    "USERNAME_FIELD": "Django, of a model of users",
    "from_db_value": "Django, of a model's field",
    "get_help_text": "Django, of what judges passwords",
    "has_retry_permission": "Django, by the name of a permission",
    "process_exception": "Django, of middleware",
    "process_view": "Django, of middleware",
    "template_name": "Django, of a widget",
    "visit_Attribute": "Python, of what changes a syntax tree",
    "_StrictSettings": "python3-saml, of all that its settings have",
}
"""Methods and attributes, or classes with all of theirs, that a framework asks for by name."""


def sources() -> Iterator[Path]:
    for package in PRODUCT:
        for path in sorted((BASE_DIR / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def words() -> Counter[str]:
    """Count every word of the product: its code, and the templates that ask for it."""
    found: Counter[str] = Counter()
    templates = [*BASE_DIR.glob("templates/**/*"), *BASE_DIR.glob("*/templates/**/*")]
    for path in [*sources(), *templates, *BASE_DIR.glob("benchmarks/*.py")]:
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


def parts_of(class_: ast.ClassDef) -> Iterator[str]:
    """Yield the names of the methods and attributes that a class defines, but for Python's own."""
    for node in class_.body:
        names = {getattr(node, "name", "")} if isinstance(node, ast.FunctionDef) else set()
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {each.id for each in targets if isinstance(each, ast.Name)}
        yield from (name for name in names if not name.startswith("__"))


def is_asked_for(class_: type, name: str) -> bool:
    """Whether what stands above the class asks for this part of it, or whoever has its values."""
    if issubclass(class_, Choices):
        return True
    fields = getattr(class_, "base_fields", {})
    above = [each for each in class_.__mro__ if each.__module__.partition(".")[0] not in PRODUCT]
    return name.removeprefix("clean_") in fields or any(hasattr(each, name) for each in above)


def defined_parts() -> Counter[str]:
    """Count how often each name is defined, as what a module or a class has."""
    found: Counter[str] = Counter()
    for path in sources():
        for node in ast.parse(path.read_text()).body:
            found.update([getattr(node, "name", "")])
            if isinstance(node, ast.ClassDef):
                found.update(parts_of(node))
    return found


def unused_parts(module: str, source: str, used: Counter[str]) -> Iterator[str]:
    """Yield the methods and attributes of a module's classes that nothing uses."""
    for class_ in ast.parse(source).body:
        for name in parts_of(class_) if isinstance(class_, ast.ClassDef) else ():
            if used[name] <= 0:
                loaded = getattr(importlib.import_module(module), getattr(class_, "name", ""))
                if not is_asked_for(loaded, name):
                    yield f"{module}.{loaded.__name__}.{name}"


def test_every_method_and_attribute_is_used() -> None:
    used, found = words(), set()
    used.subtract(defined_parts())
    for path in sources():
        module = ".".join(path.relative_to(BASE_DIR).with_suffix("").parts)
        found |= set(unused_parts(module.removesuffix(".__init__"), path.read_text(), used))
    asked_for = {part for part in found if ASKED_FOR.keys() & set(part.split("."))}

    assert found - asked_for == set()
    assert ASKED_FOR.keys() <= {name for part in asked_for for name in part.split(".")}


@pytest.mark.parametrize("part", ["def unheard_of(self): ...", "unheard_of = 1", "unheard_of: int"])
def test_a_part_that_nothing_uses_is_found(part: str) -> None:
    source = f"class UserRow:\n    {part}\n    __slots__ = ()\n    def shown(self): ..."
    used = Counter({"unheard_of": 0, "shown": 1})

    found = list(unused_parts("scim.storage.user_rows", source, used))

    assert found == ["scim.storage.user_rows.UserRow.unheard_of"]
