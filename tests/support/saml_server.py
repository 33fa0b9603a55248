"""A forging identity provider as a web server of its own, for browsers."""

from __future__ import annotations

import html
import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from typing_extensions import override

from tests.support.saml_party import Party, request_in

if TYPE_CHECKING:
    from collections.abc import Iterator


LONGEST_SECONDS = 30


@contextmanager
def serving(party: Party, *, name_id: str, gate: threading.Event | None = None) -> Iterator[Party]:
    """Serve ``party`` on a free port of 127.0.0.1; it signs in whoever comes as ``name_id``.

    With a ``gate`` it does so when the gate is open, as a person who types a password.

    It is another site than ``localhost``, so browsers hold their Lax cookies back when its page
    posts the response.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if gate is not None:
                gate.wait(LONGEST_SECONDS)
            asked = request_in(self.path).get("ID") if "SAMLRequest" in self.path else None
            response = party.forge.but(name_id=name_id, in_response_to=asked)
            body = (
                "<!DOCTYPE html><title>IdP</title>"
                f'<form method="post" action="{html.escape(party.forge.acs_url)}">'
                f'<input type="hidden" name="SAMLResponse" value="{response.encoded()}"></form>'
                "<script>document.forms[0].submit()</script>"
            ).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield replace(party, sso_url=f"http://127.0.0.1:{server.server_port}/sso")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
