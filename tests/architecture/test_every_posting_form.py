"""Every form that a page of the product posts carries what it showed, or has a reason not to.

Pages are read from the routes, so that a new form is judged unasked.
"""

from __future__ import annotations

import importlib
from contextlib import suppress
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, resolve, reverse

from accounts.models import Role
from accounts.tenancy.scoping import tenant_scope
from console.base.sites import platform_site
from licenses.models import Product
from saml_sso.models import SetUpLink, SignInAttempt
from saml_sso.services.set_up_links import make_set_up_link
from saml_sso.services.switches import disable_saml
from tests.architecture.specimens import Specimens, tenant_models
from tests.architecture.test_routes import routes
from tests.conftest import person, signed_in
from tests.saml_sso.conftest import idp  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from accounts.models import Tenant, User
    from tests.support.saml_party import Party

lxml_html: Any = importlib.import_module("lxml.html")

REASONS = {
    "sign-out": "ends the session that there is",
    "account-password": "asks for the present password",
    "confirm": "asks for the password, and writes nothing of what the page shows",
    "session-end": "names the session",
    "ask-for-access": "shows nothing that is stored; of each thing one request is open",
    "withdraw-request": "names the request, and does nothing to one that is decided",
    "sessions-end-others": "leaves this session alone, however many others there are",
    "account-review": "carries the revision of each line, and what it showed of it",
    "access-review-new": "shows nothing that is stored; carries what was seen",
    "_add": "shows nothing that is stored; names are unique",
    "_changelist": "names the rows; what deletes or gives asks first, with what it showed",
    "provisioning_application_import": "reads there, and stores nothing that a form shows",
    "provisioning_application_test": "asks the application, and stores nothing that a form shows",
    "accounts_user_sign_out": "ends whatever sessions there are",
    "accounts_user_deactivate": "does nothing to who is inactive already",
    "accounts_user_reactivate": "does nothing to who is active already",
    "accounts_tenant_ways_in": "names the person, and asks first, with what it showed",
    "saml-and-scim-test": "begins a test, which changes nothing",
    "set-up-test": "begins a test, which changes nothing",
    "saml-and-scim-reveal": "shows more, and records that",
    "appearance": "stores nothing: what was given is shown beside what there is, and asked for",
    "held-change-go-on": "tries again what has failed, and nothing else",
    "user-licenses-csv": "keeps a file, and shows what it would do before anything is done",
    "user-licenses-csv-columns": "is followed by a look at what would be done, with a seal",
    "user-licenses-csv-preview": "carries a seal of what each line would do",
    "people-import": "keeps a file, and shows what it would do before anything is done",
    "people-import-columns": "is followed by a look at what would be done, which carries a seal",
    "people-import-preview": "carries a seal of what each line would do",
    "action:remove-certificate": "names the certificate",
    "scim_source_authorization:revoke": "names the token",
    "action:revoke-link": "names the link",
    "action:refresh-metadata": "reads what there is now",
    "action:map-attribute": "names the attribute and its use",
    "action:accept-proposal": "carries a stamp of the proposal and of what it replaces",
    "action:keep-candidate": "carries a stamp of the proposal",
    "action:discard-proposal": "names the proposal",
    "set-up:switch_on": "asks for a test of what is saved, whoever saved it",
}
"""Forms that carry nothing, by the end of the route's name they are sent to, and why."""

_BUTTONS = {name.partition(":")[2] for name in REASONS if not name.startswith("action:")} - {""}
"""Buttons whose form has a reason of its own, apart from others of its page."""


Keys = dict[str, list[object]]
"""Keys of rows, by the app and the model as they stand in the names of routes."""


@pytest.fixture
def keys(acme: Tenant, alice: User, idp: Party) -> Keys:  # noqa: F811
    """The keys of one row of every model, and of the person who looks."""
    person(acme, "Carol", Role.EDITOR)
    with tenant_scope(acme):
        specimens = Specimens("specimen")
        # Those of SAML mean something: a certificate that is none is no page's to show.
        rows = [
            specimens.of(model)
            for model in tenant_models()
            if model._meta.app_label != "saml_sso" or model is SignInAttempt
        ]
    found: Keys = {}
    for row in (alice, acme, *rows, *Product.objects.all()):
        found.setdefault(f"{row._meta.app_label}_{row._meta.model_name}", []).append(row.pk)
    return found


def urls(keys: Keys) -> Iterator[str]:
    """Yield the address of every page of both sites and of the account, once.

    A route whose name begins with a model's is asked for with keys of that, any other with all.
    """
    names = [f"{site.name}:{name}" for site in (admin.site, platform_site) for name in _own(site)]
    own_pages = (route.url for route in routes() if route.url.startswith("/account/"))
    yield from dict.fromkeys(chain(own_pages, *(_addresses(name, keys) for name in names)))


def _addresses(name: str, keys: Keys) -> Iterator[str]:
    of_model = name.partition(":")[2]
    model = max((each for each in keys if of_model.startswith(f"{each}_")), key=len, default="")
    every = keys[model] if model else chain(*keys.values())
    for args in ((), *((key,) for key in every)):
        with suppress(NoReverseMatch):
            yield reverse(name, args=args)


def _own(site: Any) -> Iterator[str]:
    for each in site.get_urls():
        if getattr(each, "name", None):
            yield each.name
        for inner in getattr(each, "url_patterns", ()):
            if inner.name:
                yield inner.name


def unversioned(browser: Client, url: str) -> Iterator[str]:
    """Yield where each form of the page is sent that does not carry what it showed."""
    answer = browser.get(url)
    is_page = answer.status_code == HTTPStatus.OK and "html" in answer.headers["Content-Type"]
    if not is_page:
        return
    page = lxml_html.fromstring(answer.content.decode())
    for form in page.forms:
        buttons = form.xpath(".//button[not(@type='button')] | .//input[@type='submit']")
        elsewhere = page.xpath("//button[@form=$id]", id=form.get("id", "none"))
        posts = form.get("method", "get").lower() == "post"
        if posts and (buttons or elsewhere) and not form.xpath(".//*[@name='version']"):
            yield _name_of(form, url, buttons)


def _name_of(form: Any, url: str, buttons: list[Any]) -> str:
    match = resolve(urlsplit(form.get("action") or url).path)
    if "action" in match.kwargs:
        return f"action:{match.kwargs['action']}"
    pressed = {name for button in buttons if (name := button.get("name"))}
    alone = pressed.pop() if len(pressed) == 1 else ""
    return f"{match.url_name}:{alone}" if alone in _BUTTONS else str(match.url_name)


def has_reason(name: str) -> bool:
    return any(name == known or (known[0] == "_" and name.endswith(known)) for known in REASONS)


@pytest.mark.thorough
def test_every_form_carries_what_it_showed_or_has_a_reason(
    keys: Keys, alice: User, olga: User
) -> None:
    browsers = [signed_in(alice), signed_in(olga)]
    signed_in(alice)  # In another browser, whose session she can end.

    found: dict[str, str] = {}
    pages = list(urls(keys))
    for url in pages:
        for browser in browsers:
            for name in unversioned(browser, url):
                found.setdefault(name, url)

    assert len(pages) > 80
    assert {name: url for name, url in found.items() if not has_reason(name)} == {}
    assert {"sign-out", "session-end", "action:remove-certificate"} <= found.keys()


@pytest.mark.thorough
def test_every_form_carries_the_token_without_which_it_is_refused(
    keys: Keys, alice: User, olga: User
) -> None:
    browsers = [signed_in(alice), signed_in(olga)]
    without: set[str] = set()
    for url in urls(keys):
        for browser in browsers:
            answer = browser.get(url)
            if answer.status_code == HTTPStatus.OK and "html" in answer.headers["Content-Type"]:
                forms = lxml_html.fromstring(answer.content.decode()).forms
                posting = [form for form in forms if form.get("method", "get").lower() == "post"]
                without |= {
                    form.get("action") or url
                    for form in posting
                    if not form.xpath(".//*[@name='csrfmiddlewaretoken']")
                }

    assert without == set()


@pytest.mark.parametrize("saml_is_on", [True, False])
@pytest.mark.parametrize("purpose", SetUpLink.Purpose)
def test_the_page_behind_a_set_up_link_posts_what_it_showed_or_has_a_reason(
    acme: Tenant,
    client: Client,
    idp: Party,  # noqa: F811
    purpose: SetUpLink.Purpose,
    *,
    saml_is_on: bool,
) -> None:
    with tenant_scope(acme):
        secret = make_set_up_link(tenant=acme, purpose=purpose, days=1)
        if not saml_is_on:
            disable_saml(tenant=acme)

    found = set(unversioned(client, reverse("set-up", args=[acme.slug, secret])))

    assert all(has_reason(name) for name in found), found
