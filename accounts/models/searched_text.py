"""Finding what somebody typed, whatever accents it was given: ``omer`` finds ``Ömer``.

The one rule is the function ``accounts_folded`` of the database (migration 0016): it folds what is
looked for and what is looked in alike.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.lookups import Contains
from typing_extensions import override

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

FOLDED = "accounts_folded"
SHORT = 2
"""Letters: the index of a folded column is one of three letters each."""


class FoldedText(models.TextField[str, str]):
    """A column that holds what ``accounts_folded`` makes of others."""

    @override
    def deconstruct(self) -> Any:
        """Describe the column as what it is for the database."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


class FindsInFolded(Contains):
    """``finds``: the column, which is folded already, holds what is looked for."""

    lookup_name = "finds"

    @override
    def process_rhs(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        sql, params = super().process_rhs(compiler, connection)
        return f"{FOLDED}({sql})", params

    @override
    def get_rhs_op(self, connection: BaseDatabaseWrapper, rhs: str) -> str:
        return f"LIKE {rhs}"


@FoldedText.register_lookup
class FindsWords(FindsInFolded):
    """``finds`` in an indexed column: one or two letters are looked for where words begin.

    The index serves no other place of so few, and what begins like that is what is meant.
    """

    @override
    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        if not (isinstance(self.rhs, str) and _is_short(self.rhs)):
            return super().as_sql(compiler, connection)
        column, params = self.process_lhs(compiler, connection)
        begins = f"{column} LIKE {FOLDED}(%s)"
        beginnings = [f"{self.rhs}%", f"% {self.rhs}%"]
        return f"({begins} OR {begins})", [*params, beginnings[0], *params, beginnings[1]]


@models.TextField.register_lookup
@models.CharField.register_lookup
class Finds(FindsInFolded):
    """``finds``: the text holds what is looked for, with whatever accents."""

    @override
    def process_lhs(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, lhs: Any = None
    ) -> Any:
        sql, params = super().process_lhs(compiler, connection, lhs)
        return f"{FOLDED}({sql})", params


def _is_short(text: str) -> bool:
    letters = [each for each in unicodedata.normalize("NFKD", text) if not _is_accent(each)]
    return 0 < len(letters) <= SHORT and all(each.isascii() and each.isalnum() for each in letters)


def _is_accent(letter: str) -> bool:
    return unicodedata.combining(letter) != 0
