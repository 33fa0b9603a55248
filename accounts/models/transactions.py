"""Numbers of PostgreSQL's transactions as values of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from typing_extensions import override

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class TransactionNumberField(models.Field[int, int]):
    """The number of a transaction as PostgreSQL counts them, from which none is taken twice.

    The type ``xid8`` has 64 bits; unlike ``xid`` it does not begin anew after four billion.
    """

    @override
    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8"

    def from_db_value(self, value: str | None, *_args: Any) -> int | None:
        """Return what the driver gives as text."""
        return None if value is None else int(value)

    @override
    def get_prep_value(self, value: Any) -> Any:
        # No number is compared with an xid8; a text takes the type that its place has.
        prepared = super().get_prep_value(value)
        return str(prepared) if isinstance(prepared, int) else prepared


class CurrentTransaction(models.Func):
    """The number of the transaction that runs, given to it if it has none yet."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = TransactionNumberField()
