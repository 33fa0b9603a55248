"""One word for one thing, as the glossary has it, in whatever people read."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.support.packages import WITH_THE_DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
OTHERWISE: Final = re.compile(r"\borgani[sz]ation\b|\byour (?:workspace|tenant)\b", re.IGNORECASE)
"""What the glossary calls a company, where pages speak of somebody's own."""
OF_THE_RFC: Final = frozenset({"Organization"})
"""The name of an attribute."""


def texts() -> Iterator[tuple[str, str]]:
    """Yield every text that is translated, with the file that it stands in."""
    yield from _of_templates()
    yield from _of_code()


def _of_templates() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "templates").rglob("*.*")):
        page = path.read_text()
        for found in re.finditer(
            r"translate [\"'](.*?)[\"']|(?:blocktranslate[^%]*|plural )%}(.*?){%", page, re.S
        ):
            yield str(path.relative_to(ROOT)), found[1] or found[2]


def _of_code() -> Iterator[tuple[str, str]]:
    for package in WITH_THE_DEMO:
        for path in sorted((ROOT / package).rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text())):
                name = getattr(getattr(call, "func", None), "id", "")
                if isinstance(call, ast.Call) and name in {"_", "_t", "gettext_lazy", "ngettext"}:
                    for word in call.args:
                        if isinstance(word, ast.Constant):
                            yield str(path.relative_to(ROOT)), str(word.value)


def test_pages_call_a_company_nothing_else() -> None:
    found = list(texts())

    assert len(found) > 1_000
    assert [each for each in found if OTHERWISE.search(each[1]) and each[1] not in OF_THE_RFC] == []
