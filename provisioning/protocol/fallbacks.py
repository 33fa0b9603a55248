"""What is tried once when a target refuses a way of saying things, and remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioning.protocol.answers import Outcome
    from provisioning.protocol.dialects import Dialect
    from provisioning.protocol.steps import Step


def fallback(dialect: Dialect, step: Step, outcome: Outcome) -> Dialect | None:
    """Return the dialect to say the step in next, or ``None``: the refusal is meant.

    PATCH that is unknown (405, 501) becomes PUT; a chunk of members that is refused (413, 400) is
    halved, and one that is removed is then named in the other way; a path with a filter that is
    refused becomes the whole list.  The caller remembers it once the target has accepted it.
    """
    raise NotImplementedError
