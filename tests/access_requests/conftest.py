"""Fixtures of the tests of requests."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest
from django.utils import timezone

from accounts.models import Role
from accounts.services.profiles import create_profile
from accounts.tenancy.scoping import tenant_scope
from tests.conftest import person, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from accounts.models import AccessProfile, Tenant, User
    from licenses.models import Subscription


@pytest.fixture
def carol(acme: Tenant) -> User:
    """A change request manager of Acme."""
    return person(acme, "Carol", Role.CHANGE_REQUEST_MANAGER)


@pytest.fixture
def member(bob: User) -> Client:
    """Bob's browser."""
    return signed_in(bob)


@pytest.fixture
def inbox(carol: User) -> Client:
    """Carol's browser."""
    return signed_in(carol)


@pytest.fixture
def customs(acme: Tenant) -> AccessProfile:
    """An access profile of Acme."""
    with tenant_scope(acme):
        return create_profile(name="Customs data")


class Scene(NamedTuple):
    """A company in which Bob asks and Carol decides, with what can be asked for."""

    acme: Tenant
    bob: User
    carol: User
    member: Client
    inbox: Client
    crm: Subscription
    customs: AccessProfile


@pytest.fixture
def scene(request: pytest.FixtureRequest) -> Scene:
    """Everything together, for tests that need most of it."""
    return Scene(*map(request.getfixturevalue, Scene._fields))


@pytest.fixture
def pass_days(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let so many days pass for who looks at the calendar."""
    today = timezone.localdate()

    def passed(days: int) -> None:
        day = today + timedelta(days=days)
        monkeypatch.setattr(timezone, "localdate", lambda *_args, **_kwargs: day)

    return passed
