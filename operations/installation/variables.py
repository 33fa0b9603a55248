"""What the environment says about an installation; looks at nothing but the settings.

``check --deploy`` and ``doctor`` report what is found here.
"""

from __future__ import annotations

import os
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from django.conf import settings

from operations.installation.examples import is_example, left_over
from operations.installation.findings import advice, good, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from operations.installation.findings import Finding

SHORTEST_KEY: Final = 50
_FEWEST_CHARACTERS: Final = 5
_MAKE_A_KEY: Final = (
    "Set GATEHOUSE_SECRET_KEY to at least 50 random characters, such as those that "
    "`openssl rand -base64 48` prints, the same on every machine."
)


def of_variables() -> list[Finding]:
    """Return what is found out about each subject, good or not."""
    return [look() for look in _LOOKS] + list(_unknown(os.environ))


def _database() -> Finding:
    if settings.EMBEDDED_DATABASE:
        return wrong(
            "embedded_database",
            "DATABASE_URL is not set, so an embedded PostgreSQL is used, which is for trying out.",
            "Set DATABASE_URL=postgresql://user:password@host:5432/database.",
        )
    if is_example(settings.DATABASES["default"].get("PASSWORD", "")):
        return left_over("DATABASE_URL", "its password is the word PASSWORD")
    return good("embedded_database", "The database is a server of its own.")


def _generated_key() -> Finding:
    name = "generated_key"
    if not settings.SECRET_KEY_IS_GENERATED:
        return good(name, "The secret key is set.")
    # A key that others never see protects what this machine stores; keep it when setting it.
    return wrong(
        name,
        "GATEHOUSE_SECRET_KEY is not set, so a key was made in the data folder.",
        f"{_MAKE_A_KEY} To keep what is stored readable, take the one in "
        f"{settings.DATA_DIR / 'secret_key'}.",
    )


def _short_key() -> Finding:
    key = settings.SECRET_KEY
    if len(key) < SHORTEST_KEY or len(set(key)) < _FEWEST_CHARACTERS:
        return wrong(
            "short_key",
            f"The secret key has {len(key)} characters, {len(set(key))} different ones.",
            f"{_MAKE_A_KEY} Put the present one into GATEHOUSE_PREVIOUS_SECRET_KEYS.",
        )
    return good("short_key", "The secret key is long enough.")


def _mail() -> Finding:
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        return wrong(
            "no_mail",
            "GATEHOUSE_EMAIL_URL is not set, so mail is written to files and reaches nobody.",
            "Set GATEHOUSE_EMAIL_URL=smtp://user:password@host:587?tls.",
        )
    if is_example(settings.EMAIL_HOST):
        return left_over("GATEHOUSE_EMAIL_URL", settings.EMAIL_HOST)
    if is_example(settings.EMAIL_HOST_USER) or is_example(settings.EMAIL_HOST_PASSWORD):
        return left_over("GATEHOUSE_EMAIL_URL", "its user or its password is the word for it")
    return good("no_mail", "Mail is sent by a server.")


def _sender() -> Finding:
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        return advice(
            "mail_sender",
            f"Mail comes from {settings.DEFAULT_FROM_EMAIL}, which many servers refuse.",
            "Set GATEHOUSE_EMAIL_FROM to an address of yours.",
        )
    if is_example(settings.DEFAULT_FROM_EMAIL):
        return left_over("GATEHOUSE_EMAIL_FROM", settings.DEFAULT_FROM_EMAIL)
    return good("mail_sender", f"Mail comes from {settings.DEFAULT_FROM_EMAIL}.")


def _https() -> Finding:
    if not _is_https():
        return wrong(
            "plain_http",
            f"GATEHOUSE_BASE_URL is {settings.BASE_URL}: passwords and sessions would travel "
            "unencrypted.",
            "Set it to the https:// address at which the proxy ends TLS.",
        )
    if is_example(settings.BASE_URL):
        return left_over("GATEHOUSE_BASE_URL", settings.BASE_URL)
    return good("plain_http", f"The public address is {settings.BASE_URL}.")


def _trusted_proxy() -> Finding:
    if _is_https() and not settings.TRUSTED_PROXIES:
        return wrong(
            "untrusted_proxy",
            "GATEHOUSE_BASE_URL begins with https://, and no proxy is trusted to say that a "
            "request came so: every page would redirect to itself without end.",
            "Set GATEHOUSE_TRUSTED_PROXIES to the number of proxies in front, usually 1, and have "
            "the first of them set X-Forwarded-Proto.",
        )
    count = settings.TRUSTED_PROXIES
    trusted = "1 proxy in front is" if count == 1 else f"{count} proxies in front are"
    return good("untrusted_proxy", f"{trusted} trusted.")


def _debug() -> Finding:
    if settings.DEBUG:
        return wrong(
            "debug",
            "GATEHOUSE_DEBUG is on: errors show the code and the settings to anybody.",
            "Remove GATEHOUSE_DEBUG.",
        )
    return good("debug", "Details of errors are shown to nobody.")


def _any_host() -> Finding:
    if "*" in settings.ALLOWED_HOSTS:
        return wrong(
            "any_host",
            "GATEHOUSE_ALLOWED_HOSTS allows every host name.",
            "Name the hosts, or leave it out: the one of GATEHOUSE_BASE_URL is allowed anyway.",
        )
    return good("any_host", "Only requests for host names that are known are served.")


def _contact() -> Finding:
    if not settings.SECURITY_CONTACT:
        return advice(
            "no_security_contact",
            "Nobody is told where to report a weakness of this deployment.",
            "Set GATEHOUSE_SECURITY_CONTACT=mailto:security@example.com.",
        )
    if is_example(settings.SECURITY_CONTACT):
        return left_over("GATEHOUSE_SECURITY_CONTACT", settings.SECURITY_CONTACT)
    return good("no_security_contact", f"Weaknesses are reported to {settings.SECURITY_CONTACT}.")


def _unknown(environment: Mapping[str, str]) -> Iterator[Finding]:
    known = settings.KNOWN_VARIABLES
    for name in sorted(environment):
        if name.startswith("GATEHOUSE_") and name not in known:
            near = get_close_matches(name, known, 1)
            meant = f"Did you mean {near[0]}? " if near else ""
            yield advice(
                "unknown_variable",
                f"{name} is no variable of Gatehouse and does nothing.",
                f"{meant}docs/operations.md lists them all.",
            )


def _is_https() -> bool:
    return bool(settings.BASE_URL.startswith("https://"))


_LOOKS: Final[tuple[Callable[[], Finding], ...]] = (
    _database,
    _generated_key,
    _short_key,
    _https,
    _trusted_proxy,
    _any_host,
    _debug,
    _mail,
    _sender,
    _contact,
)
