"""A form that comes after the session has ended, at the server as it is started."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.html_forms import form_with_field
from tests.support.installation import PASSWORD

if TYPE_CHECKING:
    import httpx2

    from tests.support.installation import Gatehouse

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("served_gatehouse")]

PAGE = "/console/accounts/directorygroup/add/"
SESSION = "gatehouse_session"


def send(
    browser: httpx2.Client, page: httpx2.Response, field: str, **typed: str
) -> httpx2.Response:
    """Send the form of ``page`` that has this field, with what is typed into it."""
    form = form_with_field(page.text, field)
    return browser.post(form.action or str(page.url), data={**form.fields, **typed})


def sign_in(browser: httpx2.Client, page: httpx2.Response, address: str) -> httpx2.Response:
    page = send(browser, page, "username", username=address)
    return send(browser, page, "password", password=PASSWORD)


@pytest.mark.parametrize("ended", ["the cookie is gone", "the session is gone"])
def test_what_was_entered_is_kept_however_the_session_ended(
    served_gatehouse: Gatehouse, ended: str
) -> None:
    slug = "kept-cookie" if "cookie" in ended else "kept-session"
    with served_gatehouse.make_tenant(slug).browser() as browser:
        sign_in(browser, browser.get("/sign-in/"), f"admin@{slug}.example")
        form = browser.get(PAGE)
        kept = browser.cookies[SESSION]
        browser.cookies.delete(SESSION)
        if ended == "the session is gone":
            browser.cookies.set(SESSION, "of-nobody-" + kept[10:])

        typed = {"display_name": "Typed before the end", "_save": "Save"}
        asked = send(browser, form, "display_name", **typed)
        offered = sign_in(browser, asked, f"admin@{slug}.example")
        given = send(browser, offered, "look-again")

    assert 'value="Typed before the end"' in given.text
    assert "/add/" in str(given.url)


def test_a_body_of_a_stranger_without_a_session_is_not_read(served_gatehouse: Gatehouse) -> None:
    with served_gatehouse.make_tenant("kept-never").browser() as browser:
        answer = browser.post(
            PAGE, data={"display_name": "x"}, headers={"Cookie": "gatehouse_person=made:up:by-me"}
        )

    assert answer.headers["connection"] == "close"
