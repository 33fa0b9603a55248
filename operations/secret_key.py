"""The key that signs sessions and encrypts stored secrets, made on the first run."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from operations.variables import UnusableVariableError

if TYPE_CHECKING:
    from pathlib import Path


def stored_secret_key(data_dir: Path) -> str:
    """Return the key in ``data_dir``, making it (mode 0600) when there is none.

    Two processes that start at once agree: whoever loses the race to create the file reads it.

    Raises:
        UnusableVariableError: The folder cannot be written, or the key in it not be read.
    """
    try:
        return _read_or_made(data_dir)
    except OSError as error:
        raise UnusableVariableError(
            f"GATEHOUSE_DATA_DIR={data_dir} cannot keep a secret key ({error.strerror}). Name a "
            "folder that the user who runs Gatehouse may write, or set GATEHOUSE_SECRET_KEY."
        ) from error


def _read_or_made(data_dir: Path) -> str:
    path = data_dir / "secret_key"
    data_dir.mkdir(parents=True, exist_ok=True)
    draft = data_dir / f".secret_key.{os.getpid()}"
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(64))
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = path.read_text().strip()
    if not key:
        raise UnusableVariableError(
            f"{path} is empty: a full disk cut it off. Put the key back, or remove the file if "
            "nothing is stored yet; a new one is made then."
        )
    return key
