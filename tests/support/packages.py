"""The packages of the product, as the import contracts list them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
_BESIDE: Final = ("benchmarks", "demo", "tests")
"""What stands beside the product and is imported by nobody."""

_LINTER: Final = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
PACKAGES: Final = tuple(name for name in _LINTER["root_packages"] if name not in _BESIDE)
WITH_THE_DEMO: Final = (*PACKAGES, "demo")
