"""The database's own wall: no reference leaves its tenant, whatever the code does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.db import IntegrityError, connection

from accounts.models import AccessProfile, User
from accounts.tenancy.scoping import TenantScopedModel, tenant_scope

if TYPE_CHECKING:
    from django.db.models import Model

    from accounts.models import Tenant


def belongs_to_a_tenant(model: object) -> bool:
    return isinstance(model, type) and issubclass(model, (TenantScopedModel, User))


REFERENCES = [
    (model, field.column, field.related_model)
    for model in apps.get_models()
    if belongs_to_a_tenant(model)
    for field in model._meta.concrete_fields
    if field.is_relation and belongs_to_a_tenant(field.related_model)
]


@pytest.mark.parametrize(
    ("model", "column", "target"),
    [pytest.param(*each, id=f"{each[0].__name__}.{each[1]}") for each in REFERENCES],
)
def test_every_reference_between_tenant_owned_rows_includes_the_tenant(
    model: type[Model], column: str, target: type[Model], db: None
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'f' AND conrelid = %s::regclass AND confrelid = %s::regclass",
            [model._meta.db_table, target._meta.db_table],
        )
        definitions = [definition for (definition,) in cursor.fetchall()]

    assert any(f"FOREIGN KEY (tenant_id, {column})" in each for each in definitions), definitions


def test_a_row_that_joins_two_tenants_is_refused_by_the_database(
    acme: Tenant, globex: Tenant, bob: User
) -> None:
    with tenant_scope(globex):
        profile = AccessProfile.objects.create(name="Finance")

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_profilemembership (tenant_id, profile_id, user_id, by_group) "
            "VALUES (%s, %s, %s, false)",
            [globex.pk, profile.pk, bob.pk],
        )
        with pytest.raises(IntegrityError, match="profile_membership_user_in_tenant"):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
