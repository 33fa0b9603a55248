"""``python -m benchmarks.soak``: mixed traffic for ten minutes, or very many clients.

Prints, minute by minute, how many answers there were, p50 and p99, what was not answered as it
should be, the memory of the workers, and the sessions at the database.  ``--clients 300`` is the
crowd: then 503 with ``Retry-After`` is as it should be, and nothing else is, and a minute later
memory and sessions are to be back where they were.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import httpx2
import psycopg

from benchmarks.deployment import deployment
from benchmarks.population import fill_for_operations

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.databases import Database
    from benchmarks.server import Server

_USERS: Final = 5_000
_PAUSE: Final = 60
_AS_IT_SHOULD_BE: Final = frozenset({200, 201, 204, 404})
_PATCH: Final = (
    '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":'
    '[{"op":"replace","path":"displayName","value":"Name %d"}]}'
)
_CREATE: Final = (
    '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"soak%d@acme.example"}'
)


@dataclass
class Minute:
    """What happened since the last line."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    def line(self, label: str, server: Server) -> str:
        """Return the line."""
        taken = sorted(self.seconds) or [0.0]
        memory = sum(server.memory()) // 1024
        odd = {name: number for name, number in self.statuses.items() if not _is_right(name)}
        return (
            f"{label:>8}  {len(self.seconds):>8} answers  p50 {_at(taken, 0.5):7.1f} ms  "
            f"p99 {_at(taken, 0.99):7.1f} ms  {memory:>5} MiB  {_sessions(server):>3} sessions  "
            f"{odd or 'nothing odd'}\n"
        )


async def soak(server: Server, token: str, *, clients: int, minutes: float) -> None:
    """Send mixed traffic over so many connections, and print what comes of it."""
    found = Minute()
    sys.stdout.write(found.line("before", server))
    end = time.monotonic() + minutes * 60
    limits = httpx2.Limits(max_connections=clients, max_keepalive_connections=clients)
    async with httpx2.AsyncClient(
        base_url=server.url,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"},
        limits=limits,
        timeout=60,
        trust_env=False,
    ) as client:
        at_work = [asyncio.create_task(_client(client, end, lambda: found)) for _ in range(clients)]
        minute = 0
        while time.monotonic() < end:
            await asyncio.sleep(min(60.0, max(0.0, end - time.monotonic())))
            minute += 1
            sys.stdout.write(found.line(f"min {minute}", server))
            sys.stdout.flush()
            found = Minute()
        await asyncio.gather(*at_work)
    await asyncio.sleep(_PAUSE)
    sys.stdout.write(Minute().line("after", server))


async def _client(client: httpx2.AsyncClient, end: float, current: Callable[[], Minute]) -> None:
    while time.monotonic() < end:
        method, path, body = _request()
        began = time.monotonic()
        try:
            answer = await client.request(method, path, content=body)
            status = str(answer.status_code)
            if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
                status += " with Retry-After" if answer.headers.get("Retry-After") else " without"
        except httpx2.HTTPError as error:
            status = type(error).__name__
        found = current()
        found.seconds.append(time.monotonic() - began)
        found.statuses[status] += 1


def _request() -> tuple[str, str, str | None]:
    """Return one of the requests that identity providers and people send, as often as they do."""
    number = random.randrange(1, _USERS)  # noqa: S311 - no secret
    user = f"/scim/v2/Users/01900000-0000-7000-8000-{number:012x}"
    kinds: list[tuple[int, tuple[str, str, str | None]]] = [
        (8, ("GET", user, None)),
        (4, ("GET", f'/scim/v2/Users?filter=userName eq "user{number}@acme.example"', None)),
        (4, ("PATCH", user, _PATCH % number)),
        (1, ("POST", "/scim/v2/Users", _CREATE % random.getrandbits(60))),
        (1, ("GET", "/scim/v2/Users?count=50", None)),
        (2, ("GET", "/sign-in/", None)),
    ]
    weights = [weight for weight, _request in kinds]
    return random.choices([request for _weight, request in kinds], weights)[0]  # noqa: S311


def _is_right(status: str) -> bool:
    return status == "503 with Retry-After" or (
        status.isdecimal() and int(status) in _AS_IT_SHOULD_BE
    )


def _at(taken: list[float], part: float) -> float:
    return taken[int((len(taken) - 1) * part)] * 1000


def _sessions(server: Server) -> int:
    with psycopg.connect(server.database_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    return row[0] if row else 0


def main() -> None:
    """Serve a tenant of 5,000 people, and soak it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--clients", type=int, default=64, help="connections at a time")
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    with deployment() as made:

        def fill(database: Database) -> None:
            fill_for_operations(database, users=_USERS, token_digest=made.tenant.digest)

        with made.served("soak", fill) as server:
            token = made.tenant.token
            asyncio.run(soak(server, token, clients=options.clients, minutes=options.minutes))


if __name__ == "__main__":
    main()
