"""Whatever is made twice, at once or one after the other, is there once, and the form says so.

Forms are read from the registries of both sites, so that a new one is tried unasked.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.contrib import admin
from django.db import models
from django.urls import reverse

from accounts.models import Tenant, User
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from console.base.sites import platform_site
from console.base.versioned import TAKEN
from tests.architecture.specimens import Specimens
from tests.conftest import signed_in
from tests.support.html_forms import read_forms

LISTS: Final = [
    model_admin for site in (admin.site, platform_site) for model_admin in site._registry.values()
]
SENT: Final = {
    "admin_email": "first@acme.example",
    "password": "correct horse battery staple",
    "user_name": "rosa@acme.example",
    "slug": "rosa",
    "domain": "rosa.example",
    "urn": "urn:example:rosa",
    "starts": "2020-01-01",
    "seats": "5",
}
"""What stands in fields whose values have a form; the others say *Rosa*, or their first choice."""

if TYPE_CHECKING:
    from django.test import Client


def what_makes_one(browser: Client, url: str) -> dict[str, str]:
    """Return what the form for a new row sends when what must be filled in is."""
    page = browser.get(url)
    if page.status_code != HTTPStatus.OK:
        return {}
    shown = max(read_forms(page.content.decode()), key=lambda each: len(each.fields))
    fields = page.context["adminform"].form.fields
    sent = dict(shown.fields)
    for name in [name for name, field in fields.items() if field.required]:
        rows = getattr(fields[name], "queryset", None)
        chosen = SENT.get(name, sent.get(name) or "Rosa")
        sent[name] = chosen if rows is None else str(rows.get().pk)
    return {**sent, "_save": "1"}


@pytest.mark.parametrize("model_admin", LISTS, ids=repr)
def test_what_is_made_twice_is_there_once(
    model_admin: Any,
    acme: Tenant,
    alice: User,
    olga: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site, meta = model_admin.admin_site, model_admin.opts
    browser = signed_in(alice if site is admin.site else olga)
    with tenant_scope(acme):
        for field in meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is not Tenant:
                Specimens("Specimen").of(field.related_model)
    url = reverse(f"{site.name}:{meta.app_label}_{meta.model_name}_add")
    sent = what_makes_one(browser, url)
    if not sent:
        return  # Nobody makes one here.
    first = browser.post(url, sent)
    assert first.status_code == HTTPStatus.FOUND, first.context["adminform"].form.errors
    with every_tenant():
        made = model_admin.model._default_manager.count()

    after = browser.post(url, sent)
    # Whoever presses twice at once is judged before the other one is there.
    monkeypatch.setattr(models.Model, "validate_unique", lambda *_args, **_others: None)
    monkeypatch.setattr(models.Model, "validate_constraints", lambda *_args, **_others: None)
    at_once = browser.post(url, sent)

    for answer in (after, at_once):
        assert answer.status_code == HTTPStatus.OK
        said = answer.content.decode()
        assert "already exists" not in said
        assert any(words in said for words in (str(TAKEN), "already", "Another ")), said
    with every_tenant():
        assert model_admin.model._default_manager.count() == made
