"""A way in that was opened before somebody's access changed is closed by the change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.core import mail
from django.test import Client

from accounts.errors import SignInRefusedError
from accounts.models import OneTimeLink, Role, User
from accounts.services.users import (
    UserFields,
    deactivate_user,
    reactivate_user,
    set_password,
    update_user,
)
from accounts.signing_in.invitations import invite_user
from accounts.signing_in.links import make_link
from accounts.tenancy.scoping import tenant_scope
from tests.conftest import PASSWORD, person

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db

NEW: Final = "a new and long password"
CHOSEN: Final = {"new_password1": NEW, "new_password2": NEW}
SIGNED_IN: Final = "_auth_user_id"


@pytest.fixture
def ada(acme: Tenant) -> User:
    """An admin who is not the last one, and whose address is the user name alone."""
    person(acme, "Alice", Role.ADMIN)
    ada = person(acme, "Ada", Role.ADMIN)
    with tenant_scope(acme):
        update_user(user=ada, values=UserFields(user_name=ada.user_name))
    return ada


# --- Ways in: each returns a question that is asked later, whether somebody comes in by it -----


def by_link(purpose: OneTimeLink.Purpose) -> Callable[[User], Callable[[], bool]]:
    def opened(user: User) -> Callable[[], bool]:
        with tenant_scope(user.tenant):
            path = "/link/" + make_link(user=user, purpose=purpose).split("/link/")[1]

        def comes_in() -> bool:
            browser = Client()
            browser.post(path, CHOSEN)
            return SIGNED_IN in browser.session

        return comes_in

    return opened


def by_reset(user: User) -> Callable[[], bool]:
    Client().post("/password/forgotten/", {"email": user.user_name})
    [sent] = [each for each in mail.outbox if each.subject.endswith(user.company)]
    found = re.search(r"http://127\.0\.0\.1:8000(/password/new/\S+)", str(sent.body))
    assert found is not None

    def comes_in() -> bool:
        browser = Client()
        form = browser.get(found[1]).get("Location")
        return form is not None and browser.post(form, CHOSEN).status_code == 302

    return comes_in


def by_choice(user: User) -> Callable[[], bool]:
    browser = Client()
    fields = {"username": user.user_name, "password": PASSWORD}
    assert browser.post("/sign-in/", fields)["Location"] == "/sign-in/choose/"

    def comes_in() -> bool:
        browser.post("/sign-in/choose/", {"account": str(user.pk)})
        return SIGNED_IN in browser.session

    return comes_in


LINKS: Final = {str(purpose): by_link(purpose) for purpose in OneTimeLink.Purpose}
WAYS: Final = {**LINKS, "reset": by_reset, "choice": by_choice}
MAILED: Final = [*LINKS, "reset"]


# --- What closes them --------------------------------------------------------------------------


def gets_another_password(user: User) -> None:
    set_password(user=user, password=NEW + " of somebody else")


def gets_another_user_name(user: User) -> None:
    update_user(user=user, values=UserFields(user_name="put.right@acme.example"))


def gets_another_address(user: User) -> None:
    values = UserFields(user_name=user.user_name, email="put.right@acme.example")
    update_user(user=user, values=values)


def leaves_and_comes_back(user: User) -> None:
    deactivate_user(user=user)
    reactivate_user(user=user)


def is_renamed_in_sql(user: User) -> None:
    User.objects.filter(pk=user.pk).update(email="put.right@acme.example")


CLOSED: Final = [
    *((way, gets_another_password) for way in WAYS),
    *((way, gets_another_user_name) for way in MAILED),
    *((way, gets_another_address) for way in MAILED),
    *((way, is_renamed_in_sql) for way in MAILED),
    *((way, leaves_and_comes_back) for way in LINKS),
]


@pytest.fixture
def twin(globex: Tenant, ada: User) -> User:
    """Somebody of another tenant with the same address and password, who lets a choice be asked."""
    grace = person(globex, "Grace", Role.ADMIN)
    with tenant_scope(globex):
        update_user(user=grace, values=UserFields(user_name=ada.user_name))
    return grace


@pytest.mark.parametrize("way", WAYS)
def test_a_way_in_is_open(ada: User, twin: User, way: str) -> None:
    assert WAYS[way](ada)()


@pytest.mark.parametrize(("way", "change"), CLOSED)
def test_a_change_closes_it(
    ada: User, twin: User, way: str, change: Callable[[User], None]
) -> None:
    comes_in = WAYS[way](ada)

    with tenant_scope(ada.tenant):
        change(User.objects.get(pk=ada.pk))

    assert not comes_in()


@pytest.mark.parametrize("way", MAILED)
def test_what_is_no_other_address_closes_nothing(ada: User, twin: User, way: str) -> None:
    comes_in = WAYS[way](ada)

    with tenant_scope(ada.tenant):
        values = UserFields(user_name=ada.user_name, email=ada.user_name, given_name="Ada M.")
        update_user(user=User.objects.get(pk=ada.pk), values=values)

    assert comes_in()


def test_an_invitation_goes_to_the_address_that_was_put_right_meanwhile(
    ada: User, django_capture_on_commit_callbacks: Any
) -> None:
    with tenant_scope(ada.tenant):
        gets_another_address(User.objects.get(pk=ada.pk))
        with django_capture_on_commit_callbacks(execute=True):
            invite_user(user=ada)

    assert mail.outbox[-1].to == ["put.right@acme.example"]


def test_nobody_who_left_meanwhile_gets_a_link(ada: User) -> None:
    with tenant_scope(ada.tenant):
        deactivate_user(user=User.objects.get(pk=ada.pk))
        with pytest.raises(SignInRefusedError):
            make_link(user=ada, purpose=OneTimeLink.Purpose.INVITATION)


def test_a_used_link_still_says_whose_it_was(ada: User, twin: User) -> None:
    assert by_link(OneTimeLink.Purpose.INVITATION)(ada)()

    with tenant_scope(ada.tenant):
        gets_another_password(User.objects.get(pk=ada.pk))
        assert OneTimeLink.objects.get(user=ada).used is not None
