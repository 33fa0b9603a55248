"""Numbers of thousands of digits, in every field of every form, are refused like any other.

Forms are read from the pages of both sites, so that a new one is tried unasked.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.tenancy.scoping import tenant_scope
from console.base.rows import MOST_ROWS
from console.base.sites import platform_site
from tests.architecture.test_every_posting_form import Keys, keys, urls
from tests.conftest import signed_in
from tests.saml_sso.conftest import idp
from tests.support.html_forms import lxml_html, read_forms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from accounts.models import User

__all__ = ["idp", "keys"]  # Fixtures.
FORGED = "9" * 5_000
"""More digits than Python reads (``sys.set_int_max_str_digits``)."""

WAITING = [
    *((f"do/{name}/", "proposal") for name in ("accept-proposal", "keep-candidate")),
    *(("do/discard-proposal/", "proposal"), ("do/revoke-link/", "link"), ("test/", "proposal")),
]
"""Buttons that are there while something waits, below the page SAML & SCIM, and their field."""


def posted(browser: Client, url: str) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Yield where each posting form of the page is sent, and what, with one field forged each."""
    answer = browser.get(url)
    if answer.status_code != HTTPStatus.OK or "html" not in answer.headers["Content-Type"]:
        return
    for form in lxml_html.fromstring(answer.content.decode()).forms:
        if form.get("method", "get").lower() != "post":
            continue
        sent: dict[str, list[str]] = {}
        for name, value in form.form_values():
            sent.setdefault(name, []).append(value or "")
        buttons = form.xpath(".//button[@name]/@name")
        for name in {*sent, *buttons} - {"csrfmiddlewaretoken", "version"}:
            yield form.get("action") or url, {"_save": ["1"], **sent, name: [FORGED]}


@pytest.mark.thorough
def test_no_number_in_a_form_is_too_long_to_be_refused(keys: Keys, alice: User, olga: User) -> None:
    seen: set[tuple[str, str]] = set()
    for url in urls(keys):
        for browser in (signed_in(alice), signed_in(olga)):
            for action, sent in posted(browser, url):
                if "sign-out" in action or "/end" in action:
                    continue
                answer = browser.post(action, sent)
                forged = next(name for name, values in sent.items() if values == [FORGED])
                assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, (action, forged)
                seen.add((action, forged))

    assert len({name for _action, name in seen if name.endswith("-TOTAL_FORMS")}) >= 3
    assert len(seen) > 100


@pytest.mark.parametrize(("where", "name"), WAITING)
def test_a_number_that_names_what_waits_is_refused_however_long(
    where: str, name: str, alice: User
) -> None:
    page = reverse("console:saml-and-scim")
    answer = signed_in(alice).post(f"{page}{where}", {name: FORGED})

    # A test that names no candidate is one of what is trusted.
    assert answer.status_code in {HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.NOT_FOUND}


WITH_ROWS = [
    (site, model_admin)
    for site in (admin.site, platform_site)
    for model_admin in site._registry.values()
    if model_admin.inlines
]


@pytest.mark.parametrize(("site", "model_admin"), WITH_ROWS, ids=repr)
def test_a_form_has_as_many_rows_as_are_entered_by_hand(
    site: Any, model_admin: Any, alice: User, olga: User
) -> None:
    browser = signed_in(alice if site is admin.site else olga)
    meta = model_admin.opts
    url = reverse(f"{site.name}:{meta.app_label}_{meta.model_name}_add")
    page = browser.get(url).content.decode()
    form = next(each for each in read_forms(page) if "INITIAL_FORMS" in str(each.fields))
    for name in [name for name in form.fields if name.endswith("-TOTAL_FORMS")]:
        prefix = name.removesuffix("-TOTAL_FORMS")
        answer = browser.post(url, {**form.fields, "_save": "1", name: "1000"}).content.decode()

        assert f"At most {MOST_ROWS} rows can be entered here." in answer, name
        numbers = {int(each) for each in re.findall(rf'name="{prefix}-(\d+)-', answer)}
        assert 0 < len(numbers) <= MOST_ROWS, name
    with tenant_scope(alice.tenant):
        assert not model_admin.model._default_manager.exists()
