"""Whether the server can listen where it is told to; better said before the workers start."""

from __future__ import annotations

import socket
from typing import Final

_HIGHEST_PORT: Final = 65_535


class UnusableAddressError(Exception):
    """Nobody can listen there now; the message says why, and what to do."""


def see_that_free(host: str, port: int) -> None:
    """See that ``port`` of ``host`` can be listened at.

    Raises:
        UnusableAddressError: It cannot.
    """
    if not 0 < port <= _HIGHEST_PORT:
        raise UnusableAddressError(f"--port must be from 1 to {_HIGHEST_PORT}, not {port}.")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # What is left of connections that were closed does not count (SO_REUSEADDR).
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise UnusableAddressError(
            f"port {port} of {host} cannot be listened at ({error.strerror or error}). Choose "
            "another one with --port or PORT, or end what listens there."
        ) from error
