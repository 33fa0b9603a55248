"""The demo application: a SCIM server by other people's hands, whose people one can see."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx2

from demo.secrets_file import make_secrets, save_secrets
from tests.support.processes import LOOPBACK, answers_http, free_port, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = make_secrets().application_token
MARA = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "mara@acme.example",
    "displayName": "Mara <Lindqvist>",
}


@contextmanager
def application(state: Path) -> Iterator[str]:
    """Serve the application with what ``state`` holds; yield its address."""
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    command = [sys.executable, "-m", "demo.application", "--port", str(port)]
    command += ["--state", str(state), "--gatehouse", "http://127.0.0.1:9"]
    with running(command, ready=answers_http(url)):
        yield url


def with_token(state: Path) -> Path:
    secrets = make_secrets()
    secrets.application_token = TOKEN
    save_secrets(state, secrets)
    return state


def scim(method: str, url: str, body: Any = None, token: str = TOKEN) -> httpx2.Response:
    return httpx2.request(
        method,
        f"{url}/v2/Users",
        json=body,
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
        timeout=30,
    )


def test_who_arrives_is_on_the_page_and_still_there_after_a_restart(tmp_path: Path) -> None:
    with application(with_token(tmp_path)) as url:
        assert "Nobody has arrived yet" in httpx2.get(url, trust_env=False).text

        assert scim("POST", url, MARA).status_code == HTTPStatus.CREATED

        assert "Mara &lt;Lindqvist&gt;" in httpx2.get(url, trust_env=False).text
    with application(tmp_path) as url:
        assert "Mara &lt;Lindqvist&gt;" in httpx2.get(url, trust_env=False).text
        [kept] = scim("GET", url).json()["Resources"]
        later = scim("POST", url, {**MARA, "userName": "jo@acme.example"}).json()
        assert later["meta"]["version"] != kept["meta"]["version"]


def test_a_caller_without_the_token_reads_and_writes_nothing(tmp_path: Path) -> None:
    with application(with_token(tmp_path)) as url:
        for method in ("GET", "POST"):
            assert scim(method, url, MARA, token="other").status_code == HTTPStatus.UNAUTHORIZED

        assert "Nobody has arrived yet" in httpx2.get(url, trust_env=False).text


def test_the_page_answers_to_its_own_host_alone(tmp_path: Path) -> None:
    with application(with_token(tmp_path)) as url:
        answer = httpx2.get(url, headers={"Host": "elsewhere.example"}, trust_env=False)

        assert answer.status_code == HTTPStatus.MISDIRECTED_REQUEST
