"""The PatchOp message: a body in, its operations out (RFC 7644, Section 3.5.2)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from scim.protocol import urns
from scim.protocol.errors import InvalidSyntaxError, InvalidValueError, PayloadTooLargeError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_OPERATIONS: Final = 1_000
"""Operations in one PATCH."""

OperationName = Literal["add", "replace", "remove"]
_NAMES: Final[dict[str, OperationName]] = {"add": "add", "replace": "replace", "remove": "remove"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.  ``path`` is ``None`` when the value names the attributes.

    A ``value`` of ``None`` clears on add and replace; on remove it means that no value was given.
    """

    name: OperationName
    path: str | None
    value: Any


def read_patch(body: object, *, max_operations: int = MAX_OPERATIONS) -> tuple[Operation, ...]:
    """Return the operations of a PatchOp message, in order.

    Keys and operation names may be in any letter case; ``schemas`` may be missing.

    Raises:
        InvalidSyntaxError: The body is not a PatchOp, or an operation has no known ``op``.
        InvalidValueError: An add or replace has no ``value``.
        PayloadTooLargeError: There are more than ``max_operations`` operations.
    """
    if not isinstance(body, dict):
        raise InvalidSyntaxError("The body must be a JSON object with Operations.")
    members = _lower_keys(body)
    _check_schemas(members.get("schemas"))
    operations = members.get("operations")
    if isinstance(operations, dict):
        operations = [operations]
    if not isinstance(operations, list) or not operations:
        raise InvalidSyntaxError(
            'The body must have "Operations", an array of one or more operations.'
        )
    if len(operations) > max_operations:
        raise PayloadTooLargeError(
            f"The PATCH has {len(operations)} operations; send at most {max_operations} at once."
        )
    return tuple([_read_operation(item, index) for index, item in enumerate(operations)])


def decode_object(value: object) -> Any:
    """Return the object or array that a string encodes as JSON, or the value itself.

    Keycloak's SCIM client sends an operation's value so (scim-for-keycloak issue 119).
    """
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _read_operation(item: object, index: int) -> Operation:
    where = f"Operations[{index}]"
    if not isinstance(item, dict):
        raise InvalidSyntaxError(f"{where} must be an object with op, path and value.")
    members = item if "op" in item else _lower_keys(item)
    raw = members.get("op")
    name = _NAMES.get(raw.strip().lower()) if isinstance(raw, str) else None
    if name is None:
        raise InvalidSyntaxError(f"{where}: op must be add, replace or remove.")
    path = members.get("path")
    if path is not None and not isinstance(path, str):
        raise InvalidSyntaxError(f"{where}: path must be a string.")
    if name != "remove" and "value" not in members:
        raise InvalidValueError(f"{where}: {name} needs a value; null clears the attribute.")
    return Operation(name, path.strip() or None if path else None, members.get("value"))


def _check_schemas(schemas: object) -> None:
    if schemas is None:
        return
    listed = [schemas] if isinstance(schemas, str) else schemas
    if isinstance(listed, list) and any(
        isinstance(urn, str) and urn.lower() == urns.PATCH_OP.lower() for urn in listed
    ):
        return
    raise InvalidSyntaxError(f"schemas of a PATCH must list {urns.PATCH_OP}.")


def _lower_keys(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key.lower(): value for key, value in body.items()}
