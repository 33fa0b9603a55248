"""``python -m demo.application``: the application that the sample tenant's people are pushed to.

The SCIM endpoints are `scim2-server`, by other people's hands; this module keeps what they hold
in a file and shows it on a page, so that one sees somebody arrive.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from scim2_models import Resource, ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.testserver.application import BEARER_TOKEN_SCHEME, BearerTokenApplication
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)
from typing_extensions import override

from demo.pages import STATIC_FILES, render
from demo.secrets_file import kept_secrets
from demo.serving import serve_until_stopped

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from scim2_server.requests import ScimRequest
    from scim2_server.responses import ScimResponse

HOST: Final = "127.0.0.1"
SCIM_PATH: Final = "/v2"
_FILE_NAME: Final = "application.json"
_HTML: Final = "text/html; charset=utf-8"


class KeptApplication(BearerTokenApplication):
    """The SCIM endpoints, whose resources outlive the process.

    Args:
        state: The folder of the file; what it holds from an earlier start is there again.
        token: The bearer token that callers must have.
    """

    def __init__(self, state: Path, token: str) -> None:
        config = load_default_service_provider_config()
        config.authentication_schemes = [BEARER_TOKEN_SCHEME]
        provider = ScimProvider.from_discovery(
            load_default_schemas().values(), load_default_resource_types().values(), config=config
        )
        self._file = state / _FILE_NAME
        self.resources = InMemoryStorage()
        self.resources.resources = _kept(self._file, provider)
        self.resources.versions = count(_latest_version(self.resources.resources) + 1)
        super().__init__(self.resources, provider, bearer_tokens=[token])

    @override
    def dispatch_request(self, request: "ScimRequest") -> "ScimResponse":
        response = super().dispatch_request(request)
        if request.method != "GET":
            self._keep()
        return response

    def _keep(self) -> None:
        with self.resources.operation():
            held = [each.model_dump() for each in self.resources.resources]
            written = self._file.with_suffix(".new")
            written.write_text(json.dumps(held))
            written.replace(self._file)


def _kept(file: Path, provider: ScimProvider) -> list[Resource[Any]]:
    """The resources that ``file`` holds; none when there is no such file."""
    if not file.exists():
        return []
    found = []
    for held in json.loads(file.read_text()):
        model = provider.model_for(held["meta"]["resourceType"])
        if model is not None and issubclass(model, Resource):
            found.append(model.model_validate(held))
    return found


def _latest_version(resources: list[Resource[Any]]) -> int:
    """The highest number of a version, so that no later one is taken for it; 0 without any."""
    versions = (each.model_dump()["meta"]["version"] for each in resources)
    return max((int("".join(filter(str.isdigit, version))) for version in versions), default=0)


class DemoTarget:
    """Serves the SCIM endpoints below ``/v2``, and the page of who is there.

    Args:
        base_url: Where this application is reached, without a trailing slash.
        gatehouse_url: Where the product is reached, without a trailing slash.
        endpoints: What answers SCIM.
    """

    def __init__(self, base_url: str, gatehouse_url: str, endpoints: KeptApplication) -> None:
        self._base_url = base_url
        self._gatehouse_url = gatehouse_url
        self._endpoints = endpoints

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        path = environ.get("PATH_INFO") or "/"
        if path == SCIM_PATH or path.startswith(f"{SCIM_PATH}/"):
            return self._endpoints(environ, start_response)
        status, content_type, body = self._page(environ, path)
        start_response(
            f"{status.value} {status.phrase}",
            [
                ("Content-Type", content_type),
                ("Content-Length", str(len(body))),
                ("Content-Security-Policy", _POLICY),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ],
        )
        return [body]

    def _page(self, environ: "WSGIEnvironment", path: str) -> tuple[HTTPStatus, str, bytes]:
        port = urlsplit(self._base_url).port
        if environ.get("HTTP_HOST") not in {f"{HOST}:{port}", f"localhost:{port}"}:
            # Another site must not read who is here by DNS rebinding.
            return self._failure(
                HTTPStatus.MISDIRECTED_REQUEST, f"This demo answers at {self._base_url} only."
            )
        if path in STATIC_FILES:
            content_type, content = STATIC_FILES[path]
            return HTTPStatus.OK, content_type, content
        if path != "/":
            return self._failure(HTTPStatus.NOT_FOUND, "There is no such page here.")
        held = [each.model_dump() for each in self._endpoints.resources.resources]
        groups = [each for each in held if each["meta"]["resourceType"] == "Group"]
        values = {
            "people": [_person(each, groups) for each in held if "userName" in each],
            "groups": [_group(each) for each in groups],
            "gatehouse_url": self._gatehouse_url,
            "scim_url": f"{self._base_url}{SCIM_PATH}",
        }
        return HTTPStatus.OK, _HTML, render("application.html", values)

    @staticmethod
    def _failure(status: HTTPStatus, reason: str) -> tuple[HTTPStatus, str, bytes]:
        values = {"title": status.phrase, "reason": reason}
        return status, _HTML, render("failure.html", values)


_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def _person(user: dict[str, Any], groups: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": user.get("displayName") or user["userName"],
        "user_name": user["userName"],
        "title": user.get("title", ""),
        "active": user.get("active", True),
        "groups": [
            group.get("displayName", "")
            for group in groups
            if any(member["value"] == user["id"] for member in group.get("members", []))
        ],
    }


def _group(group: dict[str, Any]) -> dict[str, Any]:
    return {"name": group.get("displayName", ""), "members": len(group.get("members", []))}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo.application", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--gatehouse", required=True, metavar="URL", help="the product's address")
    parser.add_argument("--state", type=Path, required=True, metavar="FOLDER")
    return parser.parse_args()


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; 1 when the port is taken or no token is there."""
    arguments = _arguments()
    secrets = kept_secrets(arguments.state)
    if secrets is None or not secrets.application_token:
        sys.stderr.write("The demo application has no token. Start it with `make run`.\n")
        return 1
    target = DemoTarget(
        f"http://{HOST}:{arguments.port}",
        arguments.gatehouse.rstrip("/"),
        KeptApplication(arguments.state, secrets.application_token),
    )
    return serve_until_stopped("The demo application", HOST, arguments.port, target)


if __name__ == "__main__":
    sys.exit(main())
