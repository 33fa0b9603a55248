"""Bulk messages: a request in, operations and their order out, a response back (Section 3.7).

The order in which operations can run, with their references to each other, is worked out by
:mod:`scim.protocol.bulk_plan`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import unquote

from scim.protocol import urns
from scim.protocol.errors import (
    InvalidPathError,
    InvalidSyntaxError,
    InvalidValueError,
    MethodNotAllowedError,
    PayloadTooLargeError,
    SCIMError,
)
from scim.protocol.paging import read_integer
from scim.protocol.patch_operations import decode_object
from scim.protocol.values import is_storable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Method = Literal["POST", "PUT", "PATCH", "DELETE"]
_METHODS: Final[dict[str, Method]] = {
    "POST": "POST",
    "PUT": "PUT",
    "PATCH": "PATCH",
    "DELETE": "DELETE",
}
ENDPOINTS: Final = ("/Users", "/Groups")
_MAX_PATH_LENGTH: Final = 1_024
_MAX_BULK_ID_LENGTH: Final = 255
_KEYS: Final = {
    spelling: name.lower()
    for name in ("method", "path", "bulkId", "version", "data")
    for spelling in (name, name.lower())
}


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """One operation of a Bulk request; ``index`` is its place there, from 0.

    ``resource_id`` is ``None`` for POST, and may be ``bulkId:…``.  ``version`` is an entity tag
    to be treated as ``If-Match``.  An operation that cannot be understood carries its ``error``
    and nothing else is to be made of it.
    """

    index: int
    method: str
    endpoint: str = ""
    resource_id: str | None = None
    bulk_id: str | None = None
    version: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    error: SCIMError | None = None


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """The operations in the order of the request.

    ``fail_on_errors`` is the number of errors after which no further operation is run, or
    ``None`` to run them all.
    """

    operations: tuple[BulkOperation, ...]
    fail_on_errors: int | None


def parse_bulk(
    body: object, *, max_operations: int, endpoints: Collection[str] = ENDPOINTS
) -> BulkRequest:
    """Return the operations of a BulkRequest message.

    Methods, keys and endpoints may be in any letter case; other keys of an operation, such as
    the ``id`` that Keycloak adds, are ignored; a POST without ``bulkId`` is accepted.  A
    ``failOnErrors`` of 0, which clients send that write a number always, sets no limit.

    Raises:
        InvalidSyntaxError: The body is not a BulkRequest.
        InvalidValueError: ``failOnErrors`` is negative or no whole number.
        PayloadTooLargeError: There are more than ``max_operations`` operations.
    """
    if not isinstance(body, dict):
        raise InvalidSyntaxError("The body must be a JSON object.")
    members = {key.lower(): value for key, value in body.items()}
    _check_schemas(members.get("schemas"))
    items = members.get("operations")
    if not isinstance(items, list):
        raise InvalidSyntaxError('The body must have "Operations", an array of operations.')
    if len(items) > max_operations:
        raise PayloadTooLargeError(
            f"The Bulk request has {len(items)} operations; maxOperations is {max_operations}."
        )
    known = {
        spelling: endpoint for endpoint in endpoints for spelling in (endpoint, endpoint.lower())
    }
    seen: set[str] = set()
    operations = tuple(
        _read_operation(item, index, known, seen) for index, item in enumerate(items)
    )
    return BulkRequest(operations, _fail_on_errors(members.get("failonerrors")))


class BulkResults:
    """Collects what became of each operation, and says when to stop.

    ``resource_ids`` maps each ``bulkId`` to the id of the resource that was created for it.
    """

    def __init__(self, request: BulkRequest) -> None:
        self.resource_ids: dict[str, str] = {}
        self._limit = request.fail_on_errors
        self._errors = 0
        self._results: dict[int, dict[str, Any]] = {}

    @property
    def is_exhausted(self) -> bool:
        """Whether ``failOnErrors`` errors have happened: run no further operation."""
        return self._limit is not None and self._errors >= self._limit

    def succeeded(  # noqa: PLR0913 - one keyword for each member of the response
        self,
        operation: BulkOperation,
        *,
        status: HTTPStatus,
        location: str | None = None,
        version: str | None = None,
        resource_id: str | None = None,
        response: Mapping[str, Any] | None = None,
    ) -> None:
        """Record that the operation was done; ``resource_id`` is that of a created resource."""
        if operation.bulk_id is not None and resource_id is not None:
            self.resource_ids[operation.bulk_id] = resource_id
        self._record(operation, status, location=location, version=version, response=response)

    def failed(
        self, operation: BulkOperation, error: SCIMError, *, location: str | None = None
    ) -> None:
        """Record that the operation was refused; ``location`` is that of an existing resource."""
        self._errors += 1
        self._record(operation, error.status, location=location, response=error.to_message())

    def to_message(self) -> dict[str, Any]:
        """Return the BulkResponse: results in the order of the request, those not run left out."""
        return {
            "schemas": [urns.BULK_RESPONSE],
            "Operations": [self._results[index] for index in sorted(self._results)],
        }

    def _record(self, operation: BulkOperation, status: HTTPStatus, **members: object) -> None:
        result: dict[str, Any] = {"method": operation.method}
        if operation.bulk_id is not None:
            result["bulkId"] = operation.bulk_id
        result |= {name: value for name, value in members.items() if value is not None}
        result["status"] = str(status.value)
        self._results[operation.index] = result


def _check_schemas(schemas: object) -> None:
    if schemas is None:
        return
    listed = schemas if isinstance(schemas, list) else [schemas]
    if not any(isinstance(urn, str) and urn.lower() == urns.BULK_REQUEST.lower() for urn in listed):
        raise InvalidSyntaxError(f"schemas of a Bulk request must list {urns.BULK_REQUEST}.")


def _fail_on_errors(raw: object) -> int | None:
    number = read_integer(raw, "failOnErrors")
    if number is not None and number < 0:
        raise InvalidValueError("failOnErrors must be at least 1; leave it out to run everything.")
    return number or None


def _read_operation(
    item: object, index: int, endpoints: Mapping[str, str], seen: set[str]
) -> BulkOperation:
    if not isinstance(item, dict):
        raise InvalidSyntaxError(f"Operations[{index}] must be an object.")
    members = {
        name: value
        for key, value in item.items()
        if (name := _KEYS.get(key) or _KEYS.get(key.lower()))
    }
    try:
        return _checked_operation(members, index, endpoints, seen)
    except SCIMError as error:
        bulk_id = members.get("bulkid")
        known_id = bulk_id if isinstance(bulk_id, str) and bulk_id else None
        method = str(members.get("method", ""))[:20].upper()
        return BulkOperation(index, method, bulk_id=known_id, error=error)


def _checked_operation(
    members: Mapping[str, Any], index: int, endpoints: Mapping[str, str], seen: set[str]
) -> BulkOperation:
    where = f"Operations[{index}]"
    method = _METHODS.get(str(members.get("method")).strip().upper())
    if method is None:
        raise InvalidSyntaxError(f"{where}: method must be POST, PUT, PATCH or DELETE.")
    endpoint, resource_id = _read_path(members.get("path"), where, endpoints)
    if (method == "POST") != (resource_id is None):
        raise MethodNotAllowedError(
            f"{where}: POST takes an endpoint such as /Users, the others a resource's path."
        )
    version = members.get("version")
    if version is not None and not isinstance(version, str):
        raise InvalidSyntaxError(f"{where}: version must be a string.")
    return BulkOperation(
        index,
        method,
        endpoint,
        resource_id,
        _read_bulk_id(members.get("bulkid"), where, seen),
        version,
        {} if method == "DELETE" else _read_data(members.get("data"), where),
    )


def _read_path(path: object, where: str, endpoints: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the endpoint, as it is spelt here, and the resource's id if there is one."""
    if isinstance(path, str) and path in endpoints:
        return endpoints[path], None
    text = path if isinstance(path, str) and len(path) <= _MAX_PATH_LENGTH else ""
    parts = [part for part in text.partition("?")[0].split("/") if part]
    if parts[:2] == ["scim", "v2"]:
        parts = parts[2:]
    endpoint = endpoints.get(f"/{parts[0].lower()}") if 1 <= len(parts) <= 2 else None  # noqa: PLR2004
    if endpoint is None:
        raise InvalidPathError(
            f"{where}: path must be one of {', '.join(dict.fromkeys(endpoints.values()))}, or a "
            "resource there."
        )
    if len(parts) == 1:
        return endpoint, None
    resource_id = unquote(parts[1])
    if not is_storable(resource_id):
        raise InvalidPathError(f"{where}: path holds a NUL or is not UTF-8.")
    return endpoint, resource_id


def _read_bulk_id(raw: object, where: str, seen: set[str]) -> str | None:
    if raw is None or raw == "":
        return None
    if not isinstance(raw, str) or len(raw) > _MAX_BULK_ID_LENGTH:
        raise InvalidSyntaxError(f"{where}: bulkId must be a short string.")
    if raw in seen:
        raise InvalidValueError(f"{where}: bulkId {raw!r} was used before; each must be unique.")
    seen.add(raw)
    return raw


def _read_data(data: object, where: str) -> dict[str, Any]:
    # The client library behind Keycloak encodes the data once more, as a string.
    data = decode_object(data)
    if not isinstance(data, dict):
        raise InvalidSyntaxError(f"{where}: data must be an object.")
    return data
