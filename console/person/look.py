"""Who looks at whom, and what the access table lets them see beside the person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.models import DirectoryGroup, User
from console.base.access import Access, access_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest
    from django.utils.safestring import SafeString

MOST: Final = 10
"""How much a section lists of a kind; its link leads to the rest."""
MOST_BESIDE: Final = 5
"""The same for what stands in the narrow column."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the page of ``person``."""

    request: HttpRequest
    person: User

    def may(self, page: str, right: Access = Access.VIEW) -> bool:
        """Whether whoever looks has this right on a page, as the access table calls it."""
        user = self.request.user
        return isinstance(user, User) and right in access_of(user, page)

    def through(self, key: UUID, name: str) -> str:
        """Return that a directory group is the reason; it is named to who may see groups."""
        if not self.may(DirectoryGroup._meta.label_lower):
            return _("Through a directory group")
        return format_html(_("Through the group {group}"), group=group_link(key, name))


def group_link(key: UUID, name: str) -> SafeString:
    """Return the name of a directory group, which leads to its page."""
    page = reverse("console:accounts_directorygroup_change", args=[key])
    return format_html('<a href="{}"><bdi>{}</bdi></a>', page, name)
