"""Every environment variable that Gatehouse reads, typed and read once.

Those that limit a server stand in :mod:`operations.bounds`.  ``docs/operations.md`` documents each
of them; a test compares the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from operations.checkout import BASE_DIR
from operations.variables import UnusableVariableError, boolean, number, text, words

Network = IPv4Network | IPv6Network

_HIGHEST_PORT: Final = 65_535
_LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")
_LOG_FORMATS: Final = ("text", "json")
_MAIL_SCHEMES: Final = ("smtp", "smtps", "smtp+tls")
_CONTACT_SCHEMES: Final = ("mailto", "https", "tel")
_HOST: Final = re.compile(r"\*|\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.?|\[[0-9A-Fa-f:.]+\]")
_ADDRESS: Final = re.compile(r"(?:[^<>\r\n]* <)?[^\s<>@]+@[^\s<>@]+>?")


def _hosts() -> list[str]:
    hosts = words("GATEHOUSE_ALLOWED_HOSTS")
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise UnusableVariableError(
                "GATEHOUSE_ALLOWED_HOSTS must be host names without a scheme, a port or a path, "
                f"such as gatehouse.example.com, not {host!r}."
            )
    return hosts


def _parts(url: str) -> SplitResult | None:
    """Return the parts of an address, or ``None`` when it is none."""
    try:
        parts = urlsplit(url)
        _port = parts.port  # Reading it tells whether it is one.
    except ValueError:
        return None
    return parts


def _base_url() -> str:
    raw = text("GATEHOUSE_BASE_URL", f"http://127.0.0.1:{_port()}").rstrip("/")
    parts = _parts(raw)
    is_origin = (
        parts is not None
        and parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and raw == f"{parts.scheme}://{parts.netloc}"
        and "@" not in parts.netloc
    )
    if not is_origin:
        raise UnusableVariableError(
            "GATEHOUSE_BASE_URL must be the public address of this server without a path, "
            f"such as https://gatehouse.example.com, not {raw!r}."
        )
    return raw


def _port() -> int:
    return number("PORT", 8000, least=1, most=_HIGHEST_PORT)


def _database_url() -> str:
    """Return it; what is wrong with it is said without it, because it holds a password."""
    raw = text("DATABASE_URL")
    if not raw:
        return ""
    try:
        names = set(conninfo_to_dict(raw))
    except ProgrammingError:
        names = set()
    if "dbname" not in names:
        raise UnusableVariableError(
            "DATABASE_URL must be the address of a PostgreSQL database, such as "
            "postgresql://user:password@host:5432/database, with special characters of the "
            "password written as in %40 for @."
        )
    return raw


def _email_url() -> str:
    """Return it; what is wrong with it is said without it, because it holds a password."""
    raw = text("GATEHOUSE_EMAIL_URL")
    parts = _parts(raw)
    if raw and (parts is None or parts.scheme not in _MAIL_SCHEMES or not parts.hostname):
        raise UnusableVariableError(
            "GATEHOUSE_EMAIL_URL must be the address of a mail server, such as "
            "smtp://user:password@host:587?tls or smtps://user:password@host:465."
        )
    return raw


def _email_from() -> str:
    raw = text("GATEHOUSE_EMAIL_FROM", "gatehouse@localhost")
    if not _ADDRESS.fullmatch(raw):
        raise UnusableVariableError(
            "GATEHOUSE_EMAIL_FROM must be an e-mail address, such as "
            f"gatehouse@example.com, not {raw!r}."
        )
    return raw


def _outgoing_networks() -> list[Network]:
    try:
        return [ip_network(word) for word in words("GATEHOUSE_OUTGOING_NETWORKS")]
    except ValueError as error:
        raise UnusableVariableError(
            "GATEHOUSE_OUTGOING_NETWORKS must be networks such as 10.1.0.0/16 or fd00::/8, with "
            f"commas between them: {error}."
        ) from error


def _security_contact() -> str:
    raw = text("GATEHOUSE_SECURITY_CONTACT")
    parts = _parts(raw)
    is_address = parts is not None and parts.scheme in _CONTACT_SCHEMES and raw.isprintable()
    if raw and not (is_address and len(raw.split()) == 1):
        raise UnusableVariableError(
            "GATEHOUSE_SECURITY_CONTACT must begin with mailto:, https: or tel:, such as "
            f"mailto:security@example.com, not {raw!r}."
        )
    return raw


def _log_level() -> str:
    raw = text("GATEHOUSE_LOG_LEVEL", "INFO").upper()
    if raw not in _LOG_LEVELS:
        raise UnusableVariableError(
            f"GATEHOUSE_LOG_LEVEL must be one of {', '.join(_LOG_LEVELS)}, not {raw!r}."
        )
    return raw


def _log_format() -> str:
    raw = text("GATEHOUSE_LOG_FORMAT", _LOG_FORMATS[0]).lower()
    if raw not in _LOG_FORMATS:
        raise UnusableVariableError(
            f"GATEHOUSE_LOG_FORMAT must be one of {', '.join(_LOG_FORMATS)}, not {raw!r}."
        )
    return raw


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings of one deployment; each field's metadata names its variable."""

    database_url: str = field(default_factory=_database_url, metadata={"variable": "DATABASE_URL"})
    port: int = field(default_factory=_port, metadata={"variable": "PORT"})
    base_url: str = field(default_factory=_base_url, metadata={"variable": "GATEHOUSE_BASE_URL"})
    allowed_hosts: list[str] = field(
        default_factory=_hosts,
        metadata={"variable": "GATEHOUSE_ALLOWED_HOSTS"},
    )
    secret_key: str = field(
        default_factory=lambda: text("GATEHOUSE_SECRET_KEY"),
        metadata={"variable": "GATEHOUSE_SECRET_KEY"},
    )
    previous_secret_keys: list[str] = field(
        default_factory=lambda: words("GATEHOUSE_PREVIOUS_SECRET_KEYS"),
        metadata={"variable": "GATEHOUSE_PREVIOUS_SECRET_KEYS"},
    )
    data_dir: Path = field(
        default_factory=lambda: Path(text("GATEHOUSE_DATA_DIR", str(BASE_DIR / "var"))),
        metadata={"variable": "GATEHOUSE_DATA_DIR"},
    )
    debug: bool = field(
        default_factory=lambda: boolean("GATEHOUSE_DEBUG"),
        metadata={"variable": "GATEHOUSE_DEBUG"},
    )
    components: bool = field(
        default_factory=lambda: boolean("GATEHOUSE_COMPONENTS"),
        metadata={"variable": "GATEHOUSE_COMPONENTS"},
    )
    email_url: str = field(
        default_factory=_email_url,
        metadata={"variable": "GATEHOUSE_EMAIL_URL"},
    )
    email_from: str = field(
        default_factory=_email_from,
        metadata={"variable": "GATEHOUSE_EMAIL_FROM"},
    )
    security_contact: str = field(
        default_factory=_security_contact,
        metadata={"variable": "GATEHOUSE_SECURITY_CONTACT"},
    )
    trusted_proxies: int = field(
        default_factory=lambda: number("GATEHOUSE_TRUSTED_PROXIES", 0, most=20),
        metadata={"variable": "GATEHOUSE_TRUSTED_PROXIES"},
    )
    transaction_pooling: bool = field(
        default_factory=lambda: boolean("GATEHOUSE_TRANSACTION_POOLING"),
        metadata={"variable": "GATEHOUSE_TRANSACTION_POOLING"},
    )
    outgoing_networks: list[Network] = field(
        default_factory=_outgoing_networks, metadata={"variable": "GATEHOUSE_OUTGOING_NETWORKS"}
    )
    hashes_at_once: int = field(
        default_factory=lambda: number("GATEHOUSE_HASHES_AT_ONCE", 1, least=1, most=1000),
        metadata={"variable": "GATEHOUSE_HASHES_AT_ONCE"},
    )
    trail_days: int = field(
        default_factory=lambda: number("GATEHOUSE_TRAIL_DAYS", 730, least=1, most=36_500),
        metadata={"variable": "GATEHOUSE_TRAIL_DAYS"},
    )
    trail_person_days: int = field(
        default_factory=lambda: number("GATEHOUSE_TRAIL_PERSON_DAYS", 90, most=36_500),
        metadata={"variable": "GATEHOUSE_TRAIL_PERSON_DAYS"},
    )
    log_level: str = field(
        default_factory=_log_level,
        metadata={"variable": "GATEHOUSE_LOG_LEVEL"},
    )

    log_format: str = field(
        default_factory=_log_format,
        metadata={"variable": "GATEHOUSE_LOG_FORMAT"},
    )

    @classmethod
    def variables(cls) -> list[str]:
        """Return the names of all variables, for the test that looks them up in the docs."""
        return [str(f.metadata["variable"]) for f in fields(cls)]
