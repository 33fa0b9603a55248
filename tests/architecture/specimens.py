"""One row of any model, made from its fields, so that rules can be tried on models to come."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Brand, CountedLog, Session, Tenant, User
from accounts.models.transactions import TransactionNumberField
from accounts.tenancy.scoping import active_tenant_id
from licenses.models import Product
from provisioning.models import Application

if TYPE_CHECKING:
    from collections.abc import Iterator

OUR_APPS = frozenset(
    {
        *("accounts", "licenses", "access_reviews", "provisioning", "scim", "saml_sso"),
        *("operations", "console"),
        "access_requests",
        "gatehouse",
    }
)
BELONG_TO_NO_TENANT = frozenset({Tenant, Product, Session, CountedLog})
"""A tenant is not its own; products are the same for all; a session exists before sign-in; logs are
counted for all together."""

OF_A_FORM: Final = {
    Brand._meta.get_field("colour"): "#86295f",
    Application._meta.get_field("base_url"): "https://app.example/scim/v2",
    Application._meta.get_field("token_url"): "https://app.example/token",
}
"""Columns that hold text of one form only, with a value that has it."""


def our_models() -> list[type[models.Model]]:
    """Return every model of ours that has a table."""
    ours = (model for model in apps.get_models() if model._meta.app_label in OUR_APPS)
    return [model for model in ours if not model._meta.proxy]


def tenant_models() -> list[type[models.Model]]:
    """Return every model whose rows belong to a tenant."""
    return [model for model in our_models() if model not in BELONG_TO_NO_TENANT]


class Specimens:
    """Rows of the active tenant, one of each model that is asked for; texts hold ``marker``."""

    def __init__(self, marker: str) -> None:
        self._marker = marker
        self._made: dict[type[models.Model], models.Model] = {}

    def of(self, model: type[models.Model]) -> models.Model:
        """Return the row of ``model``, made when it is asked for first."""
        if model not in self._made:
            self._made[model] = self._make(model)
        return self._made[model]

    def _make(self, model: type[models.Model]) -> models.Model:
        manager = model._default_manager
        if model in {User, AuditEntry}:  # Made by services, with more than their fields say.
            return manager.get(**self._newest(model))
        values = {**_tenant(model), **dict(self._values(model))}
        try:
            with transaction.atomic():
                return manager.create(**values)
        except IntegrityError:  # The tenant has the only row there may be.
            return manager.get()

    def _newest(self, model: type[models.Model]) -> dict[str, Any]:
        newest = model._default_manager.order_by("-pk").first()
        assert newest is not None
        return {"pk": newest.pk}

    def _values(self, model: type[models.Model]) -> Iterator[tuple[str, Any]]:
        for field in model._meta.concrete_fields:
            if field.name == "tenant" or field.primary_key or field.generated:
                continue
            if isinstance(field, models.ForeignKey):
                if not field.null or field.name == "user":
                    related: Any = field.related_model
                    yield field.name, self.of(related)
            elif field.choices:
                yield field.name, next(value for value, _label in field.flatchoices if value)
            elif not field.has_default() or isinstance(field, models.CharField | models.TextField):
                value = _value(field, self._marker)
                if value is not None:
                    yield field.name, value


def _tenant(model: type[models.Model]) -> dict[str, int]:
    """Return the active tenant for a row that may be without one: it is not filled in by itself."""
    of_tenant = any(each.name == "tenant" and each.null for each in model._meta.concrete_fields)
    return {"tenant_id": active_tenant_id()} if of_tenant else {}


def _value(field: models.Field[Any, Any], marker: str) -> Any:
    if field in OF_A_FORM:
        return OF_A_FORM[field]
    now = timezone.now()
    samples: list[tuple[type[models.Field[Any, Any]], Any]] = [
        (models.DateTimeField, None if field.null else now + datetime.timedelta(days=1)),
        (models.DateField, None if field.null else now.date()),
        (models.GenericIPAddressField, None),
        (models.CharField, marker[: field.max_length]),
        (models.TextField, marker),
        (models.UUIDField, uuid4()),
        (models.BinaryField, marker.encode()),
        (TransactionNumberField, 3),
        (models.IntegerField, None if field.null else 3),
    ]
    return next((value for kind, value in samples if isinstance(field, kind)), None)
