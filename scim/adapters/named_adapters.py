"""The adapters that ``SCIM_SERVICE_PROVIDER`` names: the seam between models and resources."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from scim.adapters.group_adapter import GroupAdapter
    from scim.adapters.user_adapter import UserAdapter


def user_adapter() -> type[UserAdapter]:
    """Return the class that ``USER_ADAPTER`` names."""
    return cast("type[UserAdapter]", _named(settings.SCIM_SERVICE_PROVIDER["USER_ADAPTER"]))


def group_adapter() -> type[GroupAdapter]:
    """Return the class that ``GROUP_ADAPTER`` names."""
    return cast("type[GroupAdapter]", _named(settings.SCIM_SERVICE_PROVIDER["GROUP_ADAPTER"]))


@cache
def _named(name: Any) -> Any:
    return import_string(name) if isinstance(name, str) else name
