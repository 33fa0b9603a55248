"""Whether one tenant's ``/scim/v2`` shows what another's does, attribute by attribute.

Ids are those of each side and are translated, wherever they stand; so is what follows of them,
``$ref``.  ``meta`` is each side's own, and ``externalId`` there is the id here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import httpx2

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_TIMEOUT: Final = 60
_PAGE: Final = 500
_AS_SETS: Final = ("emails", "phoneNumbers", "addresses", "groups", "roles", "entitlements")
_OWN: Final = ("id", "meta", "externalId")

Resource = dict[str, Any]


class Reader:
    """Reads what a tenant shows to whoever has its token."""

    def __init__(self, url: str, token: str) -> None:
        self._base = f"{url}/scim/v2"
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx2.Client(headers=headers, timeout=_TIMEOUT, trust_env=False)

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_error: object) -> None:
        self._http.close()

    def everything(self, kind: str) -> list[Resource]:
        """Return all resources of an endpoint but those that every tenant has by itself."""
        return [each for each in self._pages(kind) if ":" not in each["id"]]

    def one(self, kind: str, key: str) -> Resource:
        """Return one resource."""
        return self._get(f"{kind}/{key}", {})

    def _pages(self, kind: str) -> Iterator[Resource]:
        cursor = ""
        while True:
            page = self._get(kind, {"cursor": cursor, "count": str(_PAGE)})
            yield from page["Resources"]
            cursor = page.get("nextCursor", "")
            if not cursor:
                return

    def _get(self, path: str, params: Mapping[str, str]) -> Resource:
        answer = self._http.get(f"{self._base}/{path}", params=params)
        answer.raise_for_status()
        return dict(json.loads(answer.content))


class Mirror:
    """What the other side should show, made of what this one does."""

    def __init__(
        self,
        here: Mapping[str, Sequence[Resource]],
        there: Mapping[str, Sequence[Resource]],
        *,
        roles_of_groups: Mapping[str, set[str]],
        permissions: Mapping[str, Sequence[str]],
    ) -> None:
        self.compared = 0
        self._here = here
        self._there = there
        self._roles_of_groups = roles_of_groups
        self._permissions = permissions
        self._ids = {
            each["externalId"]: each["id"]
            for kind in there.values()
            for each in kind
            if "externalId" in each
        }

    def differences(self) -> list[str]:
        """Return what is other than it should be, a line for each resource."""
        return [*self._of("Users"), *self._of("Groups")]

    def _of(self, kind: str) -> Iterator[str]:
        there = {each.get("externalId", ""): each for each in self._there[kind]}
        for resource in self._here[kind]:
            shown = there.pop(resource["id"], None)
            wanted = _comparable(self._wanted(kind, resource))
            self.compared += len(wanted)
            if shown is None:
                yield f"{kind} {resource['id']} is not there."
            elif wanted != _comparable(shown):
                yield f"{kind} {resource['id']}: {_unlike(wanted, _comparable(shown))}"
        for key in there:
            yield f"{kind} {key or 'without externalId'} is there and is not wanted."

    def _wanted(self, kind: str, resource: Resource) -> Resource:
        wanted: Resource = self._translated(resource)
        if kind == "Users":
            names = {each["display"] for each in resource.get("groups", ())}
            keys = sorted(set().union(*(self._roles_of_groups.get(each, ()) for each in names)))
            given = sorted({each for key in keys for each in self._permissions[key]})
            if keys:
                wanted["roles"] = [{"value": key, "display": key.title()} for key in keys]
            if given:
                wanted["entitlements"] = [{"value": each} for each in given]
        return wanted

    def _translated(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._translated(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._translated(each) for each in value]
        if isinstance(value, str):
            prefix, slash, last = value.rpartition("/")
            return f"{prefix}{slash}{self._ids.get(last, last)}"
        return value


def _comparable(resource: Resource) -> Resource:
    """Return a resource without what is each side's own, and with what has no order in one."""
    found = {name: value for name, value in resource.items() if name not in _OWN}
    found["schemas"] = sorted(found.get("schemas", ()))
    for name in (*_AS_SETS, "members"):
        if name in found:
            found[name] = sorted(found[name], key=json.dumps)
    return found


def _unlike(wanted: Resource, shown: Resource) -> str:
    names = sorted(wanted.keys() | shown.keys())
    return "; ".join(
        f"{name}: {wanted.get(name)!r} is shown as {shown.get(name)!r}"
        for name in names
        if wanted.get(name) != shown.get(name)
    )
