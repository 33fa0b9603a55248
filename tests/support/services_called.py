"""Which services there are that write, and which of them a test has called."""

from __future__ import annotations

import ast
import re
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.architecture.test_rooms import SERVICES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[2]
APPS: Final = (
    "access_requests",
    "accounts",
    "access_reviews",
    "licenses",
    "provisioning",
    "saml_sso",
    "scim",
)
STORAGE: Final = ("storage", "models", "tenancy")
"""Rooms that services ask, and that are none themselves."""
OPENS: Final = re.compile(
    r"\btransaction\.atomic\b|\b(record|record_all|announcing)\("
    r"|\.(save|delete|create|bulk_create|bulk_update|get_or_create|update_or_create)\("
    r"|\.objects\b.*\.update\("
)
"""What opens a transaction, or writes into one."""


@cache
def writing_services() -> frozenset[str]:
    """Return the public functions and methods of services that write, as it looks.

    They open a transaction or write an entry, or another part of their module does for them.
    """
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            is_service = any(f"{module}.".startswith(f"{room}.") for room in SERVICES)
            if is_service and module.split(".")[1] not in STORAGE:
                found |= {f"{module}.{name}" for name in writers(path.read_text())}
    return frozenset(found)


def writers(source: str) -> set[str]:
    """Return the public functions and methods in ``source`` that write, as it looks."""
    parts = dict(_functions(ast.parse(source).body))
    opening = {name for name, node in parts.items() if OPENS.search(ast.unparse(node))}
    while more := {
        name
        for name, node in parts.items()
        if name not in opening and _named(node) & {each.rpartition(".")[2] for each in opening}
    }:
        opening |= more
    return {name for name in opening if "._" not in f".{name}"}


def _functions(body: list[ast.stmt], owner: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{owner}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield f"{owner}{node.name}", node


def _named(node: ast.AST) -> set[str]:
    """Return what is called, and what is a context or a decorator, within ``node``."""
    return {
        str(getattr(each.func, "attr", getattr(each.func, "id", "")))
        for each in ast.walk(node)
        if isinstance(each, ast.Call)
    }


@contextmanager
def services_noted() -> Iterator[set[str]]:
    """Note which of :func:`writing_services` are called, in this thread; yield them."""
    services, called = writing_services(), set[str]()
    modules = {str(ROOT.joinpath(*_module(each).split("."))) + ".py" for each in services}

    def note(frame: Any, event: str, _argument: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename in modules:
            called.add(f"{frame.f_globals['__name__']}.{code.co_qualname}")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(before)


def _module(service: str) -> str:
    """Return the module of a function or method."""
    parts = service.split(".")
    while not ROOT.joinpath(*parts).with_suffix(".py").exists():
        parts.pop()
    return ".".join(parts)
