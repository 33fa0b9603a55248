"""What our link knows of a resource after a step was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.planning.objects import Desired, Known
    from provisioning.protocol.steps import Step


def known_after(
    known: Known, step: Step, *, shown: Mapping[str, Any] | None, version: str
) -> Known | None:
    """Return what is known after a step that was done; ``None``: the resource is gone.

    ``shown`` is the resource that the target answered with, or ``None``; ``version`` its ETag.
    """
    raise NotImplementedError


def known_created(desired: Desired, step: Step, *, shown: Mapping[str, Any], version: str) -> Known:
    """Return what is known of a resource that the target created: ``shown``, with its id."""
    raise NotImplementedError


def known_adopted(desired: Desired, *, shown: Mapping[str, Any], version: str) -> Known:
    """Return what is known of a resource that was there before us."""
    raise NotImplementedError
