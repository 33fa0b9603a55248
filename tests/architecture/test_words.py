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
CUSTOMER: Final = re.compile(r"(?<!%\()(?<!{ )\btenants?\b", re.IGNORECASE)
"""The operators' word, outside the name of something that is filled in."""
FOR_OPERATORS: Final = (
    *("accounts/jobs/running.py", "accounts/management/", "accounts/models/tenants.py"),
    *("accounts/signing_in/domains.py", "accounts/storage/changes.py", "console/platform/"),
    *("console/licences/subscriptions.py", "console/search/rows.py", "operations/"),
)
"""Where texts stand that nobody of a company reads."""
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


def test_nobody_of_a_company_reads_the_word_of_the_operators() -> None:
    found = [each for each in texts() if CUSTOMER.search(each[1])]

    assert {file for file, _text in found if not file.startswith(FOR_OPERATORS)} == set()
    unused = [each for each in FOR_OPERATORS if not any(f.startswith(each) for f, _text in found)]
    assert unused == []


def test_the_word_of_the_operators_is_told_from_a_name_that_is_filled_in() -> None:
    said = ["Welcome to {{ tenant }}", "%(tenant)s: a credential", "the %(tenants)s"]
    assert [each for each in said if CUSTOMER.search(each)] == []
    assert all(map(CUSTOMER.search, ["of the tenant", "(no tenant)", "Tenants"]))
