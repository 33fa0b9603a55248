"""RelayState chooses among the tenant's own pages, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saml_sso.protocol.relay_state import safe_path

PREFIXES = ("/console/", "/account/")


@pytest.mark.parametrize(
    "path",
    ["/console/", "/console/users/7/", "/account/?tab=sessions", "/console/?q=a%20b&x=1%2F2"],
)
def test_a_page_of_this_tenant_is_kept(path: str) -> None:
    assert safe_path(path, prefixes=PREFIXES) == path


@pytest.mark.parametrize(
    "hostile",
    [
        None,
        "",
        "DefaultRelayState",
        "https://evil.example/console/",
        "HTTPS://evil.example",
        "//evil.example/console/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/console/\\evil",
        "/%5cevil.example",
        "/%2Fevil.example",
        "%2F%2Fevil.example",
        "/console/%2e%2e/%2e%2e/platform/",
        "/console/../platform/",
        "/console/..%2fplatform/",
        "/console/%252e%252e/platform/",
        "/console//evil.example",
        "/platform/",
        "/consolevil/",
        "/console",
        "javascript:alert(1)",
        "/console/\njavascript:alert(1)",
        "/console/%0d%0aSet-Cookie:x",
        "/console/%00",
        " /console/",
        "\t//evil.example",
        "/\t/evil.example",
        "/console/ x",
        "/console/\u202e",
        "/console/é",
        "http:/console/",
        "http:console/",
        "//[evil",
        "/" + "a" * 3000,
        "/console/%" + "25" * 20 + "2e",
    ],
)
def test_everything_else_is_ignored(hostile: str | None) -> None:
    assert safe_path(hostile, prefixes=PREFIXES) is None


@given(st.text())
def test_what_is_kept_is_always_a_path_of_this_tenant(text: str) -> None:
    kept = safe_path(text, prefixes=PREFIXES)

    assert kept is None or (kept == text and kept.startswith(PREFIXES))
