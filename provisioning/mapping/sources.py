"""Values of our own resources by path: what the sources of mapping rows name."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from provisioning.protocol.paths import PathError, member, parse_target_path, value_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CUSTOM: Final = "customAttributes."
_CURRENT: Final[ContextVar[Mapping[str, Any]]] = ContextVar("resource that is mapped")


def check_source(path: str) -> None:
    """Let a path of ours pass; names of custom attributes may have any characters.

    Raises:
        PathError: It is none.
    """
    if not path.startswith(_CUSTOM):
        parse_target_path(path)


def source_value(resource: Mapping[str, Any], path: str) -> Any:
    """Return what a resource of ours has at a path, as it is there, or ``None``.

    Raises:
        PathError: It is no path.
    """
    if path.startswith(_CUSTOM):
        return member(member(resource, "customAttributes"), path.removeprefix(_CUSTOM))
    return value_at(resource, parse_target_path(path))


def single_values(value: Any) -> Any:
    """Return a value as expressions and templates see it: a text, number, boolean or list of them.

    An element of a list is its ``value``; nothing is ``""``.

    Raises:
        PathError: It has parts, and the path does not say which.
    """
    if isinstance(value, list):
        return [each for item in value if (each := single_values(item)) != ""]
    if isinstance(value, dict):
        value = member(value, "value")
        if value is None:
            raise PathError("This attribute has parts: say which, as in name.givenName.")
    return "" if value is None else value


@contextmanager
def mapping_of(resource: Mapping[str, Any]) -> Iterator[None]:
    """Make a resource the one that :func:`current_value` reads, in this thread."""
    token = _CURRENT.set(resource)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def current_value(path: str) -> Any:
    """Return what the resource that is being mapped has at a path, as expressions see it.

    Raises:
        PathError: It is no path, or does not lead to a value.
    """
    return single_values(source_value(_CURRENT.get(), path))
