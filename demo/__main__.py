"""``python -m demo``: serve the demo identity provider on the loopback interface."""

import argparse
import sys
from pathlib import Path

from demo.identity_provider import IdentityProvider
from demo.keys import load_or_make_key_pair
from demo.serving import serve_until_stopped
from demo.web import DemoApplication

_HOST = "127.0.0.1"


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
    return serve_until_stopped("The demo identity provider", _HOST, arguments.port, application)


if __name__ == "__main__":
    sys.exit(main())
