"""A server that answers as it is told, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from provisioning.client.credentials import Bearer
from provisioning.client.target import Target
from provisioning.protocol.dialects import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django.fixtures import Settings

    from provisioning.client.credentials import Credential


@dataclass
class Scripted:
    """A server; ``answer`` gets method, path, headers and body, and writes what comes back.

    It returns (status, body, headers); a body that is bytes is sent as it is.
    """

    url: str = ""
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[str, str], tuple[int, Any, dict[str, str]] | None] = lambda *_: (200, {}, {})


@pytest.fixture
def scripted(settings: Settings) -> Iterator[Scripted]:
    settings.OUTGOING_NETWORKS = [ip_network("127.0.0.0/8")]
    script = Scripted()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            script.asked.append((self.command, self.path, dict(self.headers), body))
            told = script.answer(self.command, self.path)
            if told is None:  # The connection breaks without an answer.
                self.close_connection = True
                return
            status, content, headers = told
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield script
    server.shutdown()
    server.server_close()
    thread.join()


def target_at(
    url: str, *, credential: Credential | None = None, dialect: Dialect | None = None
) -> Target:
    return Target(
        base_url=url,
        credential=credential or Bearer("the token"),
        dialect=dialect or Dialect(),
        before_each=lambda: None,
    )
