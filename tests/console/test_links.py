"""Every link on every page leads somewhere: read from the pages, as each role, on both sites."""

from __future__ import annotations

import re
from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.urls import resolve

from accounts.models import DirectoryGroup, Role
from accounts.services.users import create_operator
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from tests.architecture.specimens import Specimens, tenant_models
from tests.conftest import PASSWORD, crowd, person, signed_in
from tests.support.html_forms import lxml_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from accounts.models import Tenant, User

OF_ONE_KIND: Final = 3
"""Pages of one route, asked for the same things, that are looked at."""
A_NUMBER: Final = re.compile(r"(?:^|\()([1-9][\d,]*)\b")
"""How a link says that there is something behind it."""


class Link(NamedTuple):
    """A link: what it says, where it leads, and on which page it stands."""

    text: str
    url: str
    page: str


def crawl(browser: Client, start: str) -> Iterator[tuple[Link, Any]]:
    """Follow every link from ``start``; yield each with the answer that it leads to."""
    waiting, seen, kinds = [Link("", start, "")], {start}, Counter[Any]()
    for link in waiting:
        answer: Any = browser.get(link.url, follow=True)
        yield link, answer
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        page = lxml_html.fromstring(answer.content.decode())
        for anchor in page.xpath("//a[@href]"):
            url = urljoin(link.url, anchor.get("href")).partition("#")[0]
            if url in seen or not is_ours(url):
                continue
            kind = (resolve(urlsplit(url).path).view_name, *parse_qs(urlsplit(url).query))
            kinds[kind] += 1
            if kinds[kind] <= OF_ONE_KIND:
                seen.add(url)
                waiting.append(Link(" ".join(anchor.text_content().split()), url, link.url))


def is_ours(url: str) -> bool:
    """Whether the URL is one of this product that asks for one thing at most.

    What lists may be asked for together has tests of its own.
    """
    parts = urlsplit(url)
    return parts.netloc in {"", "127.0.0.1:8000"} and len(parse_qs(parts.query)) <= 1


def wrong(link: Link, answer: Any) -> str:
    """Return what is wrong with the page behind ``link``; empty if nothing is."""
    if answer.status_code != HTTPStatus.OK:
        return f"is answered {answer.status_code}"
    promises = A_NUMBER.search(link.text) or link.text == "History"
    if promises and 'class="gh-empty"' in answer.content.decode():
        return "leads to an empty list"
    return ""


@pytest.fixture
def filled(acme: Tenant, alice: User, bob: User) -> None:
    """A row of every model, one of them with a history."""
    with tenant_scope(acme):
        specimens = Specimens("specimen")
        for model in tenant_models():
            # Those of SAML mean something: a certificate that is none is no page's to show.
            if model._meta.app_label != "saml_sso" or model.__name__ == "SignInAttempt":
                specimens.of(model)
        audit.record("test.made", specimens.of(DirectoryGroup))
    crowd(acme, 60)  # More than one page of the list shows.


@pytest.mark.thorough
@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("role", [*Role, None], ids=[*Role, "operator"])
def test_every_link_that_somebody_is_shown_leads_somewhere(
    acme: Tenant, olga: User, role: Role | None
) -> None:
    create_operator(email="otto@gatehouse.example", password=PASSWORD)
    browser = signed_in(olga if role is None else person(acme, "Pat", role))
    starts = ["/account/", "/platform/" if role is None else "/console/"]
    if role == Role.MEMBER:
        starts.pop()

    walked = {link: answer for each in starts for link, answer in crawl(browser, each)}

    found = {link: what for link, answer in walked.items() if (what := wrong(link, answer))}
    assert found == {}
    routes = {resolve(urlsplit(link.url).path).view_name for link in walked}
    assert len(routes) > (2 if role == Role.MEMBER else 8)
    histories = [link for link in walked if link.text == "History"]
    may_read = {Role.ADMIN, Role.ACCESS_REVIEW_MANAGER, None}
    assert bool(histories) == (role in may_read)


def test_the_history_of_what_has_none_is_not_offered(acme: Tenant, console: Client) -> None:
    with tenant_scope(acme):
        group = DirectoryGroup.objects.create(display_name="West")
    page = f"/console/accounts/directorygroup/{group.pk}"

    before = console.get(f"{page}/change/").content.decode()
    with tenant_scope(acme):
        audit.record("group.updated", group)
    after = console.get(f"{page}/change/").content.decode()

    assert "/history/" not in before
    assert f"{page}/history/" in after
