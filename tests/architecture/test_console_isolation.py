"""Every page of the console, asked for with another tenant's session, shows nothing of this one.

Pages are read from the site, so that a new one is tested unasked.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.db import models
from django.forms import ModelChoiceField
from django.urls import NoReverseMatch, reverse

from accounts.models import Role, Tenant
from accounts.tenancy.scoping import tenant_scope
from console.base.pages import registered_pages
from tests.architecture.specimens import Specimens, tenant_models
from tests.conftest import person

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from django.test import Client

MARKER = "acmesecret"
REGISTERED = sorted(admin.site._registry.items(), key=lambda item: item[0]._meta.label)
HARMLESS = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.FOUND,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
}

every_registered_model = pytest.mark.parametrize(
    ("model", "model_admin"), REGISTERED, ids=[model._meta.label for model, _ in REGISTERED]
)


@pytest.fixture
def of_acme(acme: Tenant) -> dict[type[models.Model], models.Model]:
    """A row of every model, for Acme; their texts contain the marker."""
    person(acme, MARKER, Role.ADMIN)
    with tenant_scope(acme):
        specimens = Specimens(MARKER)
        return {model: specimens.of(model) for model in tenant_models()}


def body(response: HttpResponseBase) -> str:
    """Return what the browser gets, downloads included."""
    chunks = response if response.streaming else [getattr(response, "content", b"")]
    return b"".join(chunks).decode(errors="replace").lower()


def named(model: type[models.Model], page: str) -> str:
    return f"console:{model._meta.app_label}_{model._meta.model_name}_{page}"


def own_urls(model_admin: Any, pk: object) -> list[str]:
    """Return the URL of every page of a model, those of one object with this key."""
    urls = []
    for pattern in model_admin.get_urls():
        for args in ((), (pk,)):
            try:
                urls.append(reverse(f"console:{pattern.name}", args=args))
            except NoReverseMatch:
                continue
    return urls


@every_registered_model
class TestEveryModelOfTheConsole:
    def test_no_page_shows_another_tenants_object(
        self,
        model: type[models.Model],
        model_admin: Any,
        of_acme: dict[type[models.Model], models.Model],
        other_console: Client,
    ) -> None:
        key = of_acme[model].pk
        urls = own_urls(model_admin, key)
        assert len(urls) > 3

        for url in urls:
            for response in (
                other_console.get(url),
                other_console.get(url, {"q": MARKER[:-1]}),
                other_console.post(url, {"post": "yes"}),
            ):
                assert MARKER not in body(response), url
                if str(key) in url.split("/"):
                    assert response.status_code in {*HARMLESS, HTTPStatus.METHOD_NOT_ALLOWED}, url

        with tenant_scope(of_acme[model].tenant):  # type: ignore[attr-defined]
            assert model._default_manager.filter(pk=key).exists()

    def test_filters_neither_offer_nor_use_another_tenants_objects(
        self,
        model: type[models.Model],
        model_admin: Any,
        of_acme: dict[type[models.Model], models.Model],
        other_console: Client,
    ) -> None:
        url = reverse(named(model, "changelist"))
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey) or field.related_model not in of_acme:
                continue
            related: Any = field.related_model
            query = {f"{field.name}__id__exact": str(of_acme[related].pk)}

            assert MARKER not in body(other_console.get(url, query))

    def test_autocompletes_offer_nothing_of_another_tenant(
        self,
        model: type[models.Model],
        model_admin: Any,
        of_acme: dict[type[models.Model], models.Model],
        other_console: Client,
    ) -> None:
        for field in model._meta.get_fields():
            query = {
                "app_label": model._meta.app_label,
                "model_name": str(model._meta.model_name),
                "field_name": field.name,
                "term": MARKER[:4],
            }

            assert MARKER not in body(other_console.get("/console/autocomplete/", query))

    def test_forms_refuse_another_tenants_ids(
        self,
        model: type[models.Model],
        model_admin: Any,
        of_acme: dict[type[models.Model], models.Model],
        other_console: Client,
    ) -> None:
        with tenant_scope(Tenant.objects.get(slug="globex")):
            mine = Specimens("globexown").of(model)
        for url in (reverse(named(model, "add")), reverse(named(model, "change"), args=[mine.pk])):
            shown = other_console.get(url)
            if shown.status_code != HTTPStatus.OK or "adminform" not in (shown.context or {}):
                continue
            choices = [
                (name, field)
                for name, field in shown.context["adminform"].form.fields.items()
                if isinstance(field, ModelChoiceField)
            ]
            data = {
                name: [of_acme[field.queryset.model].pk]
                for name, field in choices
                if field.queryset is not None and field.queryset.model in of_acme
            }
            if not data:
                continue

            response = other_console.post(url, data)

            errors = response.context["adminform"].form.errors
            assert set(data) <= set(errors), errors


@pytest.mark.parametrize("page", registered_pages(), ids=lambda page: page.name)
def test_extra_pages_show_nothing_of_another_tenant(
    page: Any, of_acme: dict[type[models.Model], models.Model], other_console: Client
) -> None:
    keys = [row.pk for row in of_acme.values()]
    for args in ((), *((key,) for key in keys)):
        try:
            url = reverse(f"console:{page.name}", args=args)
        except NoReverseMatch:
            continue
        assert MARKER not in body(other_console.get(url)), url
        assert MARKER not in body(other_console.post(url)), url


def test_the_dashboard_shows_nothing_of_another_tenant(
    of_acme: dict[type[models.Model], models.Model], other_console: Client
) -> None:
    response = other_console.get("/console/")

    assert response.status_code == HTTPStatus.OK
    assert MARKER not in body(response)
