"""A SCIM server in a thread that remembers every request and can be told to misbehave."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FILTER = re.compile(r'^(\S+) eq "(.*)"$')
_BY_FILTER = re.compile(r'^(\w+)\[(\w+) eq "(.*)"\]$')


@dataclass
class Asked:
    """One request that came."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    at: float


class DropConnection(Exception):  # noqa: N818 - what is to happen, no error
    """The request was handled; the connection is closed without an answer."""


Answer = tuple[int, Any, dict[str, str]]


@dataclass
class Fake:
    """What it holds by kind and id, what it was asked, and how it misbehaves.

    ``before`` may answer in place of it, or return ``None``; ``after`` sees what it would answer.
    One that ``accepts_twins`` creates another person of the same name, as real ones must not.
    """

    base_url: str = ""
    held: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {"Users": {}, "Groups": {}}
    )
    asked: list[Asked] = field(default_factory=list)
    before: Callable[[Asked], Answer | None] = lambda _asked: None
    after: Callable[[Asked, Answer], Answer] = lambda _asked, answer: answer
    config: dict[str, Any] = field(default_factory=lambda: {"patch": {"supported": True}})
    lock: threading.Lock = field(default_factory=threading.Lock)
    number: int = 0
    accepts_twins: bool = False

    @property
    def writes(self) -> list[Asked]:
        """The requests that change something."""
        return [each for each in self.asked if each.method != "GET"]

    def methods(self) -> Counter[str]:
        """Count the requests that change something, by method."""
        return Counter(each.method for each in self.writes)

    def add(self, kind: str, **attributes: Any) -> str:
        """Have a resource there as somebody else made it."""
        self.number += 1
        key = f"r{self.number}"
        self.held[kind][key] = {"id": key, **attributes}
        return key

    def users(self) -> dict[str, dict[str, Any]]:
        """Return the users by userName."""
        return {each["userName"]: each for each in self.held["Users"].values()}

    def group(self, name: str) -> dict[str, Any]:
        """Return a group by its name."""
        [found] = [each for each in self.held["Groups"].values() if each["displayName"] == name]
        return found

    def members(self, name: str) -> set[str]:
        """Return the ids of the members of a group."""
        return {each["value"] for each in self.group(name).get("members", [])}

    def answer(self, asked: Asked) -> Answer:
        """Do what a request asks for."""
        with self.lock:
            self.asked.append(asked)
            early = self.before(asked)
            if early is not None:
                return early
            return self.after(asked, self._answer(asked))

    def _answer(self, asked: Asked) -> Answer:
        if asked.path == "/ServiceProviderConfig":
            return 200, self.config, {}
        _, endpoint, *rest = asked.path.split("/")
        held = self.held.get(endpoint)
        if held is None:
            return 404, {"detail": "No such endpoint."}, {}
        if not rest:
            return self._list(held, asked) if asked.method == "GET" else self._create(held, asked)
        return self._of_one(held, unquote(rest[0]), asked)

    @staticmethod
    def _of_one(held: dict[str, dict[str, Any]], key: str, asked: Asked) -> Answer:
        if key not in held:
            return 404, {"detail": "Not there."}, {}
        if asked.method == "DELETE":
            del held[key]
            return 204, None, {}
        if asked.method == "PATCH":
            for operation in asked.body["Operations"]:
                _patch(held[key], operation)
        if asked.method == "PUT":
            held[key] = {**asked.body, "id": key}
        return 200, held[key], {}

    def _create(self, held: dict[str, dict[str, Any]], asked: Asked) -> Answer:
        name = asked.body.get("userName")
        is_taken = any(each.get("userName") == name for each in held.values())
        if name and is_taken and not self.accepts_twins:
            return 409, {"scimType": "uniqueness", "detail": "userName is taken."}, {}
        self.number += 1
        key = f"r{self.number}"
        held[key] = {**asked.body, "id": key}
        return 201, held[key], {}

    def _list(self, held: dict[str, dict[str, Any]], asked: Asked) -> Answer:
        found = list(held.values())
        if "filter" in asked.query:
            match = _FILTER.match(asked.query["filter"])
            if match is None:
                return 400, {"scimType": "invalidFilter", "detail": "Cannot."}, {}
            name, value = match[1], json.loads(f'"{match[2]}"')
            found = [each for each in found if each.get(name) == value]
        start, count = int(asked.query.get("startIndex", 1)), int(asked.query.get("count", 100))
        page = found[start - 1 : start - 1 + count]
        answer = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": len(found),
            "startIndex": start,
            "itemsPerPage": len(page),
            "Resources": page,
        }
        return 200, answer, {}


def _patch(resource: dict[str, Any], operation: dict[str, Any]) -> None:
    name, value = operation["op"].lower(), operation.get("value")
    path = operation.get("path")
    if path is None:
        resource.update(value or {})
        return
    selected = _BY_FILTER.match(path)
    if selected and name == "remove":
        resource[selected[1]] = [
            each
            for each in resource.get(selected[1], [])
            if str(each.get(selected[2])) != selected[3]
        ]
    elif name == "remove" and isinstance(value, list):
        gone = {each["value"] for each in value}
        resource[path] = [each for each in resource.get(path, []) if each["value"] not in gone]
    elif name == "remove":
        resource.pop(path, None)
    elif name == "add" and isinstance(value, list):
        there = resource.setdefault(path, [])
        there += [each for each in value if each not in there]
    elif "." in path and ":" not in path:
        head, _, rest = path.partition(".")
        resource.setdefault(head, {})[rest] = value
    else:
        resource[path] = value


def _read(body: bytes) -> Any:
    """Return a body as JSON, or the text that it is: of a form, where a token is asked for."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode()


class _Server(ThreadingHTTPServer):
    """A server of a fake, whose connections end when it does."""

    daemon_threads = True

    def __init__(self, port: int, fake: Fake) -> None:
        self.fake = fake
        self._clients: set[socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    @override
    def get_request(self) -> tuple[socket, Any]:
        taken = super().get_request()
        self._clients.add(taken[0])
        return taken

    @override
    def shutdown_request(self, request: Any) -> None:
        self._clients.discard(request)
        super().shutdown_request(request)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of who is gone."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def cut(self) -> None:
        """End every connection."""
        for client in tuple(self._clients):
            with suppress(OSError):
                client.shutdown(SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """Lets the fake answer."""

    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # An answer is one packet, so that nobody waits for the rest.

    def handle_any(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = _read(self.rfile.read(length)) if length else None
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        asked = Asked(self.command, parts.path, query, body, monotonic())
        try:
            status, answer, headers = self.server.fake.answer(asked)
        except DropConnection:
            self.close_connection = True
            return
        told = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        if answer is None:
            told = b""
        self.send_response(status)
        self.send_header("Content-Type", "application/scim+json")
        self.send_header("Content-Length", str(len(told)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815

    @override
    def log_message(self, *_args: object) -> None:
        """Print nothing."""


@contextmanager
def fake_scim(again: Fake | None = None) -> Iterator[Fake]:
    """Serve a fake until the block ends, a new one or one ``again``, where it was before."""
    fake = again or Fake()
    port = urlsplit(again.base_url).port if again else 0

    server = _Server(port or 0, fake)
    fake.base_url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        server.cut()
