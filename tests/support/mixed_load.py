"""What an identity provider and people send all the time, and what of it was acknowledged."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import httpx2

_URN: Final = "urn:ietf:params:scim:"
_USER: Final = f"{_URN}schemas:core:2.0:User"
_PATCH: Final = f"{_URN}api:messages:2.0:PatchOp"
_CLIENTS: Final = 2
_PAUSE: Final = 0.05
_TIMEOUT: Final = 30


@dataclass
class Acknowledged:
    """What the product has said that it did: ids of people, and of those with more."""

    created: set[str] = field(default_factory=set)
    renamed: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)


class MixedLoad:
    """Two clients that create, change, read, list, fill a group and open the sign-in page.

    Each write is about a person of its own, so what was acknowledged says what must be there.
    """

    def __init__(self, base_url: str, token: str) -> None:
        self._base_url, self._token = base_url, token
        self._over = threading.Event()
        self._mark = f"{time.time_ns():x}"
        self.acknowledged = Acknowledged()
        self.statuses: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._good: Counter[str] = Counter()
        with self._client() as client:
            made = client.post("/scim/v2/Groups", json={"displayName": f"Load {self._mark}"})
            self._group = f"/scim/v2/Groups/{made.json()['id']}"
        self._pool = ThreadPoolExecutor(_CLIENTS)
        self._running = [self._pool.submit(self._run, number) for number in range(_CLIENTS)]

    def served(self) -> Counter[str]:
        """Return how many requests of each kind were served as they should be, until now."""
        return self._good.copy()

    def has_served_each_since(self, then: Counter[str]) -> bool:
        """Whether each kind was served at least twice since."""
        return all(self._good[kind] > then[kind] + 1 for kind in KINDS)

    def stop(self) -> None:
        """End, and raise what a client could not go on after."""
        self._over.set()
        self._pool.shutdown()
        for running in self._running:
            running.result()

    def missing(self) -> Acknowledged:
        """Return what was acknowledged and is not there."""
        found = Acknowledged()
        with self._client() as client:
            members = client.get(self._group, params={"attributes": "members"}).json()
            found.joined = {one["value"] for one in members.get("members", [])}
            for user_id in self.acknowledged.created:
                answer = client.get(f"/scim/v2/Users/{user_id}")
                if answer.status_code == HTTPStatus.OK:
                    found.created.add(user_id)
                    if answer.json().get("displayName") == _name(user_id):
                        found.renamed.add(user_id)
        told = self.acknowledged
        return Acknowledged(
            told.created - found.created, told.renamed - found.renamed, told.joined - found.joined
        )

    def _client(self) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {self._token}"}
        return httpx2.Client(
            base_url=self._base_url, headers=headers, timeout=_TIMEOUT, trust_env=False
        )

    def _run(self, number: int) -> None:
        count = 0
        while not self._over.is_set():
            with self._client() as client:
                try:
                    while not self._over.is_set():
                        count += 1
                        self._take_turn(client, f"{number}-{count}-{self._mark}")
                        time.sleep(_PAUSE)
                except httpx2.HTTPError:
                    time.sleep(_PAUSE)

    def _take_turn(self, client: httpx2.Client, mark: str) -> None:
        body = {"schemas": [_USER], "userName": f"{mark}@acme.example"}
        made = self._send(client, "create", "POST", "/scim/v2/Users", body)
        if made is not None:
            user_id = made.json()["id"]
            user = f"/scim/v2/Users/{user_id}"
            self.acknowledged.created.add(user_id)
            if self._send(client, "change", "PATCH", user, _rename(user_id)) is not None:
                self.acknowledged.renamed.add(user_id)
            self._send(client, "get", "GET", user)
            if self._send(client, "add a member", "PATCH", self._group, _join(user_id)) is not None:
                self.acknowledged.joined.add(user_id)
        self._send(client, "list", "GET", "/scim/v2/Users?count=20")
        self._send(client, "sign-in page", "GET", "/sign-in/")

    def _send(
        self, client: httpx2.Client, kind: str, method: str, path: str, body: Any = None
    ) -> httpx2.Response | None:
        """Return the answer if it is the right one; raise if there is none."""
        answer = client.request(method, path, json=body)
        self.statuses[kind][answer.status_code] += 1
        if answer.status_code not in KINDS[kind]:
            return None
        self._good[kind] += 1
        return answer


KINDS: Final[dict[str, set[int]]] = {
    "create": {HTTPStatus.CREATED},
    "change": {HTTPStatus.OK},
    "get": {HTTPStatus.OK},
    "add a member": {HTTPStatus.OK, HTTPStatus.NO_CONTENT},
    "list": {HTTPStatus.OK},
    "sign-in page": {HTTPStatus.OK},
}
"""The kinds of requests, and the statuses that are right."""


def _name(user_id: str) -> str:
    return f"Changed {user_id}"


def _rename(user_id: str) -> object:
    change = {"op": "replace", "path": "displayName", "value": _name(user_id)}
    return {"schemas": [_PATCH], "Operations": [change]}


def _join(user_id: str) -> object:
    change = {"op": "add", "path": "members", "value": [{"value": user_id}]}
    return {"schemas": [_PATCH], "Operations": [change]}
