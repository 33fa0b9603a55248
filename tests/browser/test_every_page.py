"""Every page of the product with the longest values that its columns take.

Pages are read from the routes, columns from the models, so that a new one is tested unasked.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.tokens import default_token_generator
from django.urls import NoReverseMatch, reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import ActionResult, OneTimeLink, Role
from accounts.services.action_results import keep_result
from accounts.signing_in.links import make_link
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from saml_sso.models import SetUpLink, SignInAttempt
from saml_sso.services.set_up_links import make_set_up_link
from tests.architecture.specimens import Specimens, our_models, tenant_models
from tests.architecture.test_routes import routes
from tests.conftest import person, signed_in
from tests.saml_sso.conftest import idp  # noqa: F401 - a fixture
from tests.support.browser import assert_accessible
from tests.support.longest_values import RIGHT_TO_LEFT, UNBROKEN, lengthen
from tests.support.page_layout import faults_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db import models
    from playwright.sync_api import Page

    from accounts.models import Tenant, User
    from tests.support.saml_party import Party

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NO_PAGES: Final = {
    "None": "security.txt, a text",
    "home": "leads to where the person belongs",
    "console:None": "adds what is missing in an address",
    "platform:None": "adds what is missing in an address",
    **{f"{site}:login": "leads to the sign-in page" for site in ("console", "platform")},
    **{f"{site}:logout": "is posted to" for site in ("console", "platform")},
    **{f"{site}:app_list": "leads to the first page" for site in ("console", "platform")},
    **{f"{site}:autocomplete": "answers a field" for site in ("console", "platform")},
    **{f"{site}:jsi18n": "a script" for site in ("console", "platform")},
    **{
        f"console:{name}": "something to download"
        for name in (
            *("accounts_auditentry_export", "accounts_user_export", "licenses_seat_export"),
            *("scim_requestlogentry_export", "user-licenses-template"),
            "saml-and-scim-attempts-csv",
        )
    },
    "platform:accounts_auditentry_export": "something to download",
    **{
        f"console:{name}": "is posted to"
        for name in (
            *("accounts_user_deactivate", "accounts_user_reactivate", "accounts_user_invite"),
            *("accounts_user_sign_out", "saml-and-scim-action", "saml-and-scim-reveal"),
            *("saml-and-scim-rules", "saml-and-scim-test"),
        )
    },
    **{
        f"console:accounts_user_view_{name}": "is posted to"
        for name in ("save", "rename", "delete")
    },
    "brand-logo": "a picture",
    "console:appearance-picture": "a picture",
    "console:appearance-preview": "is shown to who has just chosen a logo or a colour",
    "brand-sheet": "a style sheet",
    "console:saml-and-scim-test-progress": "a part of a page",
    "set-up-progress": "a part of a page",
    "set-up-test": "is posted to",
    "sign-in-choose": "is shown to who may choose between accounts",
    "console:accounts_user_invitation": "is shown once, to who invited",
    "set-up-tested": "is shown once, to who tested",
    "sign-out": "is posted to",
    "session-end": "is posted to",
    "sessions-end-others": "is posted to",
    "saml-metadata": "a document",
    **{
        f"saml-{name}": "a step between browser and identity provider"
        for name in ("sign-on", "sign-on-without-slash", "again", "finish", "leave", "replace")
    },
    "saml-logout": "a step between browser and identity provider",
    **{route.name: "for programs" for route in routes() if route.url.startswith("/scim/")},
}
"""Routes that show no page of ours when they are asked for, and what they do instead."""

Arguments = dict[str, list[tuple[object, ...]]]
"""What stands in the addresses of routes that name no row, by the name of the route."""

ONCE: Final = frozenset({"link", "password-reset-confirm", "set-up"})
"""Pages whose form ends what let somebody open them."""

LOOKS: Final = {"unbroken": UNBROKEN, "right-to-left": RIGHT_TO_LEFT}


@pytest.fixture
def rows(acme: Tenant, alice: User, olga: User, idp: Party) -> list[models.Model]:  # noqa: F811
    """At least one row of every model, Acme's where it has a tenant."""
    person(acme, "Zoe", Role.EDITOR)
    signed_in(alice)  # In another browser.
    with tenant_scope(acme):
        specimens = Specimens("Specimen")
        for model in tenant_models():
            # Those of SAML mean something: a certificate that is none is no page's to show.
            if model._meta.app_label != "saml_sso" or model.__name__ == "SignInAttempt":
                specimens.of(model)
    with every_tenant():
        made = [row for model in our_models() for row in model._default_manager.all()]
    attempt = AccessAttempt.objects.create(username="x@x.example", failures_since_start=3)
    return [*made, attempt]


@pytest.fixture
def arguments(acme: Tenant, alice: User, olga: User, rows: list[models.Model]) -> Arguments:
    """Links that work, the numbers of attempts to sign in, and results of actions."""
    with tenant_scope(acme):
        secrets = [
            make_set_up_link(tenant=acme, purpose=purpose, days=1) for purpose in SetUpLink.Purpose
        ]
    attempts = [(row.pk,) for row in rows if isinstance(row, SignInAttempt)]
    results = {
        site: ActionResult(
            about=model,
            back=f"/{site}/",
            lines=[[text[:500], "refused", text[:500]] for text in LOOKS.values()],
            title="x",
        )
        for site, model in (("console", "accounts.user"), ("platform", "accounts.tenant"))
    }
    for site, maker in (("console", alice), ("platform", olga)):
        with every_tenant():
            keep_result(key=uuid4(), maker=maker, result=results[site])
    rows += results.values()
    return {
        **{f"{site}:result": [(result.pk,)] for site, result in results.items()},
        "set-up": [(acme.slug, secret) for secret in secrets],
        "console:saml-and-scim-attempt": list(attempts),
    }


@pytest.fixture
def browsers(open_browser: Callable[..., Page], alice: User, olga: User) -> dict[str, Page]:
    """Browsers by the beginning of the addresses they are for; "" is a stranger's."""
    return {
        "console": _browser_of(open_browser, alice),
        "platform": _browser_of(open_browser, olga),
        "account": _browser_of(open_browser, alice),
        "": open_browser(width=360),
    }


def addresses(rows: list[models.Model], arguments: Arguments) -> Iterator[tuple[str, str]]:
    """Yield the name of each route that shows a page, and the addresses of it that there are."""
    keys: dict[str, list[object]] = {}
    for row in rows:
        keys.setdefault(f"{row._meta.app_label}_{row._meta.model_name}", []).append(row.pk)
    for route in routes():
        if route.name in NO_PAGES:
            continue
        model = route.name.rpartition(":")[2].rpartition("_")[0]
        of_rows = ((key,) for key in keys.get(model, ())[-2:])
        for args in [(), *arguments.get(route.name, ()), *of_rows]:
            try:
                yield route.name, reverse(route.name, args=args)
            except NoReverseMatch:
                continue


@pytest.mark.parametrize("text", LOOKS.values(), ids=LOOKS)
def test_no_value_hides_another_on_any_page(
    browsers: dict[str, Page],
    alice: User,
    rows: list[models.Model],
    arguments: Arguments,
    text: str,
) -> None:
    lengthen_all(rows, text)
    with every_tenant():
        alice.refresh_from_db()
    # A link ends when the person gets another address, so they are made for the long one.
    with tenant_scope(alice.tenant):
        links = [make_link(user=alice, purpose=purpose) for purpose in OneTimeLink.Purpose]
    arguments["link"] = [(link.rstrip("/").rpartition("/")[2],) for link in links]
    arguments["password-reset-confirm"] = [
        (
            urlsafe_base64_encode(force_bytes(alice.pk)),
            default_token_generator.make_token(alice),
        )
    ]

    walked: dict[str, str] = {}
    problems: list[str] = []
    for name, address in addresses(rows, arguments):
        page = browsers.get(address.split("/")[1], browsers[""])
        page.set_viewport_size({"width": 360, "height": 900})
        if not _opens(page, address) or urlsplit(page.url).path in walked:
            continue
        walked[urlsplit(page.url).path] = name
        problems += _faults(page, address)

    assert {route.name for route in routes()} - {*walked.values()} - NO_PAGES.keys() == set()
    assert problems == [], "\n".join(problems)


@pytest.mark.parametrize("text", LOOKS.values(), ids=LOOKS)
def test_no_value_hides_another_on_what_answers_a_form(
    browsers: dict[str, Page], rows: list[models.Model], arguments: Arguments, text: str
) -> None:
    lengthen_all(rows, text)
    pages = [(name, url) for name, url in addresses(rows, arguments) if name not in ONCE]

    answered: set[str] = set()
    problems: list[str] = []
    for name, address in pages:
        page = browsers.get(address.split("/")[1], browsers[""])
        for press in (*_actions(page, address), _save_nothing):
            page.set_viewport_size({"width": 360, "height": 900})
            if _opens(page, address) and press(page):
                answered.add(name if press is _save_nothing else f"{name} many")
                problems += _faults(page, f"{address} ({press.__name__})")

    assert problems == [], "\n".join(problems)
    lists = {name for name in answered if name.endswith(" many")}
    assert len(lists) > 8, answered
    assert len(answered - lists) > 12, answered


def _actions(page: Page, address: str) -> list[Callable[[Page], bool]]:
    """Return what asks for each action of the list at the address, on every row that it shows."""
    if not _opens(page, address):
        return []
    found = page.locator("button[name=action]").evaluate_all("found => found.map((b) => b.value)")

    def pressing(action: str) -> Callable[[Page], bool]:
        def press(page: Page) -> bool:
            boxes = page.locator("input.action-select")
            for number in range(boxes.count()):
                boxes.nth(number).check(force=True)
            with page.expect_navigation():
                page.locator(f"button[name=action][value={action}]").click()
            return True

        press.__name__ = action
        return press

    has_rows = page.locator("input.action-select").count() > 0
    return [pressing(action) for action in found] if has_rows else []


def _save_nothing(page: Page) -> bool:
    """Empty every text of the form that saves, and press its button; say whether there is one."""
    form = page.locator("form[method=post]:has([name=_save], [type=submit].gh-button)").first
    if form.count() == 0 or form.locator("input[type=text], input[type=email]").count() == 0:
        return False
    with page.expect_navigation():
        form.evaluate(
            """form => {
                form.noValidate = true;
                for (const each of form.querySelectorAll("input[type=text], input[type=email]"))
                    each.value = "";
                const button = form.querySelector("[name=_save], [type=submit].gh-button");
                form.requestSubmit(button);
            }"""
        )
    return True


def lengthen_all(rows: list[models.Model], text: str) -> None:
    with every_tenant():
        assert lengthen(rows, text) > 50


def _browser_of(open_browser: Callable[..., Page], user: User) -> Page:
    """Return the page of a browser in which the user is signed in."""
    page = open_browser(width=360)
    [cookie] = [each for each in signed_in(user).cookies.values() if "session" in each.key]
    page.goto("/sign-in/")
    host = urlsplit(page.url).hostname or ""
    page.context.add_cookies(
        [{"name": cookie.key, "value": cookie.value, "domain": host, "path": "/"}]
    )
    return page


def _opens(page: Page, address: str) -> bool:
    """Return whether there is a page at the address, if only one that refuses."""
    answer = page.goto(address)
    return answer is not None and answer.status in {HTTPStatus.OK, HTTPStatus.FORBIDDEN}


def _faults(page: Page, address: str) -> Iterator[str]:
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        yield from (f"{address} at {width} px: {fault}" for fault in faults_of(page))
    page.set_viewport_size({"width": 360, "height": 900})
    try:
        assert_accessible(page)
    except AssertionError as error:
        yield f"{address}: {error}"
