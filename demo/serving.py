"""Serving a WSGI application of the demo until the process is told to end."""

import signal
import sys
from socketserver import ThreadingMixIn
from types import FrameType
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from typing_extensions import override

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


class _Server(ThreadingMixIn, WSGIServer):
    """One thread per request: browsers keep spare connections open."""

    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    timeout = 30

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal shows the product's log."""


def serve_until_stopped(name: str, host: str, port: int, application: "WSGIApplication") -> int:
    """Serve until SIGTERM or Ctrl-C; 1 when the port is taken, with a message naming ``name``."""
    try:
        server = _Server((host, port), _QuietHandler)
    except OSError as error:
        sys.stderr.write(f"{name} cannot use port {port}: {error}\n")
        return 1
    server.set_app(application)
    signal.signal(signal.SIGTERM, _stop)
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


def _stop(_signal_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
