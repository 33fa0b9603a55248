"""Every route of the product: who has not signed in sees what is public, and nothing else."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

PUBLIC = {
    "home": "names the product and leads to the sign-in page",
    "sign-in": "asks for the address",
    "sign-in-choose": "goes on with an address that was given before",
    "sign-in-company": "goes on with a company's short name",
    "sign-in-recovery": "takes a recovery code",
    "password-reset": "asks for the address of somebody who forgot the password",
    "password-reset-sent": "says that a mail is on its way, if it is",
    "password-reset-confirm": "takes the token in its URL",
    "link": "takes the secret in its URL",
    "sign-out": "ends the session that there is",
    "brand-sheet": "is the same for everybody who asks for this colour",
}
"""Routes that answer anybody, and what they are for."""
PUBLIC_PREFIXES = ("/saml/", "/setup/", "/set-up/", "/scim/v2/ServiceProviderConfig")
"""The protocol's own endpoints, which authenticate what is posted to them."""
REFUSALS = {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
}
SAMPLES = {"int": "1", "uuid": "00000000-0000-7000-8000-000000000000"}


class Route(NamedTuple):
    """One URL with sample values, and its name."""

    url: str
    name: str


def routes() -> list[Route]:
    """Return every route of the resolver."""
    return list(_routes(get_resolver().url_patterns, "/", ""))


def _routes(patterns: list[Any], prefix: str, namespace: str) -> Iterator[Route]:
    for each in patterns:
        url = prefix + _sample(str(each.pattern))
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, url, each.namespace or namespace)
        elif isinstance(each, URLPattern):
            yield Route(url, f"{namespace}:{each.name}" if namespace else str(each.name))


def _sample(route: str) -> str:
    """Return a path that the pattern matches.

    >>> _sample("<path:object_id>/change/"), _sample("^(?P<app_label>accounts|scim)/$")
    ('x/change/', 'accounts/')
    """
    route = re.sub(r"\(\?P<\w+>([\w.]+)[^)]*\)", r"\1", route)
    route = re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1] or "", "x"), route)
    return re.sub(r"\\[AZ]|[\^$?*+]|\(|\)|\.\*", "", route).replace("\\.", ".")


def test_routes_are_found() -> None:
    assert len(routes()) > 60


def test_without_a_session_only_public_routes_answer(client: Client, db: None) -> None:
    answers = {route: client.get(route.url) for route in routes()}

    for route, response in answers.items():
        assert response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, route
        if not is_public(route):
            assert response.status_code in REFUSALS, route


def test_a_post_without_a_session_is_refused(client: Client, db: None) -> None:
    answers = {route: client.post(route.url) for route in routes()}

    for route, response in answers.items():
        assert response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, route
        if not is_public(route):
            assert response.status_code in REFUSALS, route


def is_public(route: Route) -> bool:
    return route.name in PUBLIC or route.url.startswith(PUBLIC_PREFIXES)
