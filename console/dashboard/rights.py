"""What somebody may open from the dashboard: it tells of nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse

from console.base.access import Access, access_of

if TYPE_CHECKING:
    from accounts.models import User


def sees(user: User, page: str) -> bool:
    """Whether ``user`` may see a page, a key of :data:`console.base.access.ACCESS`."""
    return Access.VIEW in access_of(user, page)


def changes(user: User, page: str) -> bool:
    """Whether ``user`` may decide on a page."""
    return Access.CHANGE in access_of(user, page)


def url(name: str, *args: object) -> str:
    """Return the address of a page of the console; empty where its application is not installed."""
    try:
        return reverse(f"console:{name}", args=args)
    except NoReverseMatch:
        return ""
