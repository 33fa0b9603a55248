"""Text that would become something else: markup, formats, formulas, in every text of every row.

Models, columns and pages are read from the registries, so that a new one is tested unasked.
"""

from __future__ import annotations

import csv
import io
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.models import DirectoryGroup
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit
from console.base.sites import platform_site
from tests.architecture.specimens import Specimens, our_models, tenant_models
from tests.conftest import person, signed_in
from tests.console.test_secrets_in_pages import pages_of_site
from tests.support.html_forms import lxml_html
from tests.support.longest_values import lengthen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models
    from django.test import Client

    from accounts.models import Tenant, User

MARKUP: Final = "<x-evil>\"x-evil='x-evil=1 </script><x-evil>"
FORMATS: Final = "%s%d%(a)s%{0}{}{a}{{ 7 }}{% a %}"
FORMULA: Final = "=1+1"
STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


pytestmark = pytest.mark.thorough


@pytest.fixture
def rows(acme: Tenant, alice: User, olga: User) -> list[models.Model]:
    """At least one row of every model, Acme's where it has a tenant."""
    signed_in(person(acme, "Bob"))
    with tenant_scope(acme):
        specimens = Specimens("specimen")
        for model in tenant_models():
            # Those of SAML mean something: a certificate that is none is no page's to show.
            if model._meta.app_label != "saml_sso" or model.__name__ == "SignInAttempt":
                specimens.of(model)
        audit.record("test.made", specimens.of(DirectoryGroup), name=MARKUP)
    with every_tenant():
        return [row for model in our_models() for row in model._default_manager.all()]


def answers_of(site: Any, browser: Client, rows: list[models.Model]) -> Iterator[tuple[str, Any]]:
    """Yield what every page of a site answers, and what deleting a row of each list asks."""
    for url in pages_of_site(site, rows):
        yield url, browser.get(url)
    for row in rows:
        if type(row) in site._registry:
            meta = row._meta
            url = reverse(f"{site.name}:{meta.app_label}_{meta.model_name}_changelist")
            chosen = {"action": "delete_selected", "index": "0", "_selected_action": row.pk}
            yield url, browser.post(url, chosen)


def content_of(answer: Any) -> str:
    chunks = answer if answer.streaming else [answer.content]
    return b"".join(chunks).decode()


def became_markup(text: str) -> bool:
    page = lxml_html.fromstring(text)
    return bool(page.xpath("//x-evil | //*[@x-evil]"))


@pytest.mark.parametrize("site", [admin.site, platform_site], ids=lambda site: site.name)
@pytest.mark.parametrize("value", [MARKUP, FORMATS, FORMULA])
def test_no_text_becomes_something_else(
    site: Any, value: str, rows: list[models.Model], console: Client, platform: Client
) -> None:
    browser = console if site is admin.site else platform
    with every_tenant():
        assert lengthen(rows, value) > 50
    seen = 0
    shown = value.split(">", maxsplit=1)[0]

    for url, answer in answers_of(site, browser, rows):
        assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, url
        text = content_of(answer)
        kind = answer.headers.get("Content-Type", "")
        if kind.startswith("text/html") and text:
            assert not became_markup(text), url
            seen += "x-evil" in text or shown in text
        if kind.startswith("text/csv"):
            cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
            assert [cell for cell in cells if cell.lstrip(" ").startswith(STARTS)] == [], url
        for message in get_messages(answer.wsgi_request):
            assert "<x-evil" not in str(message) or not hasattr(message.message, "__html__"), url
    assert seen > 5
