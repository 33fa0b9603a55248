"""Pages about access reviews that people are told of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.urls import reverse

from accounts.addresses import PageAbove

if TYPE_CHECKING:
    from uuid import UUID

REVIEW: Final = PageAbove("an access review, for those who run reviews, by its id")


def own_lines_url(review_id: UUID) -> str:
    """Return the absolute URL of the page on which a reviewer decides their lines."""
    return f"{settings.BASE_URL}{reverse('account-review', args=[review_id])}"
