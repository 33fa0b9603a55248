"""What can go wrong with the embedded PostgreSQL."""

from __future__ import annotations


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot be used; the message says why and names the way out."""
