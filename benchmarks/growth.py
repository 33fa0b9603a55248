"""Does the cost of an operation grow with the tenant?"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import httpx2

from benchmarks.measuring import Track, p50_ratio
from benchmarks.operations import (
    Candidate,
    add_member_request,
    create_request,
    user_request,
)
from benchmarks.population import BIG_GROUP, SMALL_GROUP, fill_for_growth
from benchmarks.report import Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.deployment import Deployment
    from benchmarks.load import Load, Request
    from benchmarks.measuring import Pace
    from benchmarks.server import Server

SIZES: Final = (1_000, 100_000, 1_000_000)
QUICK_SIZES: Final = (1_000, 20_000)
_BIG_GROUP_MEMBERS: Final = 100_000
_SECTION: Final = "Growth, one request at a time"
_MOST: Final = 1.5
_LARGEST_PAGE: Final = 1_000
_TIMEOUT: Final = 60
_SETTLED: Final = 0.2
"""The part of a walk after which a worker has grown to its working size."""


def results(deployment: Deployment, pace: Pace, sizes: Sequence[int]) -> Iterator[Result]:
    """Measure tenants of each of ``sizes``, served side by side from databases of their own."""
    with ExitStack() as stack:
        servers: dict[int, Server] = {}
        for size in sizes:
            sys.stderr.write(f"making {size:,} users\n")
            big_group = min(_BIG_GROUP_MEMBERS, size // 2) if size == max(sizes) else 0
            fill = partial(fill_for_growth, users=size, big_group=big_group)
            servers[size] = stack.enter_context(deployment.served(f"growth_{size}", fill))
        token = deployment.tenant.token
        sys.stderr.write("measuring: a walk through everybody\n")
        walks = {size: _Walk(server, token, size) for size, server in servers.items()}
        for size in sizes:
            yield from walks[size].results(size == max(sizes))
        for label, requests in _operations(walks).items():
            sys.stderr.write(f"measuring: {label}, by size\n")
            yield from _compared(label, _tracks(servers, requests, token), pace)
        sys.stderr.write("measuring: adding a member to a big and a small group\n")
        yield from _groups(servers[max(sizes)], token, max(sizes), pace)


class _Walk:
    """One walk by cursor through all users of a server."""

    def __init__(self, server: Server, token: str, size: int) -> None:
        self._size = size
        self.middle = ""
        self.memory: list[int] = []
        seen = 0
        for page, cursor in _pages(server.url, token, min(_LARGEST_PAGE, size // 10)):
            seen += len(page)
            if not self.middle and seen >= size // 2:
                self.middle = cursor
            self.memory.append(sum(server.memory()))
        self.seen = seen

    def results(self, is_largest: bool) -> Iterator[Result]:  # noqa: FBT001
        """Yield whether everybody was seen and, for the largest, what memory did."""
        # The admin is one more.
        row = Result(_SECTION, f"walk of {self._size:,} by cursor", "users seen", self.seen)
        yield replace(row, at_least=self._size + 1, at_most=self._size + 1)
        if is_largest:
            settled = self.memory[int(len(self.memory) * _SETTLED)]
            yield replace(
                row,
                what="memory of the workers at the end to that after a fifth",
                value=self.memory[-1] / settled,
                at_most=1.05,
            )
            yield replace(
                row,
                what="memory of both workers at the end",
                value=self.memory[-1] / 1024,
                unit="MB",
            )


def _pages(url: str, token: str, count: int) -> Iterator[tuple[list[Any], str]]:
    cursor = ""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(headers=headers, timeout=_TIMEOUT, trust_env=False) as client:
        while True:
            params = {"cursor": cursor, "count": str(count), "attributes": "userName"}
            answer = client.get(f"{url}/scim/v2/Users", params=params)
            answer.raise_for_status()
            page = json.loads(answer.content)
            cursor = page.get("nextCursor", "")
            yield page["Resources"], cursor
            if not cursor:
                return


def _operations(walks: dict[int, _Walk]) -> dict[str, dict[int, Request]]:
    filtered = "?filter=userName+eq+%22user<n>@acme.example%22"
    return {
        "get": dict.fromkeys(walks, user_request("/<id>")),
        "filter by userName": dict.fromkeys(walks, user_request(filtered)),
        "first page of 100": dict.fromkeys(walks, user_request("?count=100")),
        "page of 100 in the middle, by cursor": {
            size: user_request(f"?count=100&cursor={walk.middle}") for size, walk in walks.items()
        },
        "create": dict.fromkeys(walks, create_request()),
    }


def _tracks(
    servers: dict[int, Server], requests: dict[int, Request], token: str
) -> dict[int, Track]:
    return {
        size: Track(
            server,
            Candidate(
                replace(requests[size], token=token),
                201 if requests[size].method == "POST" else 200,
                connections=1,
            ),
            users=size,
        )
        for size, server in servers.items()
    }


def _compared(label: str, tracks: dict[int, Track], pace: Pace) -> list[Result]:
    _run(list(tracks.values()), pace)
    smallest = tracks[min(tracks)]
    rows = []
    for size, track in tracks.items():
        row = Result(_SECTION, label, f"p50 at {size:,}", track.series.p50, "ms")
        rows.append(row)
        if track is not smallest:
            rows.append(_ratio(row, track, smallest, f"{size:,} to {min(tracks):,}"))
    return rows


def _groups(server: Server, token: str, users: int, pace: Pace) -> list[Result]:
    tracks = {}
    for group in (SMALL_GROUP, BIG_GROUP):
        request = replace(add_member_request(f"/scim/v2/Groups/{group}", "<mid>"), token=token)
        candidate = Candidate(request, connections=1)
        tracks[group] = Track(server, candidate, users=users, groups=1)
    _run(list(tracks.values()), pace)
    big, small = tracks[BIG_GROUP], tracks[SMALL_GROUP]
    members = min(_BIG_GROUP_MEMBERS, users // 2)
    row = Result(_SECTION, "add a member to a group", "p50, of 10", small.series.p50, "ms")
    return [
        row,
        replace(row, what=f"p50, of {members:,}", value=big.series.p50),
        _ratio(row, big, small, f"of {members:,} to of 10"),
    ]


def _run(tracks: list[Track], pace: Pace) -> None:
    for track in tracks:
        track.probe()
        track.warm_up()
    for _ in range(pace.rounds):
        for track in tracks:
            track.run(pace.seconds)


def _ratio(row: Result, track: Track, other: Track, what: str) -> Result:
    loads: tuple[list[Load], list[Load]] = (track.series.loads, other.series.loads)
    return replace(row, what=f"ratio, {what}", value=p50_ratio(*loads), unit="", at_most=_MOST)
