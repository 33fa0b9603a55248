"""What was picked or uploaded outlasts the session; it is shown again, and nothing is done by that.

The actions are read from both sites, so that a new one is tried unasked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from django.contrib import admin

from accounts.models import Lockout, Session, User
from accounts.posted_forms.kept_forms import LOOK_AGAIN
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from console.base.audited_admin import AuditedModelAdmin
from console.base.sites import platform_site
from licenses.models import Product, Seat
from tests.architecture.specimens import Specimens
from tests.architecture.test_kept_forms import contents, signs_in_again
from tests.conftest import signed_in
from tests.support.html_forms import read_forms, what_is_sent
from tests.support.licence_file import look_at_file
from tests.support.many import ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model
    from django.test import Client

    from accounts.models import Tenant
    from licenses.models import Subscription

ACTIONS: Final = [
    (model_admin, name)
    for site in (admin.site, platform_site)
    for model_admin in site._registry.values()
    if isinstance(model_admin, AuditedModelAdmin)
    for name in model_admin.actions or ()
]


def given_back(browser: Client, user: User, url: str, sent: dict[str, Any]) -> str:
    """Send the form when the session is over, sign in again, and return the page it is put into."""
    browser.get(url)
    Session.objects.filter(user=user).delete()
    browser.post(url, sent)
    offered = signs_in_again(browser, user, url).content.decode()
    form = next(form for form in read_forms(offered) if LOOK_AGAIN in form.fields)
    return str(browser.post(form.action, form.fields, follow=True).content.decode())


@pytest.fixture
def row_of(acme: Tenant, bob: User) -> Callable[[type[Model]], Model]:
    """Returns a row of a list; Acme's where it has a tenant."""

    def made(model: type[Model]) -> Model:
        if model is User:
            return bob
        if model is Lockout:
            lockout: Model = Lockout.objects.create(username="eve", failures_since_start=3)
            return lockout
        if model is Product:
            return Product.objects.create(key="desk", name="Desk")
        with tenant_scope(acme):
            return Specimens("Specimen").of(model)

    return made


@pytest.mark.parametrize("case", ACTIONS, ids=map(repr, ACTIONS))
def test_picked_rows_are_asked_about_again(
    alice: User,
    olga: User,
    crm: Subscription,
    row_of: Callable[[type[Model]], Model],
    case: tuple[AuditedModelAdmin[Any], str],
) -> None:
    model_admin, action = case
    user = olga if model_admin.admin_site is platform_site else alice
    browser, url = signed_in(user), model_admin.url_of("changelist")
    row = row_of(model_admin.model)
    picked = {"action": action, "index": "0", "_selected_action": str(row.pk)}
    picked["subscription"] = str(crm.pk)
    asked = ask(browser, url, action, [row.pk], subscription=crm.pk).content.decode()
    before = contents()

    pages = [given_back(browser, user, url, picked)]
    if 'name="seen"' in asked:
        pages.append(given_back(browser, user, url, {**picked, **what_is_sent(asked, "seen")}))

    for page in pages:
        assert "Nothing has happened yet." in page
        assert f'name="_selected_action" value="{row.pk}"' in page
    with every_tenant():
        assert type(row)._default_manager.filter(pk=row.pk).exists()
    rest = [stored for stored in before if user.user_name not in stored]  # Who has signed in.
    assert set(rest) <= set(contents())


def test_there_are_actions_on_both_sites() -> None:
    assert {model_admin.admin_site for model_admin, _name in ACTIONS} == {admin.site, platform_site}
    assert len(ACTIONS) > 10


def test_a_file_of_licences_that_was_looked_at_is_looked_at_again(
    acme: Tenant, console: Client, alice: User, bob: User, crm: Subscription
) -> None:
    looked = look_at_file(console, b"email,product\r\nbob@acme.example,crm\r\n")
    url = looked.request["PATH_INFO"]
    sent = what_is_sent(looked.content.decode(), "seen")

    page = given_back(console, alice, url, {**sent, "reason": "New team", "_save": "1"})

    assert "Nothing has happened yet. This is what would." in page
    assert "bob@acme.example" in page
    assert 'value="New team"' in page
    with tenant_scope(acme):
        assert not Seat.objects.exists()
    console.post(url, what_is_sent(page, "seen"))
    with tenant_scope(acme):
        assert Seat.objects.filter(user=bob).exists()
