"""What a source demands of a resource beyond the schema: values at value paths.

An inbound source may mark ``emails[type eq "work"].value`` as required; no schema can say that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scim.protocol.errors import InvalidValueError
from scim.protocol.matching import matches_element
from scim.protocol.paths import PatchPath, parse_path
from scim.protocol.resources import attribute_value, check_required

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scim.protocol.schemas import ResourceType


def check_complete(
    resource: Mapping[str, Any],
    resource_type: ResourceType,
    before: Mapping[str, Any] | None = None,
) -> None:
    """Refuse a canonical resource without a required attribute or a demanded value path.

    What was demanded after the resource was made, so that it lacked it ``before`` already, it may
    lack still: a client that sends back what it read is not refused.

    Raises:
        InvalidValueError: Something is missing; the detail names it.
    """
    check_required(resource, resource_type, before)
    missing = [
        selection
        for selection in resource_type.required_selections
        if not _is_satisfied(resource, selection, resource_type)
        and (before is None or _is_satisfied(before, selection, resource_type))
    ]
    if missing:
        raise InvalidValueError(f"Required but missing: {', '.join(missing)}.")


def _is_satisfied(resource: Mapping[str, Any], selection: str, resource_type: ResourceType) -> bool:
    target = parse_path(selection, resource_type)
    if not isinstance(target, PatchPath) or target.selection is None:
        return True
    sub = target.path.sub_attribute
    return any(
        matches_element(target.selection, element) and (sub is None or sub.name in element)
        for element in attribute_value(resource, target.path) or []
    )
