"""A real Gatehouse: server processes on a database of their own, and browsers for them."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from operations.server.starting import serve_command
from tests.support.databases import migrated_database
from tests.support.processes import LOOPBACK, PATIENCE, answers_http, free_port, running

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Gatehouse:
    """A started product.

    Attributes:
        url: Its address, which is also ``settings.BASE_URL`` in it.
        environment: What its management commands need to work on the same database.
        process: The server's main process.
        log: What it prints.
    """

    url: str
    environment: Mapping[str, str]
    process: "subprocess.Popen[bytes]"
    log: Path

    def workers(self) -> list[int]:
        """The ids of the processes that serve."""
        main = self.process.pid
        return [int(pid) for pid in Path(f"/proc/{main}/task/{main}/children").read_text().split()]

    def commands(self, *commands: list[str]) -> list[Any]:
        """The answers of management commands, all run in one process."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.commands"],
            input=json.dumps(commands).encode(),
            env={**os.environ, **self.environment},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        answers: list[Any] = json.loads(done.stdout)
        return answers

    def make_tenant(self, slug: str) -> "ServedTenant":
        """A new tenant with an admin."""
        create = ["create_tenant", slug, f"--name={slug.title()}"]
        create += [f"--admin-email=admin@{slug}.example", f"--admin-password={PASSWORD}"]
        self.commands(create)
        return ServedTenant(self, slug)


@dataclass(frozen=True)
class ServedTenant:
    """A tenant of a started product."""

    gatehouse: Gatehouse
    slug: str

    @property
    def url(self) -> str:
        """Its sign-on page URL: ACS and entity ID."""
        return f"{self.gatehouse.url}/saml/{self.slug}/"

    def connect(self, idp_metadata: str) -> "Directory":
        """Trust the identity provider that ``idp_metadata`` describes; let it provision people."""
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            Path(file.name).write_text(idp_metadata)
            _saml, scim = self.gatehouse.commands(
                ["configure_saml", self.slug, f"--metadata={file.name}"],
                ["create_scim_token", self.slug],
            )
        return Directory(self.slug, scim["scim_url"].rstrip("/"), scim["token"])

    def browser(self) -> httpx2.Client:
        """A browser without a session."""
        return httpx2.Client(
            base_url=self.gatehouse.url, follow_redirects=True, trust_env=False, timeout=PATIENCE
        )


@dataclass(frozen=True)
class Directory:
    """The SCIM client of a tenant."""

    slug: str
    scim_url: str
    token: str

    def add_person(self, name: str) -> str:
        """Provision a person; their address."""
        email = f"{name.lower()}@{self.slug}.example"
        answer = httpx2.post(
            f"{self.scim_url}/Users",
            json={
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "userName": email,
                "displayName": f"{name} of {self.slug.title()}",
                "emails": [{"value": email, "primary": True}],
            },
            headers={"Authorization": f"Bearer {self.token}"},
            trust_env=False,
            timeout=PATIENCE,
        )
        assert answer.status_code == 201, answer.text
        return email


@contextmanager
def serving_gatehouse(
    data_folder: Path, *, database_url: str = "", **variables: str
) -> Iterator[Gatehouse]:
    """Serve the product, as ``make run`` does, until the block ends.

    Without ``database_url``, one on a migrated database of its own.
    """
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    with nullcontext(database_url) if database_url else migrated_database() as database:
        environment = {
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "tests.support.server_settings",
            "GATEHOUSE_BASE_URL": url,
            "GATEHOUSE_DATA_DIR": str(data_folder),
            "PORT": str(port),
            **variables,
        }
        command = [sys.executable, *serve_command(port)]
        log = data_folder / "server.log"
        with running(
            command, ready=answers_http(f"{url}/"), environment=environment, log=log
        ) as process:
            yield Gatehouse(url, environment, process, log)
