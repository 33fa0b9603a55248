"""Columns that hold what :mod:`accounts.secrets.encryption` sealed, and say for which purpose."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from typing_extensions import override


class SealedField(models.Field):  # type: ignore[type-arg]
    """A sealed value; whoever reads or writes the row seals and unseals."""

    def __init__(self, *args: Any, purpose: str = "", **kwargs: Any) -> None:
        """Keep what is sealed for ``purpose``."""
        super().__init__(*args, **kwargs)
        self.purpose = purpose

    @override
    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}


class SealedTextField(SealedField, models.TextField):  # type: ignore[type-arg]
    """A sealed value as ASCII text."""


class SealedBinaryField(SealedField, models.BinaryField):  # type: ignore[type-arg]
    """A sealed value as bytes."""

    @property
    def get_placeholder(self) -> Any:
        """Say that there is none, for PostgreSQL needs none.

        Many rows are then inserted as arrays, one for each column.  A placeholder for each value
        takes longer to read than the rows to write.

        Raises:
            AttributeError: Always.
        """
        raise AttributeError("Bytes are inserted as any other value.")


def sealed_columns() -> list[tuple[type[models.Model], SealedField]]:
    """Return every sealed column with its model, in the order of the models' names."""
    return [
        (model, field)
        for model in sorted(apps.get_models(), key=lambda model: model._meta.label)
        for field in model._meta.concrete_fields
        if isinstance(field, SealedField)
    ]
