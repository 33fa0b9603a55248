"""The database's own tenant wall: a reference cannot leave its tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import BaseConstraint
from typing_extensions import override

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.models import Model


class SameTenant(BaseConstraint):
    """The row that ``field`` refers to belongs to the same tenant as this row.

    A composite foreign key beside Django's own: ``(tenant_id, field_id)`` refers to
    ``(tenant_id, id)``, which the other table must declare unique.  It is checked at the end of
    the transaction, as Django's are, so the order of deletions does not matter.
    """

    def __init__(self, *, field: str, name: str) -> None:
        super().__init__(name=name)
        self.field = field

    @override
    def create_sql(
        self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        assert model is not None  # noqa: S101
        assert schema_editor is not None  # noqa: S101
        quote = schema_editor.quote_name
        reference: Any = model._meta.get_field(self.field)
        target = reference.remote_field.model._meta
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY (tenant_id, {quote(reference.column)}) "
            f"REFERENCES {quote(target.db_table)} (tenant_id, {quote(target.pk.column)}) "
            "DEFERRABLE INITIALLY DEFERRED"
        )

    @override
    def constraint_sql(
        self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        """Add the key after the tables of the migration have been made."""
        assert schema_editor is not None  # noqa: S101
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""

    @override
    def remove_sql(
        self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        assert model is not None  # noqa: S101
        assert schema_editor is not None  # noqa: S101
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(self.name)}"

    @override
    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Leave it to the database: forms offer objects of the active tenant only."""

    @override
    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, _args, _kwargs = super().deconstruct()
        return path, (), {"field": self.field, "name": self.name}

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameTenant) and self.deconstruct() == other.deconstruct()

    @override
    def __hash__(self) -> int:
        return hash((self.field, self.name))
