"""The column that says who did something."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import models
from typing_extensions import override

LONGEST_ACTOR: Final = 300


class ActorField(models.CharField[str, str]):
    """Who did something, as the audit trail calls them: text, so that it outlives them.

    Whoever is erased is taken out of every such column (`accounts.trail.erasing`), of what they did
    while they were here: ``at`` is the column with its moment.  A row that may be written after
    what was done, in the name of whoever did it, comes ``later`` by so much at most.
    """

    def __init__(
        self, *args: Any, at: str = "", later: timedelta = timedelta(0), **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"max_length": LONGEST_ACTOR, **kwargs})
        self.at = at
        self.later = later

    @override
    def deconstruct(self) -> Any:
        """Describe the column as what it is for the database."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
