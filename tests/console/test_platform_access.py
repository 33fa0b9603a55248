"""The operators' site: an operator may do what the table says, and nobody else anything.

Lists, pages and routes are read from the site, so that a new one is tested unasked.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import ActionResult, AuditEntry, Lockout, Role, Session
from accounts.services.action_results import begin_action
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from console.base.doing import do_to_many
from console.base.pages import registered_pages
from console.base.sites import platform_site
from tests.architecture.specimens import Specimens, our_models
from tests.conftest import person, signed_in
from tests.support.pages import routes_of_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models

    from accounts.models import Tenant, User

MAY: Final = {
    "accounts.auditentry": {"changelist", "change", "export"},
    "accounts.emaildomain": {"changelist", "change", "history", "delete"},
    "accounts.job": {"changelist", "change", "history"},
    "accounts.tenant": {"changelist", "add", "change", "history", "ways_in"},
    "accounts.user": {"changelist", "add", "change", "history"},
    "accounts.lockout": {"changelist", "change", "history", "delete"},
    "licenses.product": {"changelist", "add", "change", "history", "delete"},
    "licenses.subscription": {"changelist", "add", "change", "history"},
}
"""Which pages of each list an operator sees; a page that is not here is nobody's."""

ACTIONS: Final = {
    "accounts.emaildomain": {"verify", "delete_selected"},
    "accounts.job": {"retry"},
    "accounts.lockout": {"delete_selected"},
    "licenses.product": {"delete_selected"},
}
"""What each list offers an operator for many rows."""

OTHERS: Final = {
    "index": "the first page",
    "None": "adds what is missing in an address",
    "app_list": "leads to the first page",
    "autocomplete": "answers a field with what the list of the field shows",
    "jsi18n": "a script",
    "login": "leads to the sign-in page",
    "logout": "ends one's own session",
    "result": "what came of one's own action",
}
"""Routes that are no page of a list and none that is registered, and what they are for."""

OPEN: Final = {"login", "logout"}
"""Routes that anybody may ask for; they lead to the sign-in page."""

MODELS: Final = {
    model._meta.label_lower: model_admin for model, model_admin in platform_site._registry.items()
}
PAGES: Final = {page.name for page in registered_pages("platform")}


@pytest.fixture
def rows(acme: Tenant, alice: User, olga: User) -> dict[str, models.Model]:
    """A row of every list of the site; Acme's where it has a tenant."""
    special: dict[str, models.Model] = {
        "accounts.user": olga,
        "accounts.tenant": acme,
        "accounts.lockout": Lockout.objects.create(username="x@x.example", failures_since_start=3),
    }
    with tenant_scope(acme):
        specimens = Specimens("Specimen")
        return {
            label: special.get(label) or specimens.of(model_admin.model)
            for label, model_admin in MODELS.items()
        }


@pytest.fixture
def result(olga: User) -> ActionResult:
    """What came of something that Olga did."""
    result = ActionResult(
        site="platform", about="accounts.job", action="retry", back="/platform/", title="x"
    )
    with every_tenant():
        begin_action(key=result.pk, maker=olga, result=result, lines=[], kind=do_to_many)
    return result


def pages_of(label: str, row: models.Model) -> Iterator[tuple[str, str]]:
    """Yield the name and the address of every page of a list, and of the row."""
    for pattern in MODELS[label].get_urls():
        name = str(pattern.name or "")
        for args in ((), (row.pk,)):
            try:
                page = name.removeprefix(f"{label.replace('.', '_')}_")
                yield page, reverse(f"platform:{name}", args=args)
            except NoReverseMatch:
                continue


def every_address(rows: dict[str, models.Model], result: ActionResult) -> list[tuple[str, str]]:
    """Return the name and the address of every route of the site, with keys that there are."""
    of_lists = [
        (f"{label}:{name}", url)
        for label, row in rows.items()
        for name, url in pages_of(label, row)
    ]
    others = [
        (name, reverse(f"platform:{name}")) for name in sorted((OTHERS.keys() | PAGES) - PLACED)
    ]
    placed = [
        ("result", reverse("platform:result", args=[result.pk])),
        ("app_list", "/platform/accounts/"),
        ("None", "/platform/accounts/tenant"),
    ]
    return [*of_lists, *others, *placed]


PLACED: Final = {"result", "app_list", "None"}
"""Routes whose address has a part of its own."""


def test_every_route_of_the_site_is_asked_for_here(rows: dict[str, models.Model]) -> None:
    of_the_site = routes_of_site("platform")
    of_lists = {
        f"{label.replace('.', '_')}_{name}"
        for label, row in rows.items()
        for name, _url in pages_of(label, row)
    }

    assert of_the_site == of_lists | PAGES | OTHERS.keys()
    assert MAY.keys() == MODELS.keys()


@pytest.mark.parametrize("label", sorted(MODELS))
def test_an_operator_sees_what_the_table_says(
    rows: dict[str, models.Model], platform: Client, label: str
) -> None:
    answers = {name: platform.get(url).status_code for name, url in pages_of(label, rows[label])}

    assert answers == {
        name: HTTPStatus.OK if name in MAY[label] else HTTPStatus.FORBIDDEN for name in answers
    }
    assert MAY[label] <= answers.keys()


@pytest.mark.parametrize("label", sorted(MODELS))
def test_an_operator_is_offered_the_actions_of_the_table(
    rows: dict[str, models.Model], platform: Client, label: str
) -> None:
    page = platform.get(dict(pages_of(label, rows[label]))["changelist"]).content.decode()
    known = {str(action) for action in MODELS[label].actions or ()}

    assert ACTIONS.get(label, set()) == known
    assert {action for action in known if f'name="action" value="{action}"' in page} == known


@pytest.mark.parametrize("name", sorted(PAGES | {"index", "jsi18n"}))
def test_an_operator_opens_every_other_page(platform: Client, name: str) -> None:
    assert platform.get(reverse(f"platform:{name}")).status_code == HTTPStatus.OK


def test_the_list_of_operators_knows_nobody_of_a_tenant(
    platform: Client, alice: User, olga: User
) -> None:
    for page in ("change", "history", "delete"):
        url = reverse(f"platform:accounts_user_{page}", args=[alice.pk])
        allowed = {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}
        assert {platform.get(url).status_code, platform.post(url).status_code} <= allowed


@pytest.mark.thorough
@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "nobody")
def test_nobody_else_sees_or_changes_anything(
    acme: Tenant, rows: dict[str, models.Model], result: ActionResult, role: Role | None
) -> None:
    browser = Client() if role is None else signed_in(person(acme, "Pat", role))
    before = stored()
    asked = 0
    for name, url in every_address(rows, result):
        if name in OPEN:
            continue
        for data in forms(rows):
            for answer in (browser.get(url), browser.post(url, data)):
                asked += 1
                if role is not None:
                    assert answer.status_code == HTTPStatus.FORBIDDEN, (url, data)
                    continue
                assert answer.status_code == HTTPStatus.FOUND, (url, data)
                assert answer["Location"].startswith("/sign-in/?next="), url

    assert asked > 200
    assert stored() == before


def forms(rows: dict[str, models.Model]) -> Iterator[dict[str, Any]]:
    """Yield what a browser could send: everything, and each action with rows that there are."""
    yield {"name": "Changed", "slug": "changed", "active": "", "post": "yes", "plan": "starter"}
    for label, actions in ACTIONS.items():
        for action in actions:
            yield {"action": action, ACTION_CHECKBOX_NAME: str(rows[label].pk), "post": "yes"}


def stored() -> dict[tuple[type[models.Model], Any], dict[str, Any]]:
    """Return every row but those of the trail and of sessions, which tell of the asking."""
    with_rows: list[type[models.Model]] = [*our_models(), Lockout]
    with every_tenant():
        return {
            (model, row["pk"]): row
            for model in with_rows
            if model not in {AuditEntry, Session}
            for row in model._default_manager.values(
                "pk", *(f.attname for f in model._meta.concrete_fields)
            )
        }
