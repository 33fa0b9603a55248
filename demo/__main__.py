"""``python -m demo``: serve the demo identity provider on the loopback interface."""

import argparse
import signal
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from types import FrameType
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from typing_extensions import override

from demo.identity_provider import IdentityProvider
from demo.keys import load_or_make_key_pair
from demo.web import DemoApplication

_HOST = "127.0.0.1"


class _Server(ThreadingMixIn, WSGIServer):
    """One thread per request: browsers keep spare connections open."""

    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    timeout = 30

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal shows the product's log."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--gatehouse", required=True, metavar="URL", help="the product's address")
    parser.add_argument("--state", type=Path, required=True, metavar="FOLDER")
    return parser.parse_args()


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; 1 when the port is taken."""
    arguments = _arguments()
    base_url = f"http://{_HOST}:{arguments.port}"
    identity_provider = IdentityProvider(base_url, load_or_make_key_pair(arguments.state))
    application = DemoApplication(
        base_url, arguments.gatehouse.rstrip("/"), arguments.state, identity_provider
    )
    try:
        server = _Server((_HOST, arguments.port), _QuietHandler)
    except OSError as error:
        sys.stderr.write(f"The demo identity provider cannot use port {arguments.port}: {error}\n")
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


if __name__ == "__main__":
    sys.exit(main())
