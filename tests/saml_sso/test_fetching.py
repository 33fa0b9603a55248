"""Metadata URLs: what an admin types must not become a look into our own network."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from saml_sso.errors import FetchError
from saml_sso.services.fetching import fetch_metadata, require_fetchable


@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example/metadata",
        "file:///etc/passwd",
        "ftp://idp.example/",
        "https://user:secret@idp.example/",
        "https://",
        "https://idp.example:99999/",
        "https://idp.example/a b",
        "//idp.example/",
    ],
)
def test_only_plain_https_addresses_are_taken(url: str) -> None:
    with pytest.raises(FetchError, match="https address"):
        require_fetchable(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "2002:0a00:0001::1",
        "64:ff9b::a00:1",
    ],
)
def test_private_addresses_are_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> list[Any]:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, 443))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with pytest.raises(FetchError, match="private network"):
        fetch_metadata("https://idp.example/metadata")


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [(socket.AF_INET, 1, 6, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    with pytest.raises(FetchError, match="private network"):
        fetch_metadata("https://idp.example/metadata")


def test_a_name_that_does_not_exist_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> list[Any]:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with pytest.raises(FetchError, match="no server called"):
        fetch_metadata("https://idp.example/metadata")
