"""Which constraint of the database a statement violated.

The message of such an error quotes values, which people choose, so it is never searched for a name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import errors

if TYPE_CHECKING:
    from django.db import IntegrityError


def violated_constraint(error: IntegrityError) -> str:
    """Return the name of the violated constraint, or ``""`` when the database gave none."""
    cause = error.__cause__
    name = cause.diag.constraint_name if isinstance(cause, errors.Error) else None
    return name or ""


def is_taken(error: IntegrityError) -> bool:
    """Whether there is a row already that is like the one that was to be stored."""
    return isinstance(error.__cause__, errors.UniqueViolation)


def refers_to_nothing(error: IntegrityError | errors.IntegrityError) -> bool:
    """Whether what a row refers to is not there: it was deleted in this very moment.

    The driver's own error comes where Django does not see what is sent, as in ``COPY``.
    """
    return isinstance(error, errors.ForeignKeyViolation) or isinstance(
        error.__cause__, errors.ForeignKeyViolation
    )
