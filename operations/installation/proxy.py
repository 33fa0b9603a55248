"""What a request through the public address meets: TLS, redirects, and headers as they arrive.

Only answers that anybody may have are looked at; nothing on the server is changed or switched on.
"""

from __future__ import annotations

import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import httpx2

from operations.installation.findings import good, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.installation.findings import Finding

_SECONDS: Final = 10.0
_OURS: Final = "doctor-asks-whether-this-arrives"


def of_proxy(url: str) -> Iterator[Finding]:
    """Yield what is found out about the way from ``url``, the public address, to the server."""
    try:
        # What this machine trusts, or SSL_CERT_FILE.
        trusted = ssl.create_default_context()
        with httpx2.Client(
            base_url=url, verify=trusted, trust_env=False, timeout=_SECONDS
        ) as client:
            yield from _asked(client, url)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        yield wrong(
            "public_address",
            f"{url} cannot be reached from here ({error}).",
            "See that its name, port and certificate are right, and that the proxy runs. If a "
            "company's own authority has signed the certificate, name it in SSL_CERT_FILE.",
        )


def _asked(client: httpx2.Client, url: str) -> Iterator[Finding]:
    health = client.get("/health/live")
    if health.status_code != HTTPStatus.OK or "live" not in health.text:
        yield wrong(
            "public_address",
            f"{url}/health/live was answered {health.status_code}, not by Gatehouse.",
            "See that the proxy forwards to the port of `manage.py serve`, which must run.",
        )
        return
    yield good("public_address", f"{url} leads to Gatehouse.")
    yield _page(client, url)
    yield _passed_proto(client)
    yield _passed_id(client)


def _page(client: httpx2.Client, url: str) -> Finding:
    page = client.get("/sign-in/")
    if page.is_redirect and page.headers.get("location", "") == f"{url}/sign-in/":
        return wrong(
            "redirects",
            "Pages redirect to themselves without end: Gatehouse is not told that requests came "
            "by https.",
            "Have the proxy set X-Forwarded-Proto, and set GATEHOUSE_TRUSTED_PROXIES to the number "
            "of proxies.",
        )
    if page.status_code == HTTPStatus.BAD_REQUEST:
        return wrong(
            "redirects",
            "The sign-in page was refused: the host name that arrives is not known.",
            "Have the proxy pass on Host, and see that GATEHOUSE_BASE_URL is this address.",
        )
    if page.status_code != HTTPStatus.OK:
        return wrong(
            "redirects",
            f"The sign-in page was answered {page.status_code}.",
            "See the log for the request "
            f"{page.headers.get('x-request-id', 'that was made just now')}.",
        )
    return good("redirects", "Pages are served without a redirect to themselves.")


def _passed_proto(client: httpx2.Client) -> Finding:
    """Say that a scheme which the client claims is believed, if the page then redirects."""
    page = client.get("/sign-in/", headers={"X-Forwarded-Proto": "http"})
    if page.is_redirect:
        return wrong(
            "forwarded_headers",
            "The proxy passes on the X-Forwarded-Proto of clients.",
            "Have it replace X-Forwarded-Proto and X-Forwarded-For, as deploy/nginx.conf does.",
        )
    return good("forwarded_headers", "A client's own X-Forwarded-Proto does not arrive.")


def _passed_id(client: httpx2.Client) -> Finding:
    answer = client.get("/health/live", headers={"X-Request-ID": _OURS})
    if answer.headers.get("x-request-id") == _OURS:
        return wrong(
            "request_ids",
            "The proxy passes on the X-Request-ID of clients, who could spoil the log.",
            "Have it set an id of its own, as deploy/nginx.conf does.",
        )
    return good("request_ids", "Clients cannot choose the ids of their requests.")
