"""Addresses with the key of a row: another tenant's is not there, whoever asks in whatever way.

Lists and pages are read from the site, so that a new one is tested unasked.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import ActionResult, Role
from accounts.services.action_results import begin_action
from accounts.services.saved_views import save_view
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from console.base.access import ACCESS, EVERYTHING, Access
from console.base.doing import do_to_many
from tests.architecture.specimens import Specimens
from tests.conftest import person, signed_in
from tests.console.test_access import MODELS, PAGES, arguments_of, routes_of

if TYPE_CHECKING:
    from accounts.models import Tenant, User

PAGES_OF_ROWS: Final = [
    name
    for name, page in sorted(PAGES.items())
    if {"<int:pk>", "<uuid:review_id>"} & set(page.route.split("/"))
]
"""Pages that are no list's and show a row."""
NOT_THERE: Final = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
REFUSED: Final = {HTTPStatus.FORBIDDEN}


def addresses(tenant: Tenant) -> list[tuple[str, str]]:
    """Return every address that names a row of the tenant, with the page's key in the table."""
    with tenant_scope(tenant):
        specimens = Specimens("Specimen")
        rows = {label: specimens.of(model_admin.model) for label, model_admin in MODELS.items()}
    return [
        *(
            (label, url)
            for label, row in rows.items()
            for _name, url in routes_of(label, row)
            if str(row.pk) in url.split("/")
        ),
        *(
            (PAGES[name].access_key, reverse(f"console:{name}", kwargs=arguments_of(name, tenant)))
            for name in PAGES_OF_ROWS
        ),
    ]


@pytest.mark.usefixtures("grace")
@pytest.mark.parametrize("role", Role)
def test_a_row_of_another_tenant_is_not_there_whoever_asks(
    acme: Tenant, globex: Tenant, role: Role
) -> None:
    browser = signed_in(person(acme, "Pat", role))
    theirs = addresses(globex)
    assert len(theirs) > 30

    for key, url in theirs:
        held = ACCESS[key].get(role, Access.NONE)
        answers = {browser.get(url).status_code, browser.post(url, {"post": "yes"}).status_code}
        # Who may not do this to a row of their own may be told that as well.
        assert answers <= (NOT_THERE if held == EVERYTHING else NOT_THERE | REFUSED), url
        if Access.VIEW in held and url.endswith("/change/"):
            assert browser.get(url).status_code == HTTPStatus.NOT_FOUND, url


def test_a_row_that_is_nobodys_is_not_there_either(acme: Tenant, alice: User) -> None:
    browser = signed_in(alice)
    rows = [url for _key, url in addresses(acme) if url.endswith(("/change/", "/delete/"))]
    assert len(rows) > 15

    for url in rows:
        head, _, tail = url.rstrip("/").rpartition("/")
        for nobodys in ("0", "x", str(uuid4()), "_3C"):
            missing = f"{head.rpartition('/')[0]}/{nobodys}/{tail}/"
            answer = browser.get(missing).status_code
            assert answer == browser.get(url).status_code or answer == HTTPStatus.NOT_FOUND, missing
            assert answer != HTTPStatus.OK, missing


@pytest.mark.parametrize("site", ["console", "platform"])
def test_what_came_of_an_action_is_shown_to_nobody_who_may_not_do_the_same(
    acme: Tenant, alice: User, olga: User, grace: User, site: str
) -> None:
    maker = alice if site == "console" else olga
    about, action = (
        ("accounts.user", "deactivate") if site == "console" else ("accounts.job", "retry")
    )
    result = ActionResult(
        site=site, about=about, action=action, back=f"/{site}/", title="x", file_name="x"
    )
    with every_tenant():
        begin_action(key=result.pk, maker=maker, result=result, lines=[], kind=do_to_many)
    url = reverse(f"{site}:result", args=[result.pk])

    assert signed_in(maker).get(url).status_code == HTTPStatus.OK
    for stranger in (person(acme, "Adam", Role.EDITOR), grace, alice, olga):
        if stranger != maker:
            browser = signed_in(stranger)
            for address in (url, f"{url}undo/") if site == "console" else (url,):
                answers = {browser.get(address).status_code, browser.post(address).status_code}
                assert answers <= {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}


@pytest.mark.parametrize("name", ["rename", "delete"])
def test_a_view_that_somebody_saved_is_theirs_alone(
    acme: Tenant, alice: User, grace: User, name: str
) -> None:
    with tenant_scope(acme):
        view = save_view(owner=alice, name="Mine", query="")
    url = reverse(f"console:accounts_user_view_{name}", args=[view.pk])

    for stranger in (person(acme, "Adam", Role.ADMIN), grace):
        browser = signed_in(stranger)
        answers = {browser.get(url).status_code, browser.post(url, {"name": "Ours"}).status_code}
        assert answers <= NOT_THERE

    with tenant_scope(acme):
        view.refresh_from_db()
        assert view.name == "Mine"
