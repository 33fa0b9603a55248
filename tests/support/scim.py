"""Talk to the SCIM endpoints the way an identity provider does."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.test import Client

from accounts.models import Tenant
from accounts.secrets.secrets_digest import digest_of
from accounts.tenancy.scoping import tenant_scope
from scim.models import DEFAULT_MAPPINGS, BearerToken, Resource, Source
from scim.protocol import urns
from scim.services.mappings import MappingRow, set_mapping
from scim.services.visibility import list_in_default_profile

MEDIA_TYPE = "application/scim+json"


@cache
def _http() -> Client:
    """Return one client for all, for each new one loads the middleware again."""
    return Client()


@dataclass(frozen=True)
class SCIMClient:
    """A test client that speaks SCIM; ``secret=None`` sends no credentials."""

    secret: str | None
    headers: dict[str, str] = field(default_factory=dict)

    def raw(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request and return the response; ``headers`` are spelt with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = named.pop("Content-Type", MEDIA_TYPE)
        if self.secret:
            named.setdefault("Authorization", f"Bearer {self.secret}")
        if body is None:
            data: str | bytes = ""
        else:
            data = body if isinstance(body, str | bytes) else json.dumps(body)
        return _http().generic(
            method,
            f"/scim/v2{path}",
            data,
            content_type=content_type,
            headers={**self.headers, **named},
        )

    def request(
        self, method: str, path: str, body: object = None, *, expect: int, **headers: str
    ) -> Any:
        """Send a request, check what every answer must satisfy, and return its message."""
        response = self.raw(method, path, body, **headers)
        assert response.status_code == expect, response.content
        if not response.content:
            return None
        assert response.headers["Content-Type"] == MEDIA_TYPE
        message = response.json()
        assert_no_nulls(message)
        if expect >= 400:
            assert message["schemas"] == [urns.ERROR]
            assert message["status"] == str(expect)
        return message

    def get(self, path: str) -> Any:
        return self.request("GET", path, expect=200)

    def create(self, body: object) -> Any:
        return self.request("POST", "/Users", body, expect=201)

    def patch(self, path: str, *operations: object, expect: int = 200) -> Any:
        body = {"schemas": [urns.PATCH_OP], "Operations": list(operations)}
        return self.request("PATCH", path, body, expect=expect)

    def ids(self, condition: str) -> set[str]:
        """Return the ids of the users a filter selects."""
        found = _http().get(
            "/scim/v2/Users",
            {"filter": condition, "count": "1000"},
            headers={"Authorization": f"Bearer {self.secret}"},
        )
        assert found.status_code == 200, found.content
        return {user["id"] for user in found.json()["Resources"]}


def assert_no_nulls(value: object) -> None:
    assert value is not None
    for item in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        assert_no_nulls(item)


def enable_scim(tenant: Tenant) -> None:
    """Switch SCIM on without the SAML that the console asks for first."""
    Tenant.objects.filter(pk=tenant.pk).update(saml_enabled=True, scim_enabled=True)


def connect_with_table(tenant: Tenant, name: str) -> SCIMClient:
    """Return a client with a new source that has the mapping table every source begins with."""
    scim = connect(tenant, name=name)
    rows = [
        MappingRow(field, path, required=required)
        for field, path, required in DEFAULT_MAPPINGS[Resource.USER]
    ]
    with tenant_scope(tenant):
        set_mapping(source=Source.objects.get(name=name), resource=Resource.USER, rows=rows)
    return scim


def connect(tenant: Tenant, **options: Any) -> SCIMClient:
    """Return a client with a new source of ``tenant``."""
    enable_scim(tenant)
    secret = f"scim_{secrets.token_hex(4)}_{secrets.token_urlsafe(33)}"
    options.setdefault("may_change_roles", True)
    with tenant_scope(tenant):
        source = Source.objects.create(name=options.pop("name", secret), **options)
        list_in_default_profile(source)
        BearerToken.objects.create(
            source=source, name="test", prefix=secret[5:13], digest=digest_of(secret)
        )
    return SCIMClient(secret)
