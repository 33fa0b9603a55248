"""Two browsers at the same moment, each on a database connection of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Session, User
from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import IdentityProviderSettings
from tests.support.saml_party import Party, post_response

if TYPE_CHECKING:
    from accounts.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(messages: list[str]) -> list[int]:
    """Post ``messages`` together; return the statuses."""
    start = Barrier(len(messages))

    def post(message: str) -> int:
        try:
            start.wait(timeout=30)
            return post_response(Client(), message).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(messages)) as pool:
        return sorted(pool.map(post, messages))


def test_the_same_response_posted_twice_at_once_makes_one_session(bob: User, idp: Party) -> None:
    message = idp.forge.encoded()

    assert at_once([message] * 4) == [303, 403, 403, 403]
    assert Session.objects.filter(user=bob).count() == 1


def test_two_first_sign_ins_at_once_make_one_user(acme: Tenant, idp: Party) -> None:
    with tenant_scope(acme):
        IdentityProviderSettings.objects.update(create_users_at_sign_in=True)
    messages = [idp.forge.but(name_id="new@acme.example").encoded() for _ in range(3)]

    assert at_once(messages) == [303, 303, 303]
    with tenant_scope(acme):
        assert User.objects.filter(user_name="new@acme.example").count() == 1
