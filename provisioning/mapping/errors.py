"""Why a mapping cannot be used, or not for one object."""

from __future__ import annotations


class MappingError(ValueError):
    """A row cannot be used at all; ``position`` counts rows from 0."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position
        self.reason = reason


class EvaluationError(ValueError):
    """A row gives no usable value for one object; the others go on."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position
        self.reason = reason
