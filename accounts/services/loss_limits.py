"""How much the source that acts now may take away within an hour."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Limits(NamedTuple):
    """People whom a source may take seats from, or delete, within an hour.

    Attributes:
        number: So many; ``None``: any number.
        percent: So many of a hundred of everybody of the tenant; ``None``: any.
        is_holding: Whether a change of the source is held: when its request begins, or since.
    """

    number: int | None = None
    percent: int | None = None
    is_holding: bool = False

    @property
    def hold_nothing(self) -> bool:
        """Whether nothing of it is held, whatever it does."""
        return self.number is None and self.percent is None and not self.is_holding


NO_LIMITS: Final = Limits()
_limits: ContextVar[Limits] = ContextVar("limits", default=NO_LIMITS)


@contextmanager
def losing_within(limits: Limits) -> Iterator[None]:
    """Say within which limits the source acts that acts inside the ``with`` block."""
    token = _limits.set(limits)
    try:
        yield
    finally:
        _limits.reset(token)


def note_holding() -> None:
    """Let whoever acts within the same limits know that a change of the source is held by now."""
    _limits.set(limits_now()._replace(is_holding=True))


def limits_now() -> Limits:
    """Return the limits of the source that acts now; without one, none."""
    return _limits.get()
