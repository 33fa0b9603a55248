"""Committing without waiting for the disk, where nothing is lost with what is."""

from __future__ import annotations

from typing import Final

SOON: Final = "set_config('synchronous_commit', 'off', true)"
"""A value to select: the transaction of the statement is on the disk soon after its end.

For what is done anew, or missed by nobody, if the machine loses it within that second.  Whatever
is committed after it in the usual way takes it to the disk as well.
"""
