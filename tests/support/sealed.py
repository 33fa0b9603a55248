"""Sealed columns of specimens, which hold a marker that no key opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.secrets.sealed_fields import SealedTextField, sealed_columns

if TYPE_CHECKING:
    from django.db.models import Model

    from accounts.secrets.sealed_fields import SealedField


def leave_only(model: type[Model], field: SealedField) -> None:
    """Empty every sealed column but this one, so that nothing else is sealed, or fails to open."""
    for other, column in sealed_columns():
        if (other, column.name) != (model, field.name):
            empty = "" if isinstance(column, SealedTextField) else b""
            other._default_manager.update(**{column.name: empty})
