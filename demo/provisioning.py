"""Provisions people at the connected tenant over SCIM, one real HTTP call after the other."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import httpx2

from demo.connection import Connection
from demo.people import Person

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCIM_JSON: Final = "application/scim+json"
_TIMEOUT_SECONDS: Final = 15.0
_ENTERPRISE_USER: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class ProvisioningError(Exception):
    """The service provider did not do what was asked; the message says what it answered."""


@dataclass(frozen=True)
class State:
    """What somebody has at the service provider, and what opening it would bring."""

    kind: str
    text: str
    hint: str = ""


NO_ACCOUNT: Final = State(
    "none", "No account yet", "Gatehouse refuses them until they are provisioned."
)
ACTIVE: Final = State("active", "Active account")
INACTIVE: Final = State(
    "inactive", "Inactive account", "Gatehouse refuses them until they are provisioned again."
)


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as shown on the page; bodies are indented JSON or empty."""

    method: str
    url: str
    request_body: str
    status: str
    response_body: str


class Provisioner:
    """Talks SCIM as identity providers do: look the user up by ``userName``, then write.

    Args:
        connection: Where to, and with which token.

    Attributes:
        exchanges: Every call made so far, oldest first.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.exchanges: list[Exchange] = []

    def states(self, people: Sequence[Person]) -> dict[str, State]:
        """What each of ``people`` has at the service provider now, by their key; one call.

        Raises:
            ProvisioningError: The service provider refused, or cannot be reached.
        """
        asked = " or ".join(f'userName eq "{person.email}"' for person in people)
        query = {"filter": asked, "attributes": "userName,active", "count": str(len(people))}
        found = {
            str(each.get("userName", "")).casefold(): bool(each.get("active", True))
            for each in self._call("GET", "/Users", query=query).get("Resources", [])
        }
        kinds = {None: NO_ACCOUNT, True: ACTIVE, False: INACTIVE}
        return {person.key: kinds[found.get(person.email.casefold())] for person in people}

    def provision(self, person: Person) -> str:
        """Create ``person``, or bring them up to date and make them active; says which.

        Raises:
            ProvisioningError: The service provider refused, or cannot be reached.
        """
        user_id = self._find(person)
        if user_id is None:
            self._call("POST", "/Users", body=user_resource(person))
            return f"{person.display_name} now has an account at Gatehouse, without any licence."
        operations: list[dict[str, Any]] = [
            {"op": "replace", "value": {"active": True, "displayName": person.display_name}},
            {"op": "replace", "path": "title", "value": person.title},
            {"op": "replace", "path": "name.givenName", "value": person.given_name},
            {"op": "replace", "path": "name.familyName", "value": person.family_name},
        ]
        self._patch(user_id, operations)
        return f"{person.display_name} already had an account; it is up to date and active."

    def deactivate(self, person: Person) -> str:
        """Make ``person`` inactive, which ends their sessions and frees their seats.

        Raises:
            ProvisioningError: The service provider refused, or cannot be reached.
        """
        user_id = self._find(person)
        if user_id is None:
            return f"{person.display_name} has no account at Gatehouse, so nothing was changed."
        self._patch(user_id, [{"op": "replace", "path": "active", "value": False}])
        return f"{person.display_name} is inactive at Gatehouse: no sign-in, no licence."

    def _find(self, person: Person) -> str | None:
        found = self._call("GET", "/Users", query={"filter": f'userName eq "{person.email}"'})
        resources = found.get("Resources", [])
        return str(resources[0]["id"]) if resources else None

    def _patch(self, user_id: str, operations: list[dict[str, Any]]) -> None:
        body = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": operations,
        }
        self._call("PATCH", f"/Users/{user_id}", body=body)

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        headers = {
            "Authorization": f"Bearer {self._connection.scim_token}",
            "Accept": _SCIM_JSON,
        }
        if body is not None:
            headers["Content-Type"] = _SCIM_JSON
        try:
            response = httpx2.request(
                method,
                f"{self._connection.scim_url}{path}",
                params=query,
                content=None if body is None else json.dumps(body).encode(),
                headers=headers,
                timeout=_TIMEOUT_SECONDS,
                trust_env=False,  # Loopback must not go through a proxy.
            )
        except httpx2.HTTPError as error:
            raise ProvisioningError(f"Gatehouse cannot be reached: {error}") from error
        return self._noted(response, body)

    def _noted(self, response: httpx2.Response, body: dict[str, Any] | None) -> dict[str, Any]:
        answer = _json_object(response)
        status = f"{response.status_code} {response.reason_phrase}"
        self.exchanges.append(
            Exchange(
                method=response.request.method,
                url=str(response.request.url),
                request_body="" if body is None else _indented(body),
                status=status,
                response_body=_indented(answer) if answer else response.text[:2000],
            )
        )
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            raise ProvisioningError(f"Gatehouse answered {status}: {answer.get('detail', '')}")
        return answer


def user_resource(person: Person) -> dict[str, Any]:
    """The SCIM User (RFC 7643, 4.1) sent to create ``person``."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", _ENTERPRISE_USER],
        "externalId": f"demo-{person.key}",
        "userName": person.email,
        "displayName": person.display_name,
        "name": {"givenName": person.given_name, "familyName": person.family_name},
        "emails": [{"value": person.email, "type": "work", "primary": True}],
        "title": person.title,
        "active": True,
        _ENTERPRISE_USER: {"organization": "Acme Ltd"},
    }


def _json_object(response: httpx2.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _indented(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
