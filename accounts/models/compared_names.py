"""The column beside a name that holds the form in which the name is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 2100
"""Characters: what :mod:`naming` lets through, and the mark and id of somebody from before."""


class ComparedNameField(models.CharField[str, str]):
    """How the name in ``of`` is compared, made by ``maker`` when the row is made.

    Who changes the name of a row writes both.
    """

    def __init__(
        self, *args: Any, of: str = "", maker: Callable[[str], str] = str, **kwargs: Any
    ) -> None:
        kwargs = {"max_length": LONGEST, "editable": False, **kwargs}
        super().__init__(*args, **kwargs)
        self._of = of
        self._maker = maker

    @override
    def deconstruct(self) -> Any:
        """Describe the column as what it is for the database."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    @override
    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        if add and not value:
            value = self._maker(getattr(model_instance, self._of))
            setattr(model_instance, self.attname, value)
        return value
