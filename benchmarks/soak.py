"""``python -m benchmarks.soak``: mixed traffic for ten minutes, or very many clients.

Prints, minute by minute, how many answers there were, p50 and p99, the memory of each process of
the server and of its sessions at the database, the load of the machine, and what was not answered
as it should be; at the end, p50 and p99 of each kind of request.  A 503 with ``Retry-After`` is
counted, and is as it should be; anything else but the right answer is an error, and the status 1.

``--clients 300`` is the crowd: a minute later memory and sessions are to be back where they were.
Client, server and database share the machine, so a time is also a wait for the client itself.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import httpx2

from benchmarks.deployment import deployment
from benchmarks.mixed import TIMEOUT, USERS, Traffic, cookies_of, no_cookies
from benchmarks.people_population import ADMIN, set_password
from benchmarks.population import fill_for_operations
from benchmarks.processor import sessions_of
from benchmarks.server import private_kilobytes

if TYPE_CHECKING:
    from benchmarks.databases import Database
    from benchmarks.deployment import Deployment
    from benchmarks.server import Server

_MINUTE: Final = 60.0
_REFUSED: Final = "503 with Retry-After"


@dataclass
class Seen:
    """The answers of some time: seconds of each by its kind, and those that were not right."""

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    odd: Counter[str] = field(default_factory=Counter)

    def line(self, label: str, server: Server) -> str:
        """Return how things stand, in one line."""
        taken = [one for many in self.seconds.values() for one in many]
        odd = ", ".join(f"{number} of {name}" for name, number in self.odd.items())
        return f"{_answered(label, taken)}  {_held(server)}  {odd or 'nothing odd'}\n"

    def add(self, other: Seen) -> None:
        """Count the other's as well."""
        self.odd += other.odd
        for kind, seconds in other.seconds.items():
            self.seconds[kind] += seconds

    @property
    def errors(self) -> int:
        """How many answers were neither right nor a refusal that says when to come again."""
        return self.odd.total() - self.odd[_REFUSED]


async def soak(server: Server, traffic: Traffic, *, clients: int, minutes: float) -> Seen:
    """Send mixed traffic over so many connections; print what comes of it, and return that."""
    whole, current = Seen(), Seen()
    end = time.monotonic() + minutes * _MINUTE

    async def send_on(client: httpx2.AsyncClient) -> None:
        while time.monotonic() < end:
            await _send(client, traffic, current)

    async with httpx2.AsyncClient(
        base_url=server.url,
        limits=httpx2.Limits(max_connections=clients, max_keepalive_connections=clients),
        timeout=TIMEOUT,
        trust_env=False,
        cookies=no_cookies(),
    ) as client:
        _print(Seen().line("before", server))
        sending = [asyncio.create_task(send_on(client)) for _ in range(clients)]
        minute = 0
        while (left := end - time.monotonic()) > 0:
            await asyncio.sleep(min(_MINUTE, left))
            minute += 1
            last, current = current, Seen()
            _print(last.line(f"min {minute}", server))
            whole.add(last)
        await asyncio.gather(*sending)
        whole.add(current)
    await asyncio.sleep(_MINUTE)
    _print(Seen().line("after", server))
    return whole


async def _send(client: httpx2.AsyncClient, traffic: Traffic, seen: Seen) -> None:
    kind, request = traffic.next()
    began, odd = time.monotonic(), ""
    try:
        answer = await client.request(
            request.method, request.path, content=request.body, headers=list(request.headers)
        )
    except httpx2.HTTPError as error:
        odd = f"{kind}: {type(error).__name__}"
    else:
        if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE and "Retry-After" in answer.headers:
            odd = _REFUSED
        elif answer.status_code not in request.right:
            odd = f"{kind}: {answer.status_code}"
    seen.seconds[kind].append(time.monotonic() - began)
    if odd:
        seen.odd[odd] += 1


def _answered(label: str, taken: list[float]) -> str:
    numbers = f"p50 {_at(taken, 0.5):6.1f} ms  p99 {_at(taken, 0.99):6.1f} ms"
    return f"{label:<24}  {len(taken):>7} answers  {numbers}"


def _held(server: Server) -> str:
    main, *workers = (kilobytes // 1024 for kilobytes in server.memory_by_process())
    sessions = sessions_of(server.database_url)
    theirs = sum(map(private_kilobytes, sessions)) // 1024
    return (
        f"MiB: main {main}, workers {' + '.join(map(str, workers))}, "
        f"{len(sessions)} sessions {theirs}  load {os.getloadavg()[0]:.1f}"
    )


def _at(taken: list[float], part: float) -> float:
    return sorted(taken)[int((len(taken) - 1) * part)] * 1000 if taken else 0.0


def _print(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()


def _soaked(made: Deployment, *, clients: int, minutes: float) -> Seen:
    """Serve a tenant of :data:`USERS` people, and soak it."""
    from accounts.secrets.passwords import hash_of  # noqa: PLC0415 - Django is set up by now

    password = secrets.token_urlsafe(24)

    def fill(database: Database) -> None:
        fill_for_operations(database, users=USERS, token_digest=made.tenant.digest)
        set_password(database, hash_of(password))

    with made.served("soak", fill) as server:
        traffic = Traffic(
            server.url,
            token=made.tenant.token,
            forge=made.idp.forge,
            admin_cookies=cookies_of(server.url, email=ADMIN, password=password),
        )
        return asyncio.run(soak(server, traffic, clients=clients, minutes=minutes))


def main() -> int:
    """Soak, and print what came of each kind; 1 if there was an error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--clients", type=int, default=64, help="connections at a time")
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    with deployment() as made:
        whole = _soaked(made, clients=options.clients, minutes=options.minutes)
    for kind, taken in whole.seconds.items():
        _print(f"{_answered(kind, taken)}\n")
    _print(
        f"{whole.errors} errors, {whole.odd[_REFUSED]} refused for now; the client itself took "
        f"{time.process_time():.0f} s of processor time\n"
    )
    return 1 if whole.errors else 0


if __name__ == "__main__":
    sys.exit(main())
