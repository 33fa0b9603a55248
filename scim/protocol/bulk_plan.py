"""The order in which the operations of a Bulk request run (RFC 7644, Sections 3.7.1 and 3.7.2).

Operations run in the order of the request, but one that refers to another's ``bulkId`` waits for
that one.  Neighbouring creates that do not refer to each other form one batch, so that a server
can do them as a set.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from scim.protocol.bulk_references import PREFIX, name_in, names_in, with_references
from scim.protocol.components import strongly_connected
from scim.protocol.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scim.protocol.bulk import BulkOperation

_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Batch:
    """Operations to be run together: creates at one endpoint, or one operation of any kind.

    When ``failOnErrors`` is set, a create after the last error allowed must not be kept; the
    operations are in the order in which that counts.  Those of a *circle* refer to each other:
    none can be complete before the others are there.
    """

    operations: tuple[BulkOperation, ...]
    is_circle: bool = False


@dataclass(slots=True)
class _Waiting:
    """Which operations wait for which, by their indexes."""

    blockers: dict[int, int] = field(default_factory=dict)
    waiting_for: dict[int, list[int]] = field(default_factory=dict)


def plan(operations: Sequence[BulkOperation]) -> tuple[Batch, ...]:
    """Return all operations, each in one batch, in an order in which they can run.

    Operations with an error stand alone.  One that refers to a ``bulkId`` that no POST of the
    request has gets the error ``invalidValue``.
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
    return tuple(_in_batches(checked, references, defined))


def references_of(operation: BulkOperation) -> frozenset[str]:
    """Return the bulkIds that the operation's path and data refer to.

    See :mod:`scim.protocol.bulk_references` for which texts of the data are references.
    """
    if operation.error is not None:
        return _NONE
    found = names_in(operation.data, operation.endpoint, is_patch=operation.method == "PATCH")
    name = name_in(operation.resource_id)
    return found if name is None else found | {name}


def resolve_references(operation: BulkOperation, resource_ids: Mapping[str, str]) -> BulkOperation:
    """Return the operation with every ``bulkId:…`` replaced by the id of the created resource.

    Raises:
        InvalidValueError: A resource that it refers to was not created.
    """
    references = references_of(operation)
    missing = sorted(references - resource_ids.keys())
    if missing:
        raise InvalidValueError(f"{PREFIX}{missing[0]} stands for a resource that was not created.")
    return known_references(operation, resource_ids) if references else operation


def known_references(operation: BulkOperation, resource_ids: Mapping[str, str]) -> BulkOperation:
    """Do as :func:`resolve_references`, and leave out what refers to a resource not yet there."""
    name = name_in(operation.resource_id)
    return replace(
        operation,
        data=with_references(
            operation.data,
            operation.endpoint,
            resource_ids.get,
            is_patch=operation.method == "PATCH",
        ),
        resource_id=operation.resource_id if name is None else resource_ids.get(name),
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


def _in_batches(
    operations: Sequence[BulkOperation],
    references: Mapping[int, frozenset[str]],
    defined: Mapping[str, int],
) -> Iterator[Batch]:
    """Yield the operations, each after those it refers to, else in the request's order.

    Those that are in a circle, or wait for one, come last.
    """
    waiting = _waiting(references, defined)
    ready = [each.index for each in operations if each.index not in waiting.blockers]
    heapq.heapify(ready)
    ordered: list[BulkOperation] = []
    while ready:
        index = heapq.heappop(ready)
        ordered.append(operations[index])
        for other in waiting.waiting_for.get(index, ()):
            waiting.blockers[other] -= 1
            if not waiting.blockers[other]:
                heapq.heappush(ready, other)
    yield from _batches(ordered, references)
    left = {index for index, count in waiting.blockers.items() if count}
    needs = {index: {defined[name] for name in references[index]} & left for index in sorted(left)}
    for circle in strongly_connected(needs):
        is_circle = len(circle) > 1 or circle[0] in needs[circle[0]]
        yield Batch(tuple(operations[index] for index in sorted(circle)), is_circle=is_circle)


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
