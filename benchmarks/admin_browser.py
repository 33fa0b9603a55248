"""The browser of an admin at a server of the benchmarks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import httpx2

from benchmarks.people_population import ADMIN

if TYPE_CHECKING:
    from benchmarks.server import Server

_TIMEOUT: Final = 60


def browser_of_admin(server: Server, password: str) -> httpx2.Client:
    """Return a client in which the admin is signed in; whoever takes it closes it."""
    client = httpx2.Client(base_url=server.url, timeout=_TIMEOUT, trust_env=False)
    page = client.get("/sign-in/", params={"method": "password"}).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    form = {
        "username": ADMIN,
        "password": password,
        "csrfmiddlewaretoken": token[1] if token else "",
    }
    client.post("/sign-in/", data=form)
    return client
