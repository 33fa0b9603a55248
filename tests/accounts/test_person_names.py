"""What a person is called is the same in Python, in SQL, and by every door."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEntry, User
from accounts.person_names import (
    LONGEST_BESIDE_USER_NAME,
    name_beside_user_name_sql,
    person_name_sql,
)
from accounts.services.user_sets import create_users
from accounts.services.users import UserFields, create_user
from accounts.tenancy.scoping import tenant_scope

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant
    from tests.support.scim import SCIMClient

names = st.one_of(
    st.sampled_from(["", " ", "\t", "a", "A b", "u", "u ", "é" * (LONGEST_BESIDE_USER_NAME + 1)]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5),
)


@pytest.mark.django_db
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(display=names, given_name=names, family=names, user_name=names.filter(bool))
def test_python_and_the_database_call_a_person_the_same(
    display: str, given_name: str, family: str, user_name: str
) -> None:
    user = User(
        display_name=display, given_name=given_name, family_name=family, user_name=user_name
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {person_name_sql('row')}, "  # noqa: S608 - the expressions under test
            f"{name_beside_user_name_sql('row')} FROM (SELECT "
            "%s::text AS display_name, %s::text AS given_name, %s::text AS family_name, "
            "%s::text AS user_name) row",
            [display, given_name, family, user_name],
        )
        found = cursor.fetchone()

    assert found == (user.get_full_name(), user.name_and_address)


PEOPLE: list[dict[str, Any]] = [
    {"display_name": display, "given_name": given, "family_name": family}
    for display, given, family in product(("", "Ada L."), ("", "Ada"), ("", "Lovelace"))
]


@pytest.mark.parametrize("made", ["one by one", "as a set"])
def test_every_door_calls_a_person_the_same(
    acme: Tenant, console: Client, scim: SCIMClient, made: str
) -> None:
    many = [UserFields(user_name=f"u{n}@acme.example", **each) for n, each in enumerate(PEOPLE)]
    with tenant_scope(acme):
        if made == "as a set":
            create_users(many=many)
        else:
            for values in many:
                create_user(values=values)
        people = list(User.objects.filter(user_name__startswith="u").order_by("user_name"))
        entries = AuditEntry.objects.filter(action="user.created")
        trail = dict(entries.values_list("target_id", "target"))
    members = [{"value": str(user.pk)} for user in people]
    group = scim.request("POST", "/Groups", {"displayName": "g", "members": members}, expect=201)
    path = f"/Groups/{group['id']}?attributes=members.value,members.display"
    shown = {each["value"]: each["display"] for each in scim.get(path)["members"]}
    page = console.get("/console/accounts/user/").content.decode()

    assert len(people) == len(PEOPLE)
    for user in people:
        called = user.get_full_name()
        assert called in {"Ada L.", "Ada Lovelace", "Ada", "Lovelace", user.user_name}
        assert str(user) == called
        assert shown[str(user.pk)] == called
        assert trail[str(user.pk)] == user.name_and_address
        assert called in page
        found = scim.get(f'/Groups?filter=members.display eq "{called}"')["Resources"]
        assert group["id"] in {each["id"] for each in found}
