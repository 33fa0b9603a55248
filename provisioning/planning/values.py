"""What is wanted at each path of a target, and what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from provisioning.protocol.canonical import canonical_value, difference, shows
from provisioning.protocol.paths import member, parse_target_path, put_at, text_of, value_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.planning.objects import Desired, Known

_PLANNED_APART: Final = frozenset({"active", "members", "roles", "entitlements", "id"})


def wanted_values(desired: Desired) -> dict[str, Any]:
    """Return the canonical value of every path that mapping rows fill; ``None``: no value."""
    return {
        text: canonical_value(value_at(desired.resource, parse_target_path(text)))
        for text in sorted(desired.filled)
        if text.lower() not in _PLANNED_APART
    }


def changed_here(desired: Desired, known: Known) -> dict[str, Any]:
    """Return the value of each path that is wanted otherwise than when we last wrote it."""
    wanted = wanted_values(desired)
    applied = {path: known.applied.get(path) for path in wanted}
    return {path: after for path, (_, after) in difference(applied, wanted).items()}


def changed_there(desired: Desired, known: Known) -> dict[str, Any]:
    """Return the value of each path at which somebody else has changed what we want still."""
    here = changed_here(desired, known)
    return {
        text: wanted
        for text, wanted in wanted_values(desired).items()
        if known.seen and text not in here and text not in known.unkept
        if not is_shown(known.seen, text, wanted)
    }


def value_there(resource: Mapping[str, Any], path: str) -> Any:
    """Return the canonical value that a resource has at a path, or ``None``."""
    return canonical_value(value_at(resource, parse_target_path(path)))


def is_shown(resource: Mapping[str, Any], path: str, wanted: Any) -> bool:
    """Whether a resource says at a path what is wanted."""
    parsed = parse_target_path(path)
    return shows(parsed, value_at(resource, parsed), wanted)


def shown_before(known: Known, path: str) -> Any:
    """Return what was at a path as far as we know."""
    if known.seen:
        return value_there(known.seen, path)
    return canonical_value(known.applied.get(path))


def last_seen(known: Known) -> dict[str, Any]:
    """Return the resource as far as we know it: as it was shown, or what we wrote."""
    if known.seen:
        return dict(known.seen)
    resource: dict[str, Any] = {}
    for path, value in known.applied.items():
        if value is not None:
            put_at(resource, parse_target_path(path), value)
    return resource


def is_active_again(known: Known) -> bool:
    """Whether the target shows somebody active whom we left inactive there.

    One that did not show it when it was written, never shows what was written there.
    """
    shown = text_of(member(known.seen, "active")).lower()
    return not known.is_active and shown == "true" and "active" not in known.unkept
