"""Bodies of requests (RFC 7644, Sections 3.3 and 3.5), in the dialect of a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.protocol.dialects import Dialect
    from provisioning.protocol.steps import Kind, Step


def create_body(dialect: Dialect, kind: Kind, step: Step) -> dict[str, Any]:
    """Return the body of the POST of a ``CREATE``."""
    raise NotImplementedError


def patch_bodies(dialect: Dialect, step: Step, seen: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the bodies of the PATCH requests of any other step, in order; several for members.

    ``seen`` is the resource as the target last showed it, where whole lists have to be replaced.
    There is none when the dialect cannot say it at all.
    """
    raise NotImplementedError


def put_body(dialect: Dialect, kind: Kind, step: Step, read: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of the PUT of a step: what was just ``read``, changed; the rest is kept."""
    raise NotImplementedError


def match_filter(attribute: str, value: str) -> str:
    """Return the filter that finds what has the value, with the value escaped.

    >>> match_filter("userName", 'a"b')
    'userName eq "a\\\\"b"'
    """
    raise NotImplementedError
