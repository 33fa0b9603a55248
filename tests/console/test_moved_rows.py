"""A row that moves after the look, to where it stays as it is or from there: nothing is done."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest
from django.utils import timezone

from accounts.models import ActionResult, EmailDomain, Job, Role, Session, User
from accounts.services.profiles import (
    add_profile_members,
    create_profile,
    remove_profile_members,
)
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from licenses.models import Product, Seat, Subscription
from licenses.services import assign_seat, release_seat
from provisioning.models import Import, ImportRow
from provisioning.services.applications import create_application
from tests.conftest import crowd, person, signed_in
from tests.console.test_many import ACTIONS
from tests.support.html_forms import text_of, what_is_sent
from tests.support.many import ask

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.test import Client

    from accounts.models import Tenant

USERS: Final = "/console/accounts/user/"
OTHERWISE: Final = "Nothing was done: it would be other than this page showed. Look again."


class World(NamedTuple):
    """A row that would be done, and how it comes to stay as it is, and back.

    Attributes:
        url: The list's.
        row: Its key.
        stay: Lets it stay as it is.
        move_back: Undoes that.
        chosen: What the page asks for besides.
    """

    url: str
    row: int | UUID
    stay: Callable[[], object]
    move_back: Callable[[], object]
    chosen: dict[str, Any] = {}


def _with_status(tenant: Tenant, *, active: bool) -> World:
    bob = person(tenant, "Bob")
    rows = User.objects.filter(pk=bob.pk)
    rows.update(active=active)
    return World(
        USERS,
        bob.pk,
        lambda: rows.update(active=not active),
        lambda: rows.update(active=active),
    )


def _deactivate(tenant: Tenant) -> World:
    return _with_status(tenant, active=True)


def _reactivate(tenant: Tenant) -> World:
    return _with_status(tenant, active=False)


def _change_role(tenant: Tenant) -> World:
    rows = User.objects.filter(pk=person(tenant, "Bob").pk)
    return World(
        USERS,
        rows.get().pk,
        lambda: rows.update(role=Role.EDITOR),
        lambda: rows.update(role=Role.MEMBER),
        {"new_role": Role.EDITOR},
    )


def _join(tenant: Tenant) -> World:
    sales, bob = create_profile(name="Sales"), person(tenant, "Bob")
    return World(
        USERS,
        bob.pk,
        lambda: add_profile_members(profile=sales, user_ids=[bob.pk]),
        lambda: remove_profile_members(profile=sales, user_ids=[bob.pk]),
        {"profile": sales.pk},
    )


def _leave(tenant: Tenant) -> World:
    world = _join(tenant)
    world.stay()
    return world._replace(stay=world.move_back, move_back=world.stay)


def _sign_out(tenant: Tenant) -> World:
    bob = person(tenant, "Bob")
    signed_in(bob)
    rows, alive = Session.objects.filter(user=bob), timezone.now() + timedelta(hours=1)
    return World(
        USERS,
        bob.pk,
        lambda: rows.update(expire_date=timezone.now()),
        lambda: rows.update(expire_date=alive),
    )


def _crm() -> Subscription:
    product = Product.objects.create(key="crm", name="CRM")
    return Subscription.objects.create(product=product, seats=2)


def _assign(tenant: Tenant) -> World:
    crm, bob = _crm(), person(tenant, "Bob")
    return World(
        USERS,
        bob.pk,
        lambda: assign_seat(subscription=crm, user=bob),
        lambda: release_seat(subscription=crm, user=bob),
        {"subscription": crm.pk},
    )


def _assign_the_last(tenant: Tenant) -> World:
    crm, bob, others = _crm(), person(tenant, "Bob"), crowd(tenant, 2)
    return World(
        USERS,
        bob.pk,
        lambda: [assign_seat(subscription=crm, user=each) for each in others],
        lambda: release_seat(subscription=crm, user=others[0]),
        {"subscription": crm.pk},
    )


def _release(tenant: Tenant) -> World:
    world = _assign(tenant)
    world.stay()
    return world._replace(stay=world.move_back, move_back=world.stay)


def _release_idle(tenant: Tenant) -> World:
    crm, bob = _crm(), person(tenant, "Bob")
    long_ago = timezone.now() - timedelta(days=200)
    assign_seat(subscription=crm, user=bob)
    Seat.objects.update(granted=long_ago)
    rows = User.objects.filter(pk=bob.pk)
    rows.update(last_login=long_ago)
    return World(
        "/console/licenses/seat/",
        Seat.objects.get(user=bob).pk,
        lambda: rows.update(last_login=timezone.now()),
        lambda: rows.update(last_login=long_ago),
        {"days": "90"},
    )


def _delete(tenant: Tenant) -> World:
    zoe = User.objects.filter(pk=person(tenant, "Zoe", Role.ADMIN).pk)
    alice = User.objects.get(user_name="alice@acme.example")
    return World(USERS, alice.pk, lambda: zoe.update(active=False), lambda: zoe.update(active=True))


def _retry(tenant: Tenant) -> World:
    job = Job.objects.create(kind="accounts.x", queue="bulk", state=Job.State.FAILED, tenant=tenant)
    rows = Job.objects.filter(pk=job.pk)
    return World(
        "/platform/accounts/job/",
        job.pk,
        lambda: rows.update(state=Job.State.DONE),
        lambda: rows.update(state=Job.State.FAILED),
    )


def _verify(tenant: Tenant) -> World:
    claim = EmailDomain.objects.create(domain="acme.example")
    rows = EmailDomain.objects.filter(pk=claim.pk)
    return World(
        "/platform/accounts/emaildomain/",
        claim.pk,
        lambda: rows.update(verified=timezone.now()),
        lambda: rows.update(verified=None),
    )


def _found(bucket: str) -> World:
    """Return an account that an import found at an application."""
    planner = create_application(catalogue_key="generic", name="Planner")
    batch = Import.objects.create(application=planner, kind="User", state=Import.State.READ)
    row = ImportRow.objects.create(
        batch=batch, application=planner, kind="User", remote_id="7", name="Dan", bucket=bucket
    )
    rows = ImportRow.objects.filter(pk=row.pk)
    return World(
        "/console/provisioning/importrow/",
        row.pk,
        lambda: rows.update(state=ImportRow.State.IGNORED),
        lambda: rows.update(state=ImportRow.State.WAITING),
    )


def _candidate(_tenant: Tenant) -> World:
    return _found("candidate")


def _orphan(_tenant: Tenant) -> World:
    return _found("orphan")


WORLDS: Final = [
    pytest.param("link_many", _candidate, id="link-what-was-found"),
    pytest.param("create_many", _orphan, id="create-what-was-found"),
    pytest.param("ignore_many", _orphan, id="leave-what-was-found-alone"),
    pytest.param("deactivate", _deactivate, id="deactivate"),
    pytest.param("reactivate", _reactivate, id="reactivate"),
    pytest.param("change_role", _change_role, id="change-the-role"),
    pytest.param("join_profile", _join, id="join-a-profile"),
    pytest.param("leave_profile", _leave, id="leave-a-profile"),
    pytest.param("sign_out", _sign_out, id="sign-out"),
    pytest.param("assign_license", _assign, id="assign"),
    pytest.param("assign_license", _assign_the_last, id="assign-the-last-seat"),
    pytest.param("release_license", _release, id="release"),
    pytest.param("release_idle", _release_idle, id="release-idle"),
    pytest.param("delete_selected", _delete, id="delete"),
    pytest.param("retry", _retry, id="retry"),
    pytest.param("verify", _verify, id="verify"),
]


def test_every_action_is_tried() -> None:
    assert {each.values[0] for each in WORLDS} == {each.values[2] for each in ACTIONS}


@pytest.fixture(params=[False, True], ids=["stays-meanwhile", "would-be-done"])
def moved(
    request: pytest.FixtureRequest, acme: Tenant, alice: User, make: Callable[[Tenant], World]
) -> World:
    """A world whose ``stay`` moves its row, wherever it is."""
    with tenant_scope(acme):
        world = make(acme)
        if not request.param:
            return world
        world.stay()
        return world._replace(stay=world.move_back)


@pytest.mark.parametrize(("name", "make"), WORLDS)
def test_nothing_is_done_and_the_page_asks_anew(
    request: pytest.FixtureRequest, acme: Tenant, moved: World, name: str
) -> None:
    is_platform = moved.url.startswith("/platform/")
    browser: Client = request.getfixturevalue("platform" if is_platform else "console")
    page = ask(browser, moved.url, name, [moved.row], **moved.chosen).content.decode()
    with tenant_scope(acme):
        moved.stay()
        seats = list(Seat.objects.order_by("pk").values("user", "released"))

    again = browser.post(moved.url, what_is_sent(page, "seen"))

    assert OTHERWISE in text_of(again)
    with every_tenant():
        assert not ActionResult.objects.exists()
    with tenant_scope(acme):
        assert list(Seat.objects.order_by("pk").values("user", "released")) == seats
    pressed = browser.post(moved.url, what_is_sent(again.content.decode(), "seen"))
    assert "/results/" in pressed.headers["Location"]
