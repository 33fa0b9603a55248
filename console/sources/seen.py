"""The sources that whoever asks for a page sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import User
from scim.models import Source
from scim.services.visibility import sources_seen_by

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


def seen_sources(request: HttpRequest) -> QuerySet[Source]:
    """Return what an access profile of the person lists; of an admin, every source."""
    if not isinstance(request.user, User):
        return Source.objects.none()
    return sources_seen_by(request.user)
