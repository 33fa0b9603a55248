"""The embedded PostgreSQL opens no folder to anybody, also when it is started by root."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from operations.embedded.binaries import packaged_programs
from operations.embedded.server import EmbeddedPostgres
from tests.support.folders import folders_above, modes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow


@pytest.fixture(params=[0o700, 0o711], ids=oct)
def data_folder(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A data folder below one of this mode, which PostgreSQL's own user may enter or may not."""
    above = Path(tempfile.mkdtemp(prefix="gatehouse-modes-"))
    above.chmod(request.param)
    folder = above / "var"
    folder.mkdir(mode=request.param)
    yield folder
    shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(above)


def test_no_folder_above_the_data_or_the_programs_has_another_mode_afterwards(
    data_folder: Path,
) -> None:
    before = modes_of(folders_above(data_folder / "postgres", packaged_programs()))
    server = EmbeddedPostgres(data_folder)
    assert server.hold()
    try:
        server.start()
        with closing(psycopg.connect(server.url)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        during = modes_of(before)
    finally:
        server.stop()

    assert data_folder in before
    assert during == modes_of(before) == before
    assert modes_of([(data_folder / "postgres").resolve()]).popitem()[1] == 0o700
