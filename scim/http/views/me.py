"""``/Me`` (RFC 7644, Section 3.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from scim.http.views.base import SCIMViewSet
from scim.protocol.errors import NotImplementedInSCIMError

if TYPE_CHECKING:
    from rest_framework.request import Request


class MeViewSet(SCIMViewSet):
    """The person who calls; there is none, because a token stands for an identity provider.

    The RFC's answer for a server where ``/Me`` has no meaning is 501.
    """

    route = "/Me"

    def refuse(self, request: Request) -> NoReturn:
        """Answer 501 to every method."""
        raise NotImplementedInSCIMError(
            "A SCIM token stands for a source, not for a person, so there is nobody /Me could "
            "mean. Ask /Users for the person instead."
        )
