"""Every model of ours belongs to a tenant, and cannot be read or written past it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from accounts.tenancy.scoping import (
    ForeignTenantError,
    TenantForeignKey,
    TenantScopedManager,
    TenantScopeMissingError,
    tenant_scope,
)
from tests.architecture.specimens import Specimens, our_models, tenant_models

if TYPE_CHECKING:
    from django.db import models

    from accounts.models import Tenant, User

every_tenant_model = pytest.mark.parametrize(
    "model", tenant_models(), ids=lambda model: model._meta.label
)


def test_models_are_found() -> None:
    assert len(our_models()) > 20


@every_tenant_model
class TestEveryModel:
    def test_belongs_to_a_tenant(self, model: type[models.Model]) -> None:
        assert isinstance(model._meta.get_field("tenant"), TenantForeignKey)

    def test_has_scoped_managers_only(self, model: type[models.Model]) -> None:
        managers = [model._default_manager, model._base_manager, *model._meta.managers]

        assert all(isinstance(manager, TenantScopedManager) for manager in managers)

    @pytest.mark.django_db
    def test_cannot_be_read_outside_a_scope(self, model: type[models.Model]) -> None:
        with pytest.raises(TenantScopeMissingError):
            model._default_manager.exists()
        with pytest.raises(TenantScopeMissingError):
            model._base_manager.exists()

    def test_is_invisible_to_another_tenant(
        self, model: type[models.Model], acme: Tenant, globex: Tenant, alice: User
    ) -> None:
        with tenant_scope(acme):
            row = Specimens("acmesecret").of(model)

        with tenant_scope(globex):
            assert not model._default_manager.filter(pk=row.pk).exists()

    def test_cannot_be_written_by_another_tenant(
        self, model: type[models.Model], acme: Tenant, globex: Tenant, alice: User
    ) -> None:
        with tenant_scope(acme):
            row = Specimens("acmesecret").of(model)

        with tenant_scope(globex), pytest.raises(ForeignTenantError), transaction.atomic():
            row.save()
        with tenant_scope(globex):
            assert model._default_manager.filter(pk=row.pk).delete()[0] == 0
