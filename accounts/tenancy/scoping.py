"""Tenant scoping: whose rows the running code may touch.

Tenant-owned models use :class:`TenantScopedManager` for every query, also for those that
Django makes itself (related objects, saving, deleting).  It fails closed: SQL compiled with no
active tenant raises :class:`TenantScopeMissingError` instead of reaching other tenants' rows.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models.expressions import Func
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

_ModelT_co = TypeVar("_ModelT_co", bound=models.Model, covariant=True)


class Everything(Enum):
    """The scope that spans tenants; only :mod:`accounts.tenancy.unscoped` activates it."""

    EVERY_TENANT = auto()


scope: ContextVar[int | Everything | None] = ContextVar("scope", default=None)


class TenantScopeMissingError(RuntimeError):
    """A tenant-owned model was used outside :func:`tenant_scope`."""


class ForeignTenantError(RuntimeError):
    """A row of one tenant was about to be written while another tenant is active."""


@contextmanager
def tenant_scope(tenant: models.Model) -> Iterator[None]:
    """Make ``tenant`` the active tenant inside the ``with`` block."""
    with tenant_id_scope(tenant.pk):
        yield


@contextmanager
def tenant_id_scope(tenant_id: int) -> Iterator[None]:
    """Like :func:`tenant_scope`, for a caller that holds only the tenant's primary key."""
    reset_token = scope.set(tenant_id)
    try:
        yield
    finally:
        scope.reset(reset_token)


def active_tenant_id() -> int:
    """Return the active tenant's primary key, or refuse to continue without one."""
    active = scope.get()
    if not isinstance(active, int):
        raise TenantScopeMissingError("Wrap this code in tenant_scope(tenant).")
    return active


class InScope(Func):
    """The condition "this row is in scope", decided when SQL is compiled.

    Deciding late keeps querysets that are built at import time (form fields, class attributes)
    both possible and safe.
    """

    output_field = models.BooleanField()

    @override
    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        if scope.get() is Everything.EVERY_TENANT:
            return "1 = 1", ()
        return f"{column} = %s", (*params, active_tenant_id())


class TenantScopedManager(models.Manager[_ModelT_co]):
    """Reach only rows in scope."""

    @override
    def get_queryset(self) -> models.QuerySet[_ModelT_co]:
        return super().get_queryset().filter(InScope("tenant_id"))


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """The owner of a row: the active tenant unless given, and never another one."""

    def __init__(self, to: Any = "accounts.Tenant", **kwargs: Any) -> None:
        kwargs.setdefault("on_delete", models.CASCADE)
        kwargs.setdefault("related_name", "+")
        kwargs.setdefault("editable", False)
        super().__init__(to, **kwargs)

    @override
    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        active = scope.get()
        if active is Everything.EVERY_TENANT:
            return value
        required = active_tenant_id()
        if value is None and add and not self.null:
            value = required
            setattr(model_instance, self.attname, value)
        if value != required:
            raise ForeignTenantError(
                f"{model_instance._meta.label} belongs to tenant {value}; the active one is "
                f"{required}."
            )
        return value


class TenantScopedModel(models.Model):
    """Base of every model whose rows belong to exactly one tenant."""

    tenant = TenantForeignKey()

    class Meta:
        abstract = True
        base_manager_name = "objects"
