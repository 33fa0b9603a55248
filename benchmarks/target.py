"""``python -m benchmarks.target``: a SCIM server that does nothing, for as long as it is told.

It runs in a process of its own, keeps nothing, and answers every request after so many
milliseconds.  ``/control`` says how long that is, and tells what was asked since.  Where it is told
a database, it looks there, before it answers a request that changes something, whether the intent
to send it was committed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import psycopg
from typing_extensions import override

from benchmarks.server import HOST

_LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
_INTENDED: Final = """
SELECT EXISTS (
  SELECT FROM provisioning_operation AS operation
  JOIN provisioning_link AS link ON link.tenant_id = operation.tenant_id
    AND link.application_id = operation.application_id AND link.kind = operation.kind
    AND link.object_id = operation.object_id
  WHERE operation.state = 'running'
    AND (link.remote_id = %(remote)s OR link.remote_id = '' AND link.object_id = %(external)s)
    AND jsonb_path_exists(operation.steps, '$[*] ? (exists (@.asked) && !exists (@.done))')
)
"""
_REASONS: Final = {200: "OK", 201: "Created", 204: "No Content", 404: "Not Found"}


@dataclass
class Standing:
    """How it answers, and what it was asked since it was told so.

    ``listed`` is how many people it shows, made from their numbers.
    """

    seconds: float = 0.0
    listed: int = 0
    database: psycopg.Connection[Any] | None = None
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    answered: int = 0
    begun: float = 0.0
    ended: float = 0.0
    unintended: int = 0
    number: int = 0


class Speaker(asyncio.Protocol):
    """One connection of HTTP/1.1 that stays open."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._received = b""
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - it is a socket
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        length = next(
            (
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            ),
            0,
        )
        if len(rest) < length:
            return
        self._received = b""
        method, target, _version = head.split(b"\r\n")[0].decode().split(" ")
        self._asked(method, target, rest.decode())

    def _asked(self, method: str, target: str, body: str) -> None:
        standing = self._standing
        if target == "/control/asked":
            self._say(200, standing.asked)
            return
        if target == "/control":
            self._say(200, _controlled(standing, json.loads(body) if body else None))
            return
        arrived = time.monotonic()
        standing.begun = standing.begun or arrived
        standing.asked.append((method, target, body))
        if standing.database is not None and method != "GET":
            standing.unintended += not _is_intended(standing.database, target, body)
        answer = _answer(standing, method, target, body)
        left = arrived + standing.seconds - time.monotonic()
        if left > 0:
            asyncio.get_running_loop().call_later(left, self._answered, method, answer)
        else:
            self._answered(method, answer)

    def _answered(self, method: str, answer: tuple[int, Any]) -> None:
        self._standing.ended = time.monotonic()
        self._standing.answered += method != "GET"
        self._say(*answer)

    def _say(self, status: int, told: Any) -> None:
        body = b"" if told is None else json.dumps(told).encode()
        head = (
            f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/scim+json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        if self._transport is not None:
            self._transport.write(head.encode() + body)


def _controlled(standing: Standing, told: dict[str, Any] | None) -> dict[str, Any]:
    """Tell how many changes were answered in how many seconds; begin anew when told how."""
    shown = {
        "seconds": standing.ended - standing.begun,
        "answered": standing.answered,
        "unintended": standing.unintended,
    }
    if told is not None:
        standing.seconds = told.get("milliseconds", 0) / 1000
        standing.listed = told.get("listed", 0)
        standing.asked = []
        standing.begun = standing.ended = 0.0
        standing.answered = standing.unintended = 0
        if standing.database is not None:
            standing.database.close()
        url = told.get("database")
        standing.database = psycopg.connect(url, autocommit=True) if url else None
    return shown


def resource_of(number: int) -> dict[str, Any]:
    """Return the person of a number of :mod:`benchmarks.population`, as this server shows them."""
    mail = f"user{number}@acme.example"
    given, family = f"Given{number % 997}", f"Family{number % 4999}"
    return {
        "schemas": [_USER],
        "id": f"remote{number}",
        "externalId": f"01900000-0000-7000-8000-{number:012x}",
        "userName": mail,
        "name": {"givenName": given, "familyName": family},
        "displayName": f"{given} {family}",
        "emails": [{"type": "work", "value": mail}],
        "active": True,
    }


def _answer(standing: Standing, method: str, target: str, body: str) -> tuple[int, Any]:
    parts = urlsplit(target)
    if parts.path.endswith("/ServiceProviderConfig"):
        return 200, {"patch": {"supported": True}, "filter": {"supported": True}}
    if method == "GET":
        query = parse_qs(parts.query)
        return 200, _page(
            0 if "filter" in query or "Users" not in target else standing.listed, query
        )
    if method == "POST":
        standing.number += 1
        return 201, {**json.loads(body), "id": f"new{standing.number}"}
    return 204, None


def _page(total: int, query: dict[str, list[str]]) -> dict[str, Any]:
    start = int(query.get("startIndex", ["1"])[0])
    count = int(query.get("count", ["100"])[0])
    numbers = range(start, min(start + count, total + 1))
    return {
        "schemas": [_LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(numbers),
        "Resources": [resource_of(number) for number in numbers],
    }


def _is_intended(database: psycopg.Connection[Any], target: str, body: str) -> bool:
    said = json.loads(body) if body else {}
    values = {"remote": target.rpartition("/")[2], "external": said.get("externalId", "")}
    row = database.execute(_INTENDED, values).fetchone()
    return row is not None and bool(row[0])


async def _serve(port: int) -> None:
    standing = Standing()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Speaker(standing), HOST, port)
    async with server:
        await server.serve_forever()


def main() -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.target", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    asyncio.run(_serve(parser.parse_args().port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
