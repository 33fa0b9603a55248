"""Every page of the product: with the longest values that its columns take, and with many people.

Pages are read from the routes, columns from the models, so that a new one is tested unasked.  Each
is looked at in every width, light and dark, from right to left, and gone through by keyboard.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db.models.fields import BLANK_CHOICE_DASH
from django.test import RequestFactory
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from access_reviews.models import AccessReview, ReviewLine
from accounts.csv_files import Decoded
from accounts.models import (
    ActionLine,
    ActionResult,
    HeldChange,
    Lockout,
    OneTimeLink,
    PeopleFile,
    Role,
    User,
)
from accounts.services.action_results import begin_action
from accounts.services.people_files import keep_file, set_layout
from accounts.signing_in.links import make_link
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from console.base.doing import do_to_many
from console.one_log.kinds import STREAMS
from provisioning.models import Operation
from saml_sso.models import SetUpLink, SignInAttempt
from saml_sso.services.set_up_links import make_set_up_link
from tests.architecture.specimens import Specimens, our_models, tenant_models
from tests.architecture.test_routes import routes
from tests.conftest import person, signed_in
from tests.saml_sso.conftest import idp  # noqa: F401 - a fixture
from tests.support.browser import check
from tests.support.keyboard import keyboard_faults, menu_faults, menus_of
from tests.support.longest_values import RIGHT_TO_LEFT, UNBROKEN, lengthen
from tests.support.page_layout import faults_of
from tests.support.pages import NO_PAGES, ONCE, Arguments, addresses
from tests.support.worst_names import PEOPLE, fill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django.db import models
    from playwright.sync_api import Page
    from pytest_django.fixtures import Settings

    from accounts.models import Tenant
    from tests.support.saml_party import Party

pytestmark = [pytest.mark.thorough, pytest.mark.django_db(transaction=True)]

LOOKS: Final = {"unbroken": UNBROKEN, "right-to-left": RIGHT_TO_LEFT}
WIDTHS: Final = (320, 360, 768, 1024, 1440)
"""Widths of windows in pixels: of phones, tablets and desks."""
SEEN_BY_AXE: Final[dict[int, Literal["light", "dark"]]] = {360: "light", 1440: "dark"}
FROM_RIGHT_TO_LEFT: Final = "he"
"""A language that is written so.  Ours it is not: its pages have our words the other way round."""


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
    Lockout.objects.create(username="x@x.example", failures_since_start=3)
    return all_rows()


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
            pk=uuid4(), site=site, about=model, action=action, back=f"/{site}/", title="x"
        )
        for site, model, action in (
            ("console", "accounts.user", "deactivate"),
            ("platform", "accounts.job", "retry"),
        )
    }
    for site, maker in (("console", alice), ("platform", olga)):
        lines = [
            ActionLine(name=text[:500], outcome=ActionLine.Outcome.REFUSED, reason=text[:500])
            for text in LOOKS.values()
        ]
        key = results[site].pk
        with every_tenant():
            begin_action(key=key, maker=maker, result=results[site], lines=lines, kind=do_to_many)
    with tenant_scope(acme):
        # Of the console's, one line was done, and can be undone.
        key = results["console"].pk
        ActionResult.objects.filter(pk=key).update(undo_until=timezone.localdate())
        ActionLine.objects.filter(result=key, number=1).update(
            outcome=ActionLine.Outcome.DONE,
            row=alice.pk,
            person=alice.pk,
            ended=timezone.now(),
            kept={"turn": 0, "seats": []},
            followed={},
        )
        # Of it something waits at an application; the other may be tried again.
        Operation.objects.update(object_id=alice.pk, kind="User", state="waiting", ended=None)
        ActionLine.objects.filter(result=key, number=2).update(row=alice.pk, can_pass=True)
    rows += results.values()
    request = RequestFactory().get("/")
    request.user = alice
    with tenant_scope(acme):
        entries: list[tuple[object, ...]] = [
            (stream.name, row.pk) for stream in STREAMS.values() for row in stream.rows(request)[:2]
        ]
    with tenant_scope(acme):
        titles, values = (",".join(f'"{text}"' for text in LOOKS.values()) for _line in range(2))
        text = f"email,{titles}\nspecimen@acme.example,{values}\n"
        decoded = Decoded(text, "UTF-8")
        file, of_licences = (
            keep_file(owner=alice, kind=kind, name="x.csv", decoded=decoded, rows=1)
            for kind in PeopleFile.Kind
        )
        meant = {"fields": ["person", "licence"], "licence": None, "action": "assign"}
        set_layout(file=of_licences, titles=[], layout=meant)
        layout = {"fields": ["email", "title"], "match": "email"}
        set_layout(file=file, titles=[], layout={**layout, "overwrites": False, "invites": False})
    return {
        **{f"{site}:result": [(result.pk,)] for site, result in results.items()},
        "console:undo": [(results["console"].pk,)],
        "console:people-import-columns": [(file.pk,)],
        "console:people-import-preview": [(file.pk,)],
        "console:user-licenses-csv-columns": [(of_licences.pk,)],
        "console:user-licenses-csv-preview": [(of_licences.pk,)],
        "set-up": [(acme.slug, secret) for secret in secrets],
        "console:saml-and-scim-attempt": list(attempts),
        **_of_reviews(acme),
        "console:log-entry": entries,
        "console:held-change": [(row.pk,) for row in rows if isinstance(row, HeldChange)],
    }


def _of_reviews(acme: Tenant) -> Arguments:
    """Let the review run and any admin decide its line; return where its pages are."""
    with tenant_scope(acme):
        AccessReview.objects.update(state=AccessReview.State.RUNNING)
        ReviewLine.objects.update(reviewer=None)
        reviews = list(AccessReview.objects.values_list("pk"))
    return {"console:access-review": list(reviews), "account-review": list(reviews)}


@pytest.fixture
def browsers(
    open_browser: Callable[..., Page], alice: User, olga: User, settings: Settings
) -> dict[str, Page]:
    """Browsers by the beginning of the addresses they are for; "" is a stranger's."""
    settings.LANGUAGES = [*settings.LANGUAGES, (FROM_RIGHT_TO_LEFT, "Hebrew")]
    return {
        "console": _browser_of(open_browser, alice),
        "platform": _browser_of(open_browser, olga),
        "account": _browser_of(open_browser, alice),
        "": open_browser(width=360),
    }


@pytest.mark.parametrize("text", LOOKS.values(), ids=LOOKS)
def test_no_value_hides_another_on_any_page(
    browsers: dict[str, Page],
    alice: User,
    rows: list[models.Model],
    arguments: Arguments,
    text: str,
) -> None:
    lengthen_all(rows, text)
    add_links(alice, arguments)

    walk(browsers, addresses(rows, arguments), _faults_of_looks)


def test_no_page_breaks_with_three_thousand_people_of_the_worst_names(
    browsers: dict[str, Page],
    acme: Tenant,
    alice: User,
    rows: list[models.Model],
    arguments: Arguments,
) -> None:
    fill(acme)
    add_links(alice, arguments)
    with tenant_scope(acme):
        assert User.objects.count() >= PEOPLE
    newest = [row for model in our_models() for row in model_rows(model)[-2:]]

    pages = dict.fromkeys([*addresses(rows, arguments), *addresses(newest, {})])
    walk(browsers, pages, _faults_of_looks)


@pytest.mark.parametrize("width", [360, 1440])
def test_tab_goes_round_every_page_and_reaches_every_control_in_sight(
    browsers: dict[str, Page],
    alice: User,
    rows: list[models.Model],
    arguments: Arguments,
    width: int,
) -> None:
    add_links(alice, arguments)
    opened: set[str] = set()

    def faults(page: Page, address: str) -> Iterator[str]:
        page.set_viewport_size({"width": width, "height": 900})
        yield from (f"{address}: {fault}" for fault in keyboard_faults(page))
        for menu in menus_of(page):
            opened.add(menu)
            yield from (f"{address}, {menu}: {fault}" for fault in menu_faults(page, menu))

    walk(browsers, addresses(rows, arguments), faults)
    assert {"me", "filters", "columns"} <= opened, opened
    assert ("pages" in opened) == (width == 360)  # It stands beside the page where there is room.


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
            button = page.locator(f"button[name=action][value={action}]")
            if not button.is_visible():
                page.get_by_role("button", name="More", exact=True).click()
            with page.expect_navigation():
                button.click()
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


def walk(
    browsers: dict[str, Page],
    found: Iterable[tuple[str, str]],
    faults: Callable[[Page, str], Iterator[str]],
) -> None:
    """Open every address once, and assert that no page is left out and that none has a fault."""
    walked: dict[str, str] = {}
    problems: list[str] = []
    for name, address in found:
        page = browsers.get(address.split("/")[1], browsers[""])
        page.set_viewport_size({"width": 360, "height": 900})
        if not _opens(page, address) or urlsplit(page.url).path in walked:
            continue
        walked[urlsplit(page.url).path] = name
        problems += faults(page, address)

    assert {route.name for route in routes()} - {*walked.values()} - NO_PAGES.keys() == set()
    assert problems == [], "\n".join(problems)


def all_rows() -> list[models.Model]:
    """Return every row of ours, whosever, and the attempts to sign in that are counted."""
    return [row for model in (*our_models(), Lockout) for row in model_rows(model)]


def model_rows(model: type[models.Model]) -> list[models.Model]:
    with every_tenant():
        return list(model._default_manager.order_by("pk"))


def add_links(alice: User, arguments: Arguments) -> None:
    """Add those that are mailed; one ends when the person gets another address."""
    with every_tenant():
        alice.refresh_from_db()
    with tenant_scope(alice.tenant):
        links = [make_link(user=alice, purpose=purpose) for purpose in OneTimeLink.Purpose]
    arguments["link"] = [(link.rstrip("/").rpartition("/")[2],) for link in links]
    arguments["password-reset-confirm"] = [
        (
            urlsafe_base64_encode(force_bytes(alice.pk)),
            default_token_generator.make_token(alice),
        )
    ]


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
    """Yield what is wrong with the page in every width and in either scheme, loaded once."""
    if page.locator("option", has_text=BLANK_CHOICE_DASH[0][1]).count():
        yield f"{address}: a choice of nothing has dashes in place of a word"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        yield from (f"{address} at {width} px: {fault}" for fault in faults_of(page))
    for width, scheme in SEEN_BY_AXE.items():
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        try:
            check(page)
        except AssertionError as error:
            yield f"{address}, {scheme}: {error}"
    page.emulate_media(color_scheme="light")


def _faults_of_looks(page: Page, address: str) -> Iterator[str]:
    """Yield that too, and what is wrong when the page is loaded again from right to left."""
    yield from _faults(page, address)
    name, host = settings.LANGUAGE_COOKIE_NAME, urlsplit(page.url).hostname or ""
    page.context.add_cookies(
        [{"name": name, "value": FROM_RIGHT_TO_LEFT, "domain": host, "path": "/"}]
    )
    if _opens(page, address):
        assert page.locator("html").get_attribute("dir") == "rtl", address
        for width in SEEN_BY_AXE:
            page.set_viewport_size({"width": width, "height": 900})
            yield from (
                f"{address} from right to left at {width} px: {fault}" for fault in faults_of(page)
            )
    page.context.clear_cookies(name=name)
