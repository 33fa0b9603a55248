"""No regular expression of the product takes much longer for a text twice as long.

What looks for a pattern holds the interpreter's lock, so that one long text would stop every
request of a process.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re
import time
from typing import TYPE_CHECKING

import pytest

from accounts.secrets.secret_paths import mask_path, mask_text
from saml_sso.protocol.certificate_files import MAX_FILE_BYTES, find_certificates
from saml_sso.protocol.errors import CertificateError
from tests.support.packages import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHARACTERS = 20_000
SECONDS = 0.5
"""Some hundred times what a pattern needs that looks at each character once."""

PARTS = (" ", "\t", "-", "/", "x", "A", "0", "_", '"', "[", "<", ".", "x/", "A ", "a@")
AROUND = ("{}", '"{}', "---BEGIN {}\n!", "/set-up/{} ")

BEGIN_TO_SERVE = {"operations.server.worker", "config.wsgi"}
"""Modules that change the process when they are imported, because they begin to serve."""

AT_ONE_PLACE = {
    "config.env._ADDRESS",
    "scim.protocol.bulk_references._IN_TEXT",
    "scim.protocol.filter_tokens._TOKEN",
}
"""Patterns that are compared at one place of a text only, never looked for in it."""


def patterns() -> dict[str, re.Pattern[str]]:
    """Return the patterns for texts that modules keep, and those made of routes with secrets."""
    found: dict[str, re.Pattern[str]] = {}
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(path, f"{package}."):
            if ".migrations" in module.name or module.name in BEGIN_TO_SERVE:
                continue
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    found[f"{module.name}.{name}"] = value
    return found


def long_texts(pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield long texts that nearly match: what the pattern names, again and again."""
    words = re.findall(r"[A-Za-z]{3,}", pattern.pattern)
    formed = [
        form.format(word)
        for word in words
        for form in ("{}", "{} ", "{}=", "/{}", "---{} ", "---{} A---")
    ]
    for part in dict.fromkeys([*PARTS, *formed]):
        repeated = part * (CHARACTERS // len(part))
        for around in AROUND:
            yield around.replace("{}", repeated)


def assert_quick(work: Callable[[], object], text: str) -> None:
    gc.disable()  # A collection takes as long as this process has objects.
    try:
        began = time.thread_time()
        work()
        took = time.thread_time() - began
    finally:
        gc.enable()
    assert took < SECONDS, text[:60]


def test_patterns_are_found() -> None:
    assert patterns().keys() > AT_ONE_PLACE
    assert len(patterns()) > 20


@pytest.mark.parametrize("name", sorted(patterns()))
def test_a_long_text_is_looked_at_quickly(name: str) -> None:
    pattern = patterns()[name]
    for text in long_texts(pattern):
        if name in AT_ONE_PLACE:
            assert_quick(lambda: (pattern.match(text), pattern.fullmatch(text)), text)  # noqa: B023
        else:
            assert_quick(lambda: list(pattern.finditer(text)), text)  # noqa: B023


def test_secrets_of_a_long_address_are_masked_quickly() -> None:
    starts = [r"/", "x", "x/", "token", *(f"{path}/" for path in ("/set-up", "/link", "/password"))]
    for start in starts:
        for before in ("", "/set-up/", "/password/new/", "/saml/acme/"):
            text = before + start * (CHARACTERS // len(start))
            assert_quick(lambda: (mask_path(text), mask_text(text)), text)  # noqa: B023


@pytest.mark.parametrize("part", ["-", " ", "-----BEGIN CERTIFICATE-----", "-----BEGIN A", "A"])
def test_a_file_that_is_nearly_a_certificate_is_refused_quickly(part: str) -> None:
    text = "-----BEGIN " + part * (MAX_FILE_BYTES // len(part) - 10)

    def upload() -> None:
        with pytest.raises(CertificateError):
            find_certificates(text.encode())

    assert_quick(upload, text)
