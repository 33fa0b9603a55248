"""Every form of both sites, sent from an old tab: it undoes nothing that came in between.

Forms are read from the sites, so that a new one is tried unasked.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.db import models
from django.urls import reverse

from accounts.models import Lockout, Role, Tenant, User
from accounts.services.profiles import create_profile
from accounts.services.users import create_operator
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from console.base.sites import platform_site
from licenses.models import Product
from scim.models import ExtensionSchema
from tests.architecture.specimens import Specimens
from tests.conftest import PASSWORD, person, signed_in
from tests.support.html_forms import what_could_be_sent, what_is_sent

if TYPE_CHECKING:
    from django.test import Client

FORMS = [
    (site, model)
    for site in (admin.site, platform_site)
    for model in sorted(site._registry, key=lambda model: model._meta.label)
]
every_form = pytest.mark.parametrize(
    ("site", "model"), FORMS, ids=[f"{site.name}-{model._meta.label}" for site, model in FORMS]
)


@pytest.fixture
def things(acme: Tenant, alice: User, olga: User) -> dict[type[models.Model], models.Model]:
    """A row of every model that has a form, each with something else to choose."""
    with tenant_scope(acme):
        specimens = Specimens("things")
        made = {model: specimens.of(model) for _site, model in FORMS if _is_ours(model)}
        ExtensionSchema.objects.update(urn="urn:example:things")
        create_profile(name="Finance")
    made[User] = person(acme, "Carol", Role.EDITOR)
    made[Tenant] = acme
    create_operator(email="otto@gatehouse.example", password=PASSWORD)
    made[Product] = Product.objects.first() or Product.objects.create(key="crm", name="CRM")
    made[Lockout] = Lockout.objects.create(username="x@acme.example", failures_since_start=1)
    return made


def _is_ours(model: type[models.Model]) -> bool:
    return model not in {User, Tenant, Product, Lockout}


def browser_of(site: Any, alice: User, olga: User) -> Client:
    return signed_in(alice if site is admin.site else olga)


def page_of(site: Any, model: type[models.Model], things: dict[Any, Any], olga: User) -> str:
    """Return where the form of the row of ``model`` is."""
    key = things[model].pk
    if site is platform_site and model is User:
        with every_tenant():
            key = User.objects.filter(tenant=None).exclude(pk=olga.pk).get().pk
    name = f"{site.name}:{model._meta.app_label}_{model._meta.model_name}_change"
    return reverse(name, args=[key])


@every_form
def test_a_form_of_an_old_tab_undoes_nothing(
    site: Any,
    model: type[models.Model],
    things: dict[type[models.Model], models.Model],
    alice: User,
    olga: User,
) -> None:
    browser = browser_of(site, alice, olga)
    url = page_of(site, model, things, olga)
    first = browser.get(url).content.decode()
    if 'name="_save"' not in first:
        return  # Nothing can be saved here.
    names = what_could_be_sent(first, "version")
    tried = 0

    for name in names:
        shown = browser.get(url).content.decode()
        old, others = what_is_sent(shown, "version"), what_could_be_sent(shown, "version")
        if browser.post(url, old | {name: others[name]}).status_code != HTTPStatus.FOUND:
            continue  # Refused for a reason of its own, such as the last admin.
        stored = what_is_sent(browser.get(url).content.decode(), "version")
        if stored.get(name) == old.get(name):
            continue  # Not a value that is stored, such as the name of somebody who joins.
        tried += 1
        for other in [each for each in others if each != name][:3] or [""]:
            answer = browser.post(url, old | {other: others.get(other, ["x"])})

            now = what_is_sent(browser.get(url).content.decode(), "version")
            assert now.get(name) == stored.get(name), (name, other)
            assert now.get(other) == stored.get(other), (name, other)
            if other:
                assert "It is now" in answer.content.decode(), (name, other)

    assert tried or not names
