"""Whatever is under ``/scim/v2`` and is no endpoint."""

from __future__ import annotations

from typing import Any, NoReturn

from typing_extensions import override

from scim.http.views.base import SCIMView
from scim.protocol.errors import NotFoundError


class UnknownRouteView(SCIMView):
    """Answers 404 as SCIM does, to any method, once the token was recognised."""

    route = "unknown"

    @override
    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotFoundError(
            "There is no such endpoint. /ResourceTypes lists those there are; each is below "
            "/scim/v2, as in /scim/v2/Users."
        )
