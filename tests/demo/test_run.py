"""``make run`` when it cannot start."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from tests.support.processes import LOOPBACK, free_port


def test_an_unreachable_database_ends_with_a_message_that_names_the_variable(
    tmp_path: Path,
) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "demo.run"],
        env={
            **os.environ,
            "PORT": str(free_port()),
            "DATABASE_URL": f"postgresql://nobody:x@{LOOPBACK}:{free_port()}/none",
            "GATEHOUSE_DATA_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 1
    assert "DATABASE_URL" in run.stderr
    assert "prepares its database" in run.stdout  # Nobody looks at a silent terminal.
    assert "Traceback" not in run.stderr


def test_a_taken_port_ends_with_a_message_that_names_the_way_out(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]

        run = subprocess.run(
            [sys.executable, "-m", "demo.run"],
            env={**os.environ, "PORT": str(port), "GATEHOUSE_DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert run.returncode == 1
    assert f"port {port}" in run.stderr
    assert "PORT=8100 make run" in run.stderr
    assert "Traceback" not in run.stderr
