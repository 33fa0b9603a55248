"""Where the resources of a target are, below its base URL (RFC 7644, Section 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENDPOINTS: Final[Mapping[Kind, str]] = {Kind.USER: "/Users", Kind.GROUP: "/Groups"}


def path_of(kind: Kind, remote_id: str = "") -> str:
    """Return the path of all resources of a kind, or of one of them."""
    endpoint = _ENDPOINTS[kind]
    return f"{endpoint}/{quote(remote_id, safe='')}" if remote_id else endpoint
