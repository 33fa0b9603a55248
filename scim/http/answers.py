"""What an operation on a resource comes to, for a response of its own or a line of Bulk."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scim.protocol.errors import SCIMError
    from scim.protocol.preconditions import Preconditions
    from scim.protocol.projection import Projection


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, and the resource with its location and version when there is one to show."""

    status: HTTPStatus
    resource: Mapping[str, Any] | None = None
    location: str = ""
    version: str = ""
    resource_id: str = ""


class Endpoint(Protocol):
    """The operations on one kind of resource, whatever they arrived by.

    ``projection`` says which parts of the resource the client will see, so that the others need
    not be read; ``conditions`` are those of RFC 7644, Section 3.14.
    """

    def create(self, data: object, projection: Projection) -> Answer:
        """Make a resource."""

    def replace(
        self, key: str, data: object, projection: Projection, conditions: Preconditions
    ) -> Answer:
        """Make a resource hold exactly ``data``."""

    def modify(
        self, key: str, data: object, projection: Projection, conditions: Preconditions
    ) -> Answer:
        """Apply a PatchOp."""

    def remove(self, key: str, conditions: Preconditions) -> Answer:
        """Delete a resource, or do what the source chose instead."""

    def create_set(
        self, many: Sequence[object], projection: Projection
    ) -> list[Answer | SCIMError | None] | None:
        """Make several resources with a fixed number of statements.

        Each is answered with what became of it: an answer, a refusal, or ``None`` when it must
        be made on its own (:meth:`create`).  ``None`` for the whole means that all must.
        """
