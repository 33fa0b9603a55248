"""The demo identity provider as a process of its own, connected to a tenant that is not there."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from demo.connection import Connection, save_connection
from tests.support.processes import LOOPBACK, answers_http, free_port, running

SIGN_ON_PAGE_URL = "http://127.0.0.1:9/saml/acme/"
"""Port 9 (discard) is not served: these tests never open it."""


class DemoProcess(NamedTuple):
    """A running demo identity provider."""

    url: str
    state: Path


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoProcess]:
    """The identity provider, serving."""
    state = tmp_path_factory.mktemp("demo-state")
    save_connection(
        state,
        Connection(
            tenant_name="Acme Ltd",
            sign_on_page_url=SIGN_ON_PAGE_URL,
            sp_entity_id=SIGN_ON_PAGE_URL,
            scim_url="http://127.0.0.1:9/scim/v2",
            scim_token="not-a-token",
            console_url="http://127.0.0.1:9/console/",
        ),
    )
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    command = [sys.executable, "-m", "demo", "--port", str(port), "--state", str(state)]
    command += ["--gatehouse", "http://127.0.0.1:9"]
    with running(command, ready=answers_http(f"{url}/metadata")):
        yield DemoProcess(url, state)
