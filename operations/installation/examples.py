"""Values of the template that nobody has changed: they are well formed, and nobody's."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from operations.installation.findings import Finding, wrong

_NOBODYS: Final = ("example.com", "example.net", "example.org")
"""Domains that are for documents, so that no installation is there (RFC 2606, section 3)."""
_WORDS: Final = frozenset({"USER", "PASSWORD"})
"""What stands in ``deploy/gatehouse.env`` for a name and a secret."""


def is_example(value: str) -> bool:
    """Whether ``value`` is a word of the template, or an address or URL at a domain of nobody's."""
    parts = urlsplit(value)
    host = (parts.hostname or parts.path.rpartition("@")[2]).lower()
    return value in _WORDS or any(f".{host}".endswith(f".{domain}") for domain in _NOBODYS)


def left_over(variable: str, shown: str) -> Finding:
    """Return the finding that ``variable`` is still as in the template, with what is there."""
    return wrong(
        "example_value",
        f"{variable} is still the example of the template: {shown}.",
        f"Set {variable} to your own.",
    )
