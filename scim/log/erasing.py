"""Erasing somebody who was deleted from the log of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.trail.erasing import write_in_portions
from scim.models import RequestLogEntry

if TYPE_CHECKING:
    from uuid import UUID


def erase_from_request_log(person_id: UUID) -> None:
    """Take what was said of a person out of the requests about them, in the active tenant.

    That there was a request stays, with the id.  Answers that named them among others are kept as
    long as their source says.
    """
    said = ~Q(detail="") | Q(request_body__isnull=False) | Q(response_body__isnull=False)
    nothing = {"detail": "", "request_body": None, "response_body": None}
    write_in_portions(RequestLogEntry, Q(resource_id=str(person_id)) & said, nothing)
