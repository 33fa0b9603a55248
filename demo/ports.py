"""Ports of the loopback interface: free, ours from before, or somebody else's."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST: Final = "127.0.0.1"
_LISTENING: Final = "0A"
"""The state in ``/proc/net/tcp`` (Linux, ``tcp_states.h``)."""
_PATIENCE: Final = 10.0


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def take_back(port: int, *, data_dir: Path) -> None:
    """End what still listens there for an earlier run with this data folder, and wait for it.

    Only processes of this user that were started with this ``GATEHOUSE_DATA_DIR`` count.
    """
    mark = f"GATEHOUSE_DATA_DIR={data_dir}".encode()
    orphans = [pid for pid in listeners(port) if mark in _environment_of(pid)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in orphans:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + _PATIENCE
        while orphans and not is_free(port) and time.monotonic() < deadline:
            time.sleep(0.1)
        if is_free(port):
            return


def who_has(port: int) -> str:
    """Return who listens there, such as ``nginx (process 412)``, or ``another program``."""
    for pid in listeners(port):
        with suppress(OSError):
            return f"{Path(f'/proc/{pid}/comm').read_text().strip()} (process {pid})"
    return "another program"


def listeners(port: int) -> list[int]:
    """Return the processes of this user, or all as root, that listen at a port; Linux only."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    if not sockets:
        return []
    found = []
    for folder in Path("/proc").glob("[0-9]*/fd"):
        with suppress(OSError):
            if any(_target(file) in sockets for file in folder.iterdir()):
                found.append(int(folder.parent.name))
    return sorted(found)


def _inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] == _LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                    yield columns[9]


def _target(file: Path) -> str:
    try:
        return str(file.readlink())
    except OSError:
        return ""


def _environment_of(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []
