"""What a deployment's own adapters must be for the product to start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.checks import Error, Tags, register

from accounts.models import DirectoryGroup, User

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.apps import AppConfig
    from django.core.checks import CheckMessage


@register(Tags.compatibility)
def check_adapters(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report adapters in ``SCIM_SERVICE_PROVIDER`` that cannot stand between us and SCIM."""
    from scim.adapters.group_adapter import GroupAdapter  # noqa: PLC0415
    from scim.adapters.named_adapters import group_adapter, user_adapter  # noqa: PLC0415
    from scim.adapters.user_adapter import UserAdapter  # noqa: PLC0415 - needs the models

    return [
        *_faults("USER_ADAPTER", user_adapter(), UserAdapter, User),
        *_faults("GROUP_ADAPTER", group_adapter(), GroupAdapter, DirectoryGroup),
    ]


def _faults(setting: str, adapter: Any, base: Any, model: Any) -> Iterator[CheckMessage]:
    from scim.adapters.adapter_catalog import AS_SENT, columns_of  # noqa: PLC0415

    is_derived: bool = isinstance(adapter, type) and issubclass(adapter, base)
    if not is_derived:
        yield Error(
            f"SCIM_SERVICE_PROVIDER[{setting!r}] is no subclass of "
            f"{base.__module__}.{base.__qualname__}.",
            hint="Derive your adapter from it, so that what it does not change stays right.",
            id="scim.E001",
        )
        return
    columns = {AS_SENT, *columns_of(model)}
    attributes: Mapping[Any, str | None] = adapter.ATTR_MAP
    for key, column in attributes.items():
        if column is not None and column not in columns:
            yield Error(
                f"{setting}.ATTR_MAP says that {key} is in {column!r}, which is no "
                f"column of {model.__name__}.",
                hint=f"Name one of {', '.join(sorted(columns))}, or None.",
                id="scim.E002",
            )
