"""The groups of a person: their role, their custom profiles, their directory groups.

``groups`` of a User resource is computed, never stored (RFC 7643, Section 4.1.2).  It is read in
the statement that reads the user, as JSON, so that it costs no statement of its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from accounts.group_kinds.fixed_names import ROLE_NAMES, profile_group_name
from scim.addresses import groups_url
from scim.storage.group_rows import PROFILE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def group_elements(
    role: str, others: Iterable[tuple[str, str, bool]] | None
) -> list[dict[str, Any]]:
    """Return ``groups`` of a person with this role and these profiles and directory groups."""
    prefix = groups_url()
    elements = [_role_element(prefix, role)]
    for group_id, name, direct in others or ():
        is_profile = group_id.startswith(PROFILE_PREFIX)
        elements.append(
            {
                "value": group_id,
                "$ref": prefix + group_id,
                "display": profile_group_name(name) if is_profile else name,
                "type": "direct" if direct else "indirect",
            }
        )
    return elements


def shown_of_groups(groups: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield what an answer with these elements of ``groups`` shows; URLs follow from the ids."""
    for element in groups:
        yield element["value"]
        yield element["display"]
        yield element["type"]


@lru_cache(maxsize=64)
def _role_element(prefix: str, role: str) -> dict[str, Any]:
    """Return the element of a role; it is shared, so treat it as immutable."""
    role_id = f"role:{role}"
    return {
        "value": role_id,
        "$ref": prefix + role_id,
        "display": ROLE_NAMES[role],
        "type": "direct",
    }
