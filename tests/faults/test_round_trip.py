"""One tenant becomes what another is, over the wire; then both push to each other, and rest."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.databases import migrated_database

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

SIZE = ["--people=200", "--groups=20", "--changes=20", "--workers=2", "--back=Group 4"]


def test_another_tenant_becomes_equal_attribute_by_attribute_and_then_nothing_is_sent(
    tmp_path: Path,
) -> None:
    with migrated_database() as url:
        done = subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-m", "benchmarks.round_trip", f"--database={url}", *SIZE],
            env={**os.environ, "GATEHOUSE_DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stdout + done.stderr[-2_000:]
    assert "differences, attribute by attribute: 0 of" in done.stdout
    assert "everything compared again: 0 writes" in done.stdout
    assert "0 things are not as they must be." in done.stdout
    print(done.stdout)  # noqa: T201
