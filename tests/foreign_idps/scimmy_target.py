"""npm's ``scimmy-routers`` as a process on the loopback interface: a target to push people to."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.foreign_idps.availability import refuse_or_skip
from tests.support.processes import LOOPBACK, PATIENCE, answers_http, free_port, running

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Scimmy:
    """A running server; ``url`` is its SCIM base URL."""

    address: str
    token: str

    @property
    def url(self) -> str:
        """Its SCIM base URL."""
        return f"{self.address}/scim"

    def held(self) -> dict[str, list[dict[str, Any]]]:
        """What it holds, by kind."""
        answer = httpx2.get(f"{self.address}/held", trust_env=False, timeout=PATIENCE)
        held: dict[str, list[dict[str, Any]]] = answer.json()
        return held


@contextmanager
def running_scimmy(token: str) -> Iterator[Scimmy]:
    """Run the server, which lets in who has ``token``, until the block ends."""
    node = shutil.which("node")
    if node is None or not (_FOLDER / "node_modules/scimmy-routers").exists():
        refuse_or_skip("npm's scimmy-routers", "cd tests/foreign_idps && npm ci --ignore-scripts")
    port = free_port()
    served = Scimmy(f"http://{LOOPBACK}:{port}", token)
    environment = {"HOST": LOOPBACK, "PORT": str(port), "TOKEN": token}
    command: list[str | Path] = [node, _FOLDER / "scimmy_target.mjs"]
    with running(command, ready=answers_http(f"{served.address}/held"), environment=environment):
        yield served
