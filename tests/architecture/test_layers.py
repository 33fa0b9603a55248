"""What import contracts cannot see of the layers: routes that are named, and a layer that grows.

Whoever names a route knows the page behind it as well as whoever imports its view.
"""

from __future__ import annotations

import ast
import inspect
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.urls import get_resolver

from tests.architecture.test_import_contracts import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[2]
_LAYERED: Final = CONTRACTS["Apps are layered; inbound SCIM and SAML do not know each other"]
LAYERS: Final = [layer.split(" | ") for layer in reversed(_LAYERED["layers"])]
HEIGHTS: Final = {app: height for height, layer in enumerate(LAYERS) for app in layer}

MOST_LINES_OF_CONFIG: Final = 1_100
"""`config` puts the product together: settings, environment, routes.  It is the top layer and may
import everything, so nothing stops what belongs elsewhere from being put there, unless this does.
"""


@cache
def routes() -> dict[str, str]:
    """Return by its name of each route which application serves it."""
    return dict(_routes(get_resolver().url_patterns, "", "config"))


def _routes(patterns: list[Any], namespace: str, above: str) -> Iterator[tuple[str, str]]:
    for each in patterns:
        if hasattr(each, "url_patterns"):
            within = each.namespace or namespace
            yield from _routes(each.url_patterns, within, _app_of(each.urlconf_name) or above)
        elif each.name:
            name = f"{namespace}:{each.name}" if namespace else each.name
            yield name, _app_of(each.callback) or above


def _app_of(urls_or_view: Any) -> str:
    """Return the application of ours that it comes from, or nothing."""
    view = getattr(urls_or_view, "view_class", getattr(urls_or_view, "cls", urls_or_view))
    module = str(getattr(inspect.unwrap(view) if callable(view) else view, "__module__", ""))
    app = (module or str(getattr(view, "__name__", ""))).partition(".")[0]
    return app if app in HEIGHTS else ""


def texts(source: str) -> set[str]:
    """Return every text that stands in ``source``."""
    return {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def named_above(app: str, source: str) -> list[str]:
    """Return the routes that a module of ``app`` names and may not know."""
    return sorted(
        text
        for text in texts(source)
        if (other := routes().get(text, app)) != app and HEIGHTS[other] >= HEIGHTS[app]
    )


@pytest.mark.parametrize("app", HEIGHTS)
def test_no_layer_names_a_route_of_another_that_is_not_below_it(app: str) -> None:
    named = {
        str(path.relative_to(ROOT)): named_above(app, path.read_text())
        for path in (ROOT / app).rglob("*.py")
    }

    assert named
    assert {path: routes for path, routes in named.items() if routes} == {}


@pytest.mark.parametrize(
    ("app", "route"),
    [
        ("operations", "console:index"),
        ("operations", "set-up"),
        ("saml_sso", "scim:Bulk"),
        ("scim", "saml-logout"),
        ("accounts", "saml-sign-on"),
    ],
)
def test_the_name_of_a_route_above_is_found(app: str, route: str) -> None:
    assert named_above(app, f"ROUTES = [{route!r}, 'account']") == [route]


def test_config_is_no_place_for_what_has_another() -> None:
    lines = [path.read_text().count("\n") for path in (ROOT / "config").rglob("*.py")]

    assert 0 < sum(lines) < MOST_LINES_OF_CONFIG
