"""A button that is pressed when the session is over leads back to the page where it stood.

Routes that are only posted to are read from the routes, so that a new one is tried unasked.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Session
from accounts.posted_forms import kept_forms
from tests.architecture.test_routes import routes
from tests.conftest import PASSWORD, signed_in

if TYPE_CHECKING:
    from accounts.models import User

PAGE = "/console/accounts/user/?status=active"


def only_posted_to(user: User) -> list[str]:
    """Return the address of each route that shows nothing when it is asked for."""
    browser, found = signed_in(user), []
    for route in routes():
        if not route.url.startswith("/scim/"):
            answer = browser.get(route.url)
            if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
                found.append(route.url)
    return found


def test_every_address_that_is_only_posted_to_says_so_in_a_page(alice: User) -> None:
    for url in (addresses := only_posted_to(alice)):
        answer = signed_in(alice).get(url)
        assert "POST" in answer.headers["Allow"], url
        assert "There is nothing to see at this address" in answer.content.decode(), url
    assert len(addresses) > 5, addresses


def test_who_pressed_a_button_too_late_comes_back_to_its_page_and_is_told(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # There are more such addresses than one account is told of within an hour.
    monkeypatch.setattr(kept_forms, "MOST_IN_AN_HOUR", 1_000)
    tried = 0
    for url in only_posted_to(alice):
        browser = signed_in(alice)
        browser.get(PAGE)
        Session.objects.filter(user=alice).delete()
        late = browser.post(url, headers={"Referer": f"{settings.BASE_URL}{PAGE}"})
        if late.status_code != HTTPStatus.FOUND or "next=" not in late.headers["Location"]:
            continue  # Who is not signed in may press it, too.
        tried += 1
        assert parse_qs(urlsplit(late.headers["Location"]).query) == {"next": [PAGE]}, url
        asked = browser.get(late.headers["Location"]).content.decode()
        assert "Your session had ended, so nothing was done." in asked, url
        page = {"username": alice.user_name, "password": PASSWORD, "next": PAGE}
        back = browser.post(reverse("sign-in"), page, follow=True)
        assert back.status_code == HTTPStatus.OK, url
        assert back.redirect_chain[-1][0] == PAGE, url
    assert tried > 5


@pytest.mark.parametrize("referer", ["", "https://evil.example/page/", "//evil.example/", "x"])
def test_a_page_of_somebody_else_is_led_back_to_by_nobody(alice: User, referer: str) -> None:
    browser = signed_in(alice)
    browser.get(PAGE)
    Session.objects.filter(user=alice).delete()

    late = browser.post("/account/sessions/end-others/", headers={"Referer": referer})

    assert "evil" not in late.headers["Location"]


def test_a_stranger_leaves_no_session_behind(db: None) -> None:
    stranger = Client()
    late = stranger.post(
        "/account/sessions/end-others/", headers={"Referer": f"{settings.BASE_URL}{PAGE}"}
    )

    assert late.status_code == HTTPStatus.FOUND
    assert not Session.objects.exists()
