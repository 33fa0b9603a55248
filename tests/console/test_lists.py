"""Lists say what to do when they are empty, and count only what somebody searched for."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.contrib import admin
from django.urls import reverse
from lxml import html as lxml_html

from console.base.audited_admin import AuditedModelAdmin
from console.base.sites import platform_site

if TYPE_CHECKING:
    from typing import Any

    from django.test import Client

LISTS = [
    each
    for site in (admin.site, platform_site)
    for each in site._registry.values()
    if isinstance(each, AuditedModelAdmin)
]
SEARCHED = [each for each in LISTS if each.search_fields]


def _address(model_admin: AuditedModelAdmin[Any]) -> str:
    meta = model_admin.model._meta
    name = f"{model_admin.admin_site.name}:{meta.app_label}_{meta.model_name}_changelist"
    return reverse(name)


@pytest.mark.parametrize("model_admin", LISTS, ids=repr)
def test_every_list_says_what_an_empty_one_means(model_admin: AuditedModelAdmin[Any]) -> None:
    assert str(model_admin.empty_text).endswith(".")


@pytest.mark.parametrize("model_admin", LISTS, ids=repr)
def test_every_list_says_in_a_sentence_what_it_holds(
    model_admin: AuditedModelAdmin[Any], console: Client, platform: Client
) -> None:
    browser = platform if model_admin.admin_site is platform_site else console
    page: Any = lxml_html.fromstring(browser.get(_address(model_admin)).content.decode())

    [sentence] = page.find_class("gh-head__says")
    assert sentence.text_content().strip().endswith(".")


@pytest.mark.parametrize("model_admin", SEARCHED, ids=repr)
def test_results_are_counted_only_after_a_search(
    model_admin: AuditedModelAdmin[Any], console: Client, platform: Client
) -> None:
    browser = platform if model_admin.admin_site is platform_site else console
    everything = browser.get(_address(model_admin))
    searched = browser.get(_address(model_admin), {"q": "nobody-is-called-this"})

    assert everything.status_code == searched.status_code == HTTPStatus.OK
    assert "Show all" not in everything.content.decode()
    assert "0 results" in searched.content.decode()
    assert "Show all" in searched.content.decode()
