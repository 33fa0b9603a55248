"""Every environment variable that Gatehouse reads, typed and read once.

Those that limit a server stand in :mod:`config.bounds`.  ``docs/operations.md`` documents each
of them; a test compares the two.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent


class EnvironmentError(ValueError):  # noqa: A001 - the name is scoped to this module
    """A variable has a value that cannot be used; the message names it and an accepted form."""


def _text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int, *, least: int = 0) -> int:
    """Return the whole number in a variable.

    Raises:
        EnvironmentError: It holds something else, or less than ``least``.
    """
    raw = _text(name)
    if not raw:
        return default
    if not raw.isdecimal() or not raw.isascii() or int(raw) < least:
        raise EnvironmentError(
            f"{name} must be a whole number of at least {least}, such as {default}, not {raw!r}."
        )
    return int(raw)


def _boolean(name: str) -> bool:
    raw = _text(name, "0").lower()
    if raw not in {"0", "1", "true", "false"}:
        raise EnvironmentError(f"{name} must be 1 or 0, not {raw!r}.")
    return raw in {"1", "true"}


def _words(name: str) -> list[str]:
    return [word for word in _text(name).replace(",", " ").split() if word]


def _base_url() -> str:
    raw = _text("GATEHOUSE_BASE_URL", f"http://127.0.0.1:{number('PORT', 8000)}").rstrip("/")
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise EnvironmentError(
            "GATEHOUSE_BASE_URL must be the public address of this server without a path, "
            f"such as https://gatehouse.example.com, not {raw!r}."
        )
    return raw


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings of one deployment; each field's metadata names its variable."""

    database_url: str = field(
        default_factory=lambda: _text("DATABASE_URL"), metadata={"variable": "DATABASE_URL"}
    )
    port: int = field(default_factory=lambda: number("PORT", 8000), metadata={"variable": "PORT"})
    base_url: str = field(default_factory=_base_url, metadata={"variable": "GATEHOUSE_BASE_URL"})
    allowed_hosts: list[str] = field(
        default_factory=lambda: _words("GATEHOUSE_ALLOWED_HOSTS"),
        metadata={"variable": "GATEHOUSE_ALLOWED_HOSTS"},
    )
    secret_key: str = field(
        default_factory=lambda: _text("GATEHOUSE_SECRET_KEY"),
        metadata={"variable": "GATEHOUSE_SECRET_KEY"},
    )
    previous_secret_keys: list[str] = field(
        default_factory=lambda: _words("GATEHOUSE_PREVIOUS_SECRET_KEYS"),
        metadata={"variable": "GATEHOUSE_PREVIOUS_SECRET_KEYS"},
    )
    data_dir: Path = field(
        default_factory=lambda: Path(_text("GATEHOUSE_DATA_DIR", str(BASE_DIR / "var"))),
        metadata={"variable": "GATEHOUSE_DATA_DIR"},
    )
    debug: bool = field(
        default_factory=lambda: _boolean("GATEHOUSE_DEBUG"),
        metadata={"variable": "GATEHOUSE_DEBUG"},
    )
    email_url: str = field(
        default_factory=lambda: _text("GATEHOUSE_EMAIL_URL"),
        metadata={"variable": "GATEHOUSE_EMAIL_URL"},
    )
    email_from: str = field(
        default_factory=lambda: _text("GATEHOUSE_EMAIL_FROM", "gatehouse@localhost"),
        metadata={"variable": "GATEHOUSE_EMAIL_FROM"},
    )
    security_contact: str = field(
        default_factory=lambda: _text("GATEHOUSE_SECURITY_CONTACT"),
        metadata={"variable": "GATEHOUSE_SECURITY_CONTACT"},
    )
    trusted_proxies: int = field(
        default_factory=lambda: number("GATEHOUSE_TRUSTED_PROXIES", 0),
        metadata={"variable": "GATEHOUSE_TRUSTED_PROXIES"},
    )
    transaction_pooling: bool = field(
        default_factory=lambda: _boolean("GATEHOUSE_TRANSACTION_POOLING"),
        metadata={"variable": "GATEHOUSE_TRANSACTION_POOLING"},
    )
    hashes_at_once: int = field(
        default_factory=lambda: number("GATEHOUSE_HASHES_AT_ONCE", 1, least=1),
        metadata={"variable": "GATEHOUSE_HASHES_AT_ONCE"},
    )
    log_level: str = field(
        default_factory=lambda: _text("GATEHOUSE_LOG_LEVEL", "INFO").upper(),
        metadata={"variable": "GATEHOUSE_LOG_LEVEL"},
    )

    @classmethod
    def variables(cls) -> list[str]:
        """Return the names of all variables, for the test that looks them up in the docs."""
        return [str(f.metadata["variable"]) for f in fields(cls)]
