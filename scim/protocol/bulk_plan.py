"""The order in which the operations of a Bulk request run (RFC 7644, Sections 3.7.1 and 3.7.2).

Operations run in the order of the request, but one that refers to another's ``bulkId`` waits for
that one.  Neighbouring creates that do not refer to each other form one batch, so that a server
can do them as a set.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import orjson

from scim.protocol.errors import ConflictError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scim.protocol.bulk import BulkOperation

REFERENCE_PREFIX: Final = "bulkId:"
_PREFIX_BYTES: Final = REFERENCE_PREFIX.encode()
_MAX_DEPTH: Final = 16
_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Batch:
    """Operations to be run together: creates at one endpoint, or one operation of any kind.

    When ``failOnErrors`` is set, a create after the last error allowed must not be kept; the
    operations are in the order in which that counts.
    """

    operations: tuple[BulkOperation, ...]


@dataclass(slots=True)
class _Waiting:
    """Which operations wait for which, by their indexes."""

    blockers: dict[int, int] = field(default_factory=dict)
    waiting_for: dict[int, list[int]] = field(default_factory=dict)


def plan(operations: Sequence[BulkOperation]) -> tuple[Batch, ...]:
    """Return all operations, each in one batch, in an order in which they can run.

    Operations with an error stand alone.  One that refers to a ``bulkId`` that no POST of the
    request has gets the error ``invalidValue``; those that refer to each other in a circle get
    409, as Section 3.7.1 allows.
    """
    defined = {
        operation.bulk_id: operation.index
        for operation in operations
        if operation.method == "POST" and operation.bulk_id and not operation.error
    }
    references = {
        operation.index: found for operation in operations if (found := references_of(operation))
    }
    if not references:
        return tuple(_batches(operations, references))
    checked = [_with_known(operation, references, defined) for operation in operations]
    ordered = list(_in_order(checked, references, defined))
    return tuple(_batches(ordered, references))


def references_of(operation: BulkOperation) -> frozenset[str]:
    """Return the bulkIds that the operation's path and data refer to."""
    if operation.error is not None:
        return _NONE
    found = frozenset(_references(operation.data)) if _may_refer(operation.data) else _NONE
    if operation.resource_id is not None and _is_reference(operation.resource_id):
        found |= {operation.resource_id[len(REFERENCE_PREFIX) :]}
    return found


def resolve_references(operation: BulkOperation, resource_ids: Mapping[str, str]) -> BulkOperation:
    """Return the operation with every ``bulkId:…`` replaced by the id of the created resource.

    Raises:
        InvalidValueError: A resource that it refers to was not created.
    """
    references = references_of(operation)
    if not references:
        return operation
    missing = sorted(references - resource_ids.keys())
    if missing:
        raise InvalidValueError(
            f"{REFERENCE_PREFIX}{missing[0]} stands for a resource that was not created."
        )
    resource_id = operation.resource_id
    return replace(
        operation,
        data=_resolved(operation.data, resource_ids),
        resource_id=None if resource_id is None else _resolved(resource_id, resource_ids),
    )


def _with_known(
    operation: BulkOperation,
    references: dict[int, frozenset[str]],
    defined: Mapping[str, int],
) -> BulkOperation:
    unknown = sorted(references.get(operation.index, _NONE) - defined.keys())
    if not unknown:
        return operation
    del references[operation.index]
    return replace(
        operation,
        error=InvalidValueError(f"No POST of this request has the bulkId {unknown[0]!r}."),
    )


def _in_order(
    operations: Sequence[BulkOperation],
    references: Mapping[int, frozenset[str]],
    defined: Mapping[str, int],
) -> Iterator[BulkOperation]:
    """Yield the operations, each after those it refers to, else in the request's order."""
    waiting = _waiting(references, defined)
    ready = [each.index for each in operations if each.index not in waiting.blockers]
    heapq.heapify(ready)
    done: set[int] = set()
    while ready:
        index = heapq.heappop(ready)
        done.add(index)
        yield operations[index]
        for other in waiting.waiting_for.get(index, ()):
            waiting.blockers[other] -= 1
            if not waiting.blockers[other]:
                heapq.heappush(ready, other)
    for operation in operations:
        if operation.index not in done:
            yield replace(
                operation,
                error=ConflictError(
                    "The operation is part of a circle of bulkId references, or waits for one."
                ),
            )


def _waiting(references: Mapping[int, frozenset[str]], defined: Mapping[str, int]) -> _Waiting:
    waiting = _Waiting()
    for index, names in references.items():
        waiting.blockers[index] = len(names)
        for name in names:
            waiting.waiting_for.setdefault(defined[name], []).append(index)
    return waiting


def _batches(
    operations: Iterable[BulkOperation], references: Mapping[int, frozenset[str]]
) -> Iterator[Batch]:
    together: list[BulkOperation] = []
    made: set[str] = set()
    for operation in operations:
        joins = (
            bool(together)
            and _is_create(operation)
            and operation.endpoint == together[0].endpoint
            and made.isdisjoint(references.get(operation.index, _NONE))
        )
        if together and not joins:
            yield Batch(tuple(together))
            together, made = [], set()
        if not _is_create(operation):
            yield Batch((operation,))
            continue
        together.append(operation)
        if operation.bulk_id:
            made.add(operation.bulk_id)
    if together:
        yield Batch(tuple(together))


def _is_create(operation: BulkOperation) -> bool:
    return operation.method == "POST" and operation.error is None


def _may_refer(data: Mapping[str, Any]) -> bool:
    """Whether the prefix of a reference is anywhere in the data.

    Nearly always it is not, and looking for it in the JSON takes a tenth of the time that it
    takes to look at every value.
    """
    try:
        return _PREFIX_BYTES in orjson.dumps(data)
    except TypeError:
        # It holds what came in as JSON within JSON and is no JSON of orjson's: a huge number.
        return True


def _is_reference(value: object) -> bool:
    return isinstance(value, str) and value.startswith(REFERENCE_PREFIX)


def _references(data: object) -> Iterator[str]:
    """Yield the bulkIds named anywhere in the data; deeper than any schema goes is not read."""
    level: list[object] = [data]
    for _ in range(_MAX_DEPTH):
        deeper: list[object] = []
        for value in level:
            if isinstance(value, str) and _is_reference(value):
                yield value[len(REFERENCE_PREFIX) :]
            elif isinstance(value, dict):
                deeper.extend(value.values())
            elif isinstance(value, list):
                deeper.extend(value)
        if not deeper:
            return
        level = deeper


def _resolved(value: Any, resource_ids: Mapping[str, str], depth: int = 0) -> Any:
    if isinstance(value, str) and _is_reference(value):
        return resource_ids.get(value[len(REFERENCE_PREFIX) :], value)
    if depth > _MAX_DEPTH:
        return value
    if isinstance(value, dict):
        return {key: _resolved(item, resource_ids, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, resource_ids, depth + 1) for item in value]
    return value
