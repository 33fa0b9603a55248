"""How long the log of operations is kept."""

from __future__ import annotations

from provisioning.storage.forgetting import PORTION, prune_operations, prune_runs


def prune_log() -> int:
    """Delete what each application keeps no longer, in portions; return how many operations."""
    deleted = 0
    while portion := prune_operations():
        deleted += portion
        if portion < PORTION:
            break
    prune_runs()
    return deleted
