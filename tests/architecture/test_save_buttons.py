"""Every form of both sites, to every role: *Save* stands only where something can be changed."""

from __future__ import annotations

import importlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin

from accounts.models import Lockout, Role
from tests.architecture.test_stale_forms import every_form, page_of, things
from tests.conftest import person, signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models
    from django.test import Client

    from accounts.models import Tenant, User

__all__ = ["things"]  # A fixture.

# lxml.html has no types.
lxml_html: Any = importlib.import_module("lxml.html")
_SAVE: Final = ".//button[@name='_save']"
_FIELDS: Final = (
    ".//*[self::input or self::select or self::textarea][@name][not(@disabled)]"
    "[not(@type='hidden')]"
)


def readers(site: Any, acme: Tenant, olga: User) -> Iterator[Client]:
    if site is not admin.site:
        yield signed_in(olga)
        return
    for role in Role:
        yield signed_in(person(acme, f"Reader{role.value}", role))


@every_form
def test_save_stands_only_where_something_can_be_changed(
    site: Any,
    model: type[models.Model],
    things: dict[type[models.Model], models.Model],
    acme: Tenant,
    olga: User,
) -> None:
    url = page_of(site, model, things, olga)

    for browser in readers(site, acme, olga):
        answer = browser.get(url)
        if answer.status_code != HTTPStatus.OK:
            continue
        for form in lxml_html.fromstring(answer.content.decode()).forms:
            assert not form.xpath(_SAVE) or form.xpath(_FIELDS), url


def test_a_lockout_is_only_read_and_deleted(platform: Client, db: None) -> None:
    lockout = Lockout.objects.create(username="x@acme.example", failures_since_start=1)

    url = f"/platform/accounts/lockout/{lockout.pk}/change/"
    page = platform.get(url).content.decode()

    assert 'name="_save"' not in page
    assert "Delete…" in page
