"""Where this checkout is."""

from __future__ import annotations

from pathlib import Path
from typing import Final

BASE_DIR: Final = Path(__file__).resolve().parent.parent
"""The folder of ``manage.py``."""
