"""Which identity providers manage a person, and which fields each of them fills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.managed import holders_of
from accounts.trail.labels import label_of
from console.base.seen import as_named_to

if TYPE_CHECKING:
    from console.person.look import Look


def managing(look: Look) -> dict[str, Any]:
    """Return each identity provider with the fields that it holds, as the form calls them."""
    holders = as_named_to(look.request, holders_of(look.person))
    return {
        "names": ", ".join(each.name for each in holders),
        "lines": [
            (each.name, ", ".join(sorted(label_of("user", name) for name in each.fields)))
            for each in holders
        ],
    }
