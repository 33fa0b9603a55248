"""django-scim2 as somebody would install it: its own views, behind a bearer token."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django_scim.adapters import SCIMGroup, SCIMUser
from django_scim.middleware import SCIMAuthCheckMiddleware
from django_scim.settings import scim_settings
from typing_extensions import override

from benchmarks.models import PeerToken, PeerUser

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest


scim_settings.USER_ADAPTER = SCIMUser
scim_settings.GROUP_ADAPTER = SCIMGroup


def user_model() -> type[Model]:
    """Return the model that the library's ``USER_MODEL_GETTER`` asks for."""
    return PeerUser


class BearerAuthCheck(SCIMAuthCheckMiddleware):  # type: ignore[misc]  # the library is untyped
    """Signs the token's user in before the library asks whether anybody is."""

    @override
    def process_request(self, request: HttpRequest) -> Any:
        secret = request.META.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        digest = hashlib.sha256(secret.encode()).hexdigest()
        token = PeerToken.objects.select_related("user").filter(digest=digest).first()
        if token is not None:
            request.user = token.user
        return super().process_request(request)

    @override
    def should_log_request(self, request: HttpRequest) -> bool:
        """Leave the library's debug log out: it would only make the library slower."""
        return False
