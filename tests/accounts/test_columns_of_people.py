"""What may be set of a person is written and read by every statement that stands for the ORM's.

A column that is added to the model and to ``UserFields`` is tested here unasked.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import User
from accounts.services.user_sets import create_users
from accounts.services.users import UserFields, create_user, update_user
from accounts.tenancy.scoping import tenant_scope
from scim.storage.person_columns import COLUMNS, Person
from scim.storage.user_rows import read_user

if TYPE_CHECKING:
    from accounts.models import Tenant

FIELDS = [each.name for each in fields(UserFields)]


def unusual(name: str) -> Any:
    """Return a value that is not the default one."""
    default = next(each.default for each in fields(UserFields) if each.name == name)
    if isinstance(default, bool):
        return not default
    if isinstance(default, str) or default is MISSING:
        return {"title": "Ü"} if name == "attributes" else f"{name}@acme.example"
    return default + 1


UNUSUAL = UserFields(**{name: unusual(name) for name in FIELDS})


@pytest.mark.parametrize("field", FIELDS)
def test_it_is_kept_of_one_person(acme: Tenant, field: str) -> None:
    with tenant_scope(acme):
        made = create_user(values=UNUSUAL)

        assert getattr(User.objects.get(pk=made.pk), field) == unusual(field)


@pytest.mark.parametrize("field", FIELDS)
def test_it_is_kept_of_a_set_of_people(acme: Tenant, field: str) -> None:
    with tenant_scope(acme):
        [made] = create_users(many=[UNUSUAL])
        assert made is not None

        assert getattr(User.objects.get(pk=made), field) == unusual(field)


@pytest.mark.parametrize("field", FIELDS)
def test_a_change_of_it_is_kept(acme: Tenant, field: str) -> None:
    with tenant_scope(acme):
        made = create_user(values=UserFields(user_name="ada@acme.example"))
        update_user(user=made, values=UNUSUAL)

        assert getattr(User.objects.get(pk=made.pk), field) == unusual(field)


@pytest.mark.parametrize("field", FIELDS)
def test_scim_reads_it(acme: Tenant, field: str) -> None:
    with tenant_scope(acme):
        made = create_user(values=UNUSUAL)
        person: dict[str, Any] = {**read_user(str(made.pk), with_groups=True).person}

    assert person[field] == unusual(field)


def test_the_adapter_knows_every_column_that_is_read() -> None:
    assert set(Person.__annotations__) == set(COLUMNS)
