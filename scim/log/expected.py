"""Which answers say *no* and are expected all the same."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final, Protocol

from django.db.models import Q

ASKING: Final = frozenset({"GET", "HEAD", "DELETE"})


class Answered(Protocol):
    """A request to a SCIM endpoint, with the status of its answer."""

    @property
    def method(self) -> str:
        """Such as ``GET``."""

    @property
    def resource_id(self) -> str:
        """The id that it named, if any."""

    @property
    def status(self) -> int:
        """That of HTTP."""


def asks_whether_there_is(asked: Answered) -> bool:
    """Whether a 404 is the answer to a question, or says that what is to be gone is gone.

    Identity providers ask so before they create somebody, and after they have deleted somebody.
    """
    return (
        asked.status == HTTPStatus.NOT_FOUND and bool(asked.resource_id) and asked.method in ASKING
    )


IS_EXPECTED: Final = Q(status=HTTPStatus.NOT_FOUND.value, method__in=sorted(ASKING)) & ~Q(
    resource_id=""
)
"""The same as a condition on the request log."""
