"""An admin's browser at a server."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

import httpx2

from benchmarks.load import LoadError
from benchmarks.people_population import ADMIN

if TYPE_CHECKING:
    from benchmarks.server import Server

_OK: Final = 200
_TIMEOUT: Final = 60


class Visitor:
    """Signed in while the block lasts."""

    def __init__(self, server: Server, password: str) -> None:
        self._password = password
        self.client = httpx2.Client(base_url=server.url, timeout=_TIMEOUT, trust_env=False)

    def __enter__(self) -> Visitor:
        page = self.client.get("/sign-in/", params={"method": "password"}).text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        form = {
            "username": ADMIN,
            "password": self._password,
            "csrfmiddlewaretoken": token[1] if token else "",
        }
        self.client.post("/sign-in/", data=form)
        return self

    def __exit__(self, *_error: object) -> None:
        self.client.close()

    def milliseconds(self, path: str) -> float:
        """Return how long a page takes."""
        begun = time.perf_counter()
        answer = self.client.get(path)
        taken = time.perf_counter() - begun
        if answer.status_code != _OK:
            raise LoadError(f"GET {path} was answered {answer.status_code}.")
        return taken * 1000
