"""What an operator can set or call is written down."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from django.core.management import get_commands, load_command_class

from config.env import Environment
from operations.bounds import Bounds
from operations.checkout import BASE_DIR
from tests.architecture.specimens import OUR_APPS
from tests.support.packages import WITH_THE_DEMO

if TYPE_CHECKING:
    from pathlib import Path

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


GUIDES = ("CONTRIBUTING.md", "docs/architecture.md")
"""What leads a reader through the code."""

ROOTS = (*WITH_THE_DEMO, "tests")
_MODULE = re.compile(rf"`((?:{'|'.join(ROOTS)})(?:\.\w+)+)`")
_PATH = re.compile(rf"`((?:{'|'.join(ROOTS)}|docs|scripts)/[\w./-]*)`")


def is_there(name: str) -> bool:
    """Whether a dotted name is that of a module, or of something in one."""
    parent, _dot, last = name.rpartition(".")
    with_parents = all(find_spec(parent.rsplit(".", n)[0]) for n in range(parent.count(".")))
    if not with_parents:
        return False
    module = import_module(parent)
    return hasattr(module, last) or (hasattr(module, "__path__") and bool(find_spec(name)))


@pytest.mark.parametrize("guide", GUIDES)
def test_what_a_guide_names_is_there(guide: str) -> None:
    text = (BASE_DIR / guide).read_text()
    modules, paths = set(_MODULE.findall(text)), set(_PATH.findall(text))

    assert modules
    assert paths
    assert {name for name in modules if not is_there(name)} == set()
    assert {path for path in paths if not (BASE_DIR / path).exists()} == set()


@pytest.mark.parametrize("name", ["accounts.gone", "accounts.models.Gone", "scim.gone.further"])
def test_what_is_not_there_is_found_out(name: str) -> None:
    assert not is_there(name)


def test_every_record_of_a_decision_has_a_number_of_its_own_that_its_title_says() -> None:
    records = sorted((BASE_DIR / "docs" / "adr").glob("0*.md"))
    numbers = [int(record.name[:4]) for record in records]
    assert numbers == list(range(1, len(records) + 1))
    for number, record in zip(numbers, records, strict=True):
        assert record.read_text().startswith(f"# {number}. ")


DOCUMENTS = sorted([*BASE_DIR.glob("*.md"), *(BASE_DIR / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(document: Path) -> set[str]:
    """The names by which the headings of a document are linked to, made as GitHub makes them."""
    headings = (re.sub(r"\]\(.*?\)", "]", each) for each in _HEADING.findall(document.read_text()))
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: str(each.relative_to(BASE_DIR)))
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    lost = []
    for link in _LINK.findall(document.read_text()):
        path, _hash, anchor = link.partition("#")
        if ":" in path:
            continue
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_every_how_to_stands_in_their_index() -> None:
    folder = BASE_DIR / "docs" / "howto"
    named = set(_LINK.findall((folder / "README.md").read_text()))
    assert {each.name for each in folder.glob("*.md")} - {"README.md"} <= named


_SPAN = re.compile(r"```.*?```|`[^`]+`", re.DOTALL)
_TYPED = re.compile(r"(?:manage\.py|scripts/manage)\s+([a-z_]+)([^\n`]*)|^`([a-z_]+)([^`]*)`$")


def options_typed(text: str) -> set[tuple[str, str]]:
    """Each command that ``text`` has somebody type, with each of its options, or with none."""
    typed = set()
    for span in _SPAN.findall(text):
        for found in _TYPED.finditer(span):
            command, words = found[1] or found[3], found[2] or found[4] or ""
            if found[1] or command in get_commands():
                typed |= {(command, each) for each in re.findall(r"--[a-z-]+", words) or [""]}
    return typed


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: str(each.relative_to(BASE_DIR)))
def test_every_command_that_a_document_has_somebody_type_takes_its_options(document: Path) -> None:
    def takes(command: str, option: str) -> bool:
        if command not in get_commands():
            return False
        known = load_command_class(get_commands()[command], command).create_parser("", command)
        return not option or option in known._option_string_actions

    unknown = {each for each in options_typed(document.read_text()) if not takes(*each)}
    assert unknown == set()


def test_what_somebody_is_to_type_is_found() -> None:
    text = (
        "`serve --port 1`, `port`\n```\nx -- /srv/scripts/manage doctor --url A --c\nls --all\n```"
    )

    assert options_typed(text) == {("serve", "--port"), ("doctor", "--url"), ("doctor", "--c")}
