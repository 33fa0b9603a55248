"""What the machine says about an installation: folders, space, mail, how long a password takes."""

from __future__ import annotations

import os
import shutil
import smtplib
import stat
import time
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.mail import get_connection

from operations.embedded.binaries import locked_version, packaged_version
from operations.installation.findings import advice, good, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from operations.installation.findings import Finding

_LONGEST_HASH: Final = 1.0
"""Seconds."""


def of_machine() -> Iterator[Finding]:
    """Yield what is found out about this machine."""
    yield _data_folder(settings.DATA_DIR)
    yield _space(settings.DATA_DIR)
    yield _static_files()
    yield _mail()
    yield _hash()
    if settings.EMBEDDED_DATABASE:
        yield _embedded_version(packaged_version(), locked_version())


def _embedded_version(installed: str, locked: str) -> Finding:
    name = "embedded_version"
    says = f"The embedded PostgreSQL is {installed or 'not installed'}"
    if locked and installed != locked:
        return advice(
            name,
            f"{says}; this version of Gatehouse was tried with {locked}.",
            "Run `make setup`, which installs what uv.lock holds, and start Gatehouse again.",
        )
    return good(name, f"{says}, as uv.lock has it." if locked else f"{says}.")


def _data_folder(folder: Path) -> Finding:
    name = "data_folder"
    try:
        mode = stat.S_IMODE(folder.stat().st_mode)
    except OSError as error:
        return wrong(
            name,
            f"The data folder {folder} cannot be used ({error.strerror}).",
            "Make it, owned by the user who runs Gatehouse, and name it in GATEHOUSE_DATA_DIR.",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        return wrong(
            name,
            f"The data folder {folder} cannot be written by this user.",
            f"Run chown for the user who runs Gatehouse on {folder}.",
        )
    if mode & 0o077:
        return advice(
            name,
            f"The data folder {folder} is open to other users of this machine (mode {mode:04o}).",
            f"Run chmod 700 {folder}.",
        )
    return good(name, f"The data folder {folder} is this user's alone.")


def _space(folder: Path) -> Finding:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return wrong(
            "space",
            f"The disk of {folder} does not answer ({error.strerror}).",
            "Mend the data folder first.",
        )
    if free < settings.BOUNDS.least_free_bytes:
        return wrong(
            "space",
            f"The disk of {folder} has {free // 2**20} MiB left.",
            "Make room; below GATEHOUSE_LEAST_FREE_BYTES, /health/ready says so.",
        )
    return good("space", f"The disk of {folder} has {free // 2**20} MiB left.")


def _static_files() -> Finding:
    if not (settings.STATIC_ROOT / "staticfiles.json").is_file():
        return advice(
            "static_files",
            "Static files were not collected: browsers ask for them again and again.",
            "Run `manage.py collectstatic --no-input` as the owner of the checkout.",
        )
    return good("static_files", "Static files were collected.")


def _mail() -> Finding:
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        return advice(
            "mail_server",
            f"Mail is written to files in {settings.EMAIL_FILE_PATH}.",
            "Set GATEHOUSE_EMAIL_URL.",
        )
    where = f"{settings.EMAIL_HOST}, port {settings.EMAIL_PORT}"
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        said = getattr(error, "strerror", None) or type(error).__name__
        return wrong(
            "mail_server",
            f"The mail server {where} does not let us in ({said}).",
            "See that host, port, user, password and TLS in GATEHOUSE_EMAIL_URL are right.",
        )
    finally:
        connection.close()
    return good("mail_server", f"The mail server {where}, lets us in.")


def _hash() -> Finding:
    began = time.perf_counter()
    make_password("how long does this take")
    took = time.perf_counter() - began
    says = f"Hashing a password takes {took * 1000:.0f} ms."
    if took > _LONGEST_HASH:
        return advice(
            "password_hash", says, "People wait so long to sign in: give it more processor."
        )
    return good("password_hash", says)
