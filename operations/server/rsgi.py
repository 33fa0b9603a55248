"""granian's RSGI interface, as far as it is used here, with types.

Its specification is granian's ``docs/spec/RSGI.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from granian import rsgi

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

ProtocolClosed: type[Exception] = rsgi.ProtocolClosed  # type: ignore[attr-defined]
"""The client has gone."""

ProtocolError: type[Exception] = rsgi.ProtocolError  # type: ignore[attr-defined]
"""The connection broke, or its client does not keep to HTTP."""

Scope = rsgi.Scope


class HTTPProtocol(Protocol):
    """One request: gives its body, takes its answer."""

    def __call__(self) -> Awaitable[bytes]:
        """Give the whole body."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the body as it arrives."""

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> Any:
        """Answer without a body."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> Any:
        """Answer."""

    def response_file(self, status: int, headers: list[tuple[str, str]], file: str) -> Any:
        """Answer with a file, read as fast as the client takes it."""
