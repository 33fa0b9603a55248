"""Starts the server: the one place where granian is configured.

``manage.py serve`` calls it, and with that `make run`, the documented installation, the
benchmarks and the tests.
"""

from __future__ import annotations

import logging
import multiprocessing
import resource
import sys
from typing import TYPE_CHECKING, Final

from django.db import connections
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from operations.checkout import BASE_DIR
from operations.server.forking import end_while_starting
from scim.http import rate_limit

if TYPE_CHECKING:
    from operations.bounds import Bounds

LOG = logging.getLogger(__name__)

_MORE_FILES: Final = 256
"""Files that a worker has open besides its clients' connections."""


def serve_command(port: int) -> list[str]:
    """Return what Python is called with to serve Gatehouse on a port of the loopback interface."""
    return [str(BASE_DIR / "manage.py"), "serve", "--port", str(port)]


def serve(host: str, port: int, bounds: Bounds) -> None:
    """Serve until SIGTERM or SIGINT; then finish the requests that have begun.

    Workers are copies of this process, which has read the application already: one that dies is
    replaced within moments.

    Raises:
        SystemExit: A worker died again just after it was replaced.
    """
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork", force=True)
        end_while_starting()
        _count_together()
    _allow_open_files(bounds.connections + _MORE_FILES)
    connections.close_all()  # A connection must not have two processes.
    Granian(
        "operations.server.worker:worker",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=bounds.workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,  # What browsers, proxies and identity providers speak to it.
        websockets=False,
        backpressure=bounds.connections,
        http1_settings=HTTP1Settings(header_read_timeout=bounds.header_seconds * 1000),
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=bounds.stop_seconds,
        working_dir=BASE_DIR,
    ).serve()


def _count_together() -> None:
    try:
        rate_limit.share()
    except OSError as error:
        LOG.warning("Each worker counts the requests of a token by itself: %s", error)


def _allow_open_files(number: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
