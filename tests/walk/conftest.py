"""The product and the demo identity provider as ``make run`` starts them, on a fresh database."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from demo.connection import Connection, NotConnectedError, load_connection
from demo.secrets_file import DemoSecrets, kept_secrets
from tests.support.databases import fresh_database
from tests.support.processes import LOOPBACK, PATIENCE, answers_http, free_port, running


@dataclass(frozen=True)
class Installation:
    """A started product with its demo identity provider.

    Attributes:
        url: The product.
        demo_url: The demo identity provider.
        data_folder: What ``GATEHOUSE_DATA_DIR`` was set to.
    """

    url: str
    demo_url: str
    data_folder: Path

    @property
    def connection(self) -> Connection:
        """What the demo knows of the sample tenant."""
        return load_connection(self.data_folder / "demo")

    @property
    def secrets(self) -> DemoSecrets:
        """The passwords that were printed."""
        kept = kept_secrets(self.data_folder / "demo")
        assert kept is not None
        return kept


@contextmanager
def started(database_url: str, data_folder: Path, port: int) -> Iterator[Installation]:
    """Run what ``make run`` runs until the block ends; the demo listens on the next port."""
    installation = Installation(
        url=f"http://{LOOPBACK}:{port}",
        demo_url=f"http://{LOOPBACK}:{port + 1}",
        data_folder=data_folder,
    )
    answers = [answers_http(f"{installation.url}/"), answers_http(f"{installation.demo_url}/")]

    def ready() -> bool:
        return all(answer() for answer in answers) and token_works(installation)

    environment = {
        "DATABASE_URL": database_url,
        "GATEHOUSE_DATA_DIR": str(data_folder),
        "GATEHOUSE_BASE_URL": installation.url,
        "PORT": str(port),
    }
    command = [sys.executable, "-m", "demo.run"]
    with running(command, ready=ready, environment=environment, timeout_seconds=240):
        yield installation


def token_works(installation: Installation) -> bool:
    """Whether the SCIM token that the demo holds is accepted."""
    try:
        token = installation.connection.scim_token
    except NotConnectedError:
        return False
    try:
        answer = httpx2.get(
            f"{installation.url}/scim/v2/Users?count=0",
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
            timeout=PATIENCE,
        )
    except httpx2.HTTPError:
        return False
    return answer.status_code == 200


@pytest.fixture(scope="session")
def gatehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The product, freshly set up, with its demo identity provider."""
    with (
        fresh_database() as database_url,
        started(
            database_url, tmp_path_factory.mktemp("var"), free_port(in_a_row=2)
        ) as installation,
    ):
        yield installation
