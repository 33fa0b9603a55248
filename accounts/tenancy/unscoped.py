"""The escape hatch from tenant scoping.

An import-linter contract in ``pyproject.toml`` lists the few modules that may import this one.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from accounts.tenancy.scoping import Everything, scope

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def every_tenant() -> Iterator[None]:
    """Let queries inside the ``with`` block span tenants."""
    reset_token = scope.set(Everything.EVERY_TENANT)
    try:
        yield
    finally:
        scope.reset(reset_token)
