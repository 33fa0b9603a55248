"""Mixed traffic: what identity providers, people and an admin send, as often as they do."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import httpx2

from benchmarks.population import GROUPS
from benchmarks.tenant import SLUG
from tests.support.html_forms import form_with_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.saml import Forge

USERS: Final = 5_000
TIMEOUT: Final = 60
_SCIM: Final = "/scim/v2"
_ACS: Final = f"/saml/{SLUG}/"
_PATCH: Final = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[%s]}'
_NAME: Final = '{"op":"replace","path":"displayName","value":"Name %d"}'
_JOIN: Final = '{"op":"add","path":"members","value":[{"value":"%s"}]}'
_LEAVE: Final = '{"op":"remove","path":"members[value eq \\"%s\\"]"}'
_CREATE: Final = (
    '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"soak%d@acme.example"}'
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, and the statuses that are right for it besides a 503 that says when."""

    method: str
    path: str
    body: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    right: frozenset[int] = frozenset({HTTPStatus.OK})


class Traffic:
    """Makes the requests of one tenant: of its SCIM client, its people, and a signed-in admin."""

    def __init__(self, url: str, *, token: str, forge: Forge, admin_cookies: str) -> None:
        acs = f"{url}{_ACS}"
        self._forge = forge.but(sp_entity_id=acs, acs_url=acs)
        self._admin = (("Cookie", admin_cookies),)
        self._scim = (
            ("Authorization", f"Bearer {token}"),
            ("Content-Type", "application/scim+json"),
        )
        kinds: dict[str, tuple[int, Callable[[], Request]]] = {
            "get a user": (16, self._get),
            "filter by userName": (8, self._find),
            "change a name": (8, self._rename),
            "list 50 users": (2, self._list),
            "create a user": (2, self._create),
            "add a member": (2, self._join),
            "remove a member": (2, self._leave),
            "sign-in page": (4, lambda: Request("GET", "/sign-in/")),
            "sign in by SAML": (2, self._sign_in),
            "user list of the console": (1, self._people),
        }
        self._names = list(kinds)
        self._weights = [weight for weight, _make in kinds.values()]
        self._makers = {name: make for name, (_weight, make) in kinds.items()}

    def next(self) -> tuple[str, Request]:
        """Return what is sent next, and what it is called."""
        (name,) = random.choices(self._names, self._weights)  # noqa: S311 - no secret
        return name, self._makers[name]()

    def _get(self) -> Request:
        return Request("GET", f"{_SCIM}/Users/{_user(_anybody())}", headers=self._scim)

    def _find(self) -> Request:
        name = f"user{_anybody()}@acme.example"
        query = urlencode({"filter": f'userName eq "{name}"'})
        return Request("GET", f"{_SCIM}/Users?{query}", headers=self._scim)

    def _rename(self) -> Request:
        number = _anybody()
        path, body = f"{_SCIM}/Users/{_user(number)}", _PATCH % (_NAME % number)
        return Request("PATCH", path, body, self._scim)

    def _list(self) -> Request:
        return Request("GET", f"{_SCIM}/Users?count=50", headers=self._scim)

    def _create(self) -> Request:
        body = _CREATE % random.getrandbits(60)
        return Request("POST", f"{_SCIM}/Users", body, self._scim, frozenset({HTTPStatus.CREATED}))

    def _join(self) -> Request:
        return self._change_members(_JOIN)

    def _leave(self) -> Request:
        return self._change_members(_LEAVE)

    def _change_members(self, change: str) -> Request:
        group = f"01910000-0000-7000-8000-{random.randint(1, GROUPS):012x}"  # noqa: S311
        body = _PATCH % (change % _user(_anybody()))
        right = frozenset({HTTPStatus.OK, HTTPStatus.NO_CONTENT})
        return Request("PATCH", f"{_SCIM}/Groups/{group}", body, self._scim, right)

    def _sign_in(self) -> Request:
        name = f"user{_anybody() // 2 * 2 + 1}@acme.example"  # Odd numbers are active.
        forge = self._forge.but(name_id=name, now=datetime.now(UTC).replace(microsecond=0))
        body = urlencode({"SAMLResponse": forge.encoded()})
        headers = (("Content-Type", "application/x-www-form-urlencoded"),)
        return Request("POST", _ACS, body, headers, frozenset({HTTPStatus.SEE_OTHER}))

    def _people(self) -> Request:
        return Request("GET", "/console/accounts/user/", headers=self._admin)


def cookies_of(url: str, *, email: str, password: str) -> str:
    """Return the ``Cookie`` header of somebody who signs in with a password."""
    with httpx2.Client(base_url=url, timeout=TIMEOUT, trust_env=False) as browser:
        page = browser.get("/sign-in/", params={"method": "password"}).text
        fields = form_with_field(page, "password").fields
        browser.post("/sign-in/", data={**fields, "username": email, "password": password})
        return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def no_cookies() -> CookieJar:
    """Return a jar that keeps none: each request is somebody else's."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def _anybody() -> int:
    return random.randrange(1, USERS - 1)  # noqa: S311 - no secret


def _user(number: int) -> str:
    return f"01900000-0000-7000-8000-{number:012x}"
