"""Who is let into folders."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def folders_above(*places: Path) -> set[Path]:
    """Return each folder above these, up to the root, also where a link leads."""
    return {folder for place in places for folder in (*place.parents, *place.resolve().parents)}


def modes_of(folders: Iterable[Path]) -> dict[Path, int]:
    """Return the permission bits of each."""
    return {folder: stat.S_IMODE(folder.stat().st_mode) for folder in folders}
