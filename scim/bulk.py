"""Bulk requests carried out (RFC 7644, Section 3.7).

Neighbouring creates are made as a set, so a thousand of them cost as many statements as a few.
Every operation stands or falls on its own.
"""

from __future__ import annotations

import logging
from contextlib import nullcontext
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.db import DatabaseError, transaction

from scim.http.answers import Answer
from scim.http.contention import in_turn, lost_a_race
from scim.http.exception_handler import as_scim_error
from scim.http.refusals import note_refusal
from scim.protocol.bulk import BulkRequest, BulkResults
from scim.protocol.bulk_plan import Batch, known_references, plan, resolve_references
from scim.protocol.errors import ConflictError, InternalServerError, SCIMError
from scim.protocol.preconditions import Preconditions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scim.http.answers import Endpoint
    from scim.protocol.bulk import BulkOperation
    from scim.protocol.projection import Projection

LOG = logging.getLogger(__name__)


class BulkRun:
    """One Bulk request on its way; ``endpoints`` and ``shown`` are by path, such as ``/Users``."""

    def __init__(
        self,
        request: BulkRequest,
        endpoints: Mapping[str, Endpoint],
        shown: Mapping[str, Projection],
        base_url: str,
    ) -> None:
        self._operations = request.operations
        self._endpoints = endpoints
        self._shown = shown
        self._base_url = base_url
        self._results = BulkResults(request)
        # With failOnErrors, what follows the last error allowed must not be done at all.
        self._stops_at_errors = request.fail_on_errors is not None

    def run(self) -> dict[str, object]:
        """Carry out the operations and return the BulkResponse."""
        for batch in plan(self._operations):
            if batch.is_circle:
                self._run_circle(batch)
                continue
            if len(batch.operations) > 1 and self._run_set(batch):
                continue
            for operation in batch.operations:
                if self._results.is_exhausted:
                    return self._results.to_message()
                self._run_one(operation)
        return self._results.to_message()

    def _run_set(self, batch: Batch) -> bool:
        """Make a batch of creates at one endpoint; return whether that is done with.

        Where errors stop the run, a set is made without any or not at all.
        """
        if self._results.is_exhausted:
            return False
        resolved = [self._resolved(operation) for operation in batch.operations]
        try:
            answers = in_turn(lambda: self._made_as_set(batch.operations[0].endpoint, resolved))
        except DatabaseError as error:
            if not lost_a_race(error):
                raise
            return False
        if answers is None:
            return False
        for operation, answer in zip(batch.operations, answers, strict=True):
            if answer is None:
                self._run_one(operation)
            elif isinstance(answer, SCIMError):
                self._results.failed(operation, answer)
            else:
                self._succeeded(operation, answer)
        return True

    def _made_as_set(
        self, endpoint: str, resolved: Sequence[BulkOperation | SCIMError]
    ) -> list[Answer | SCIMError | None] | None:
        """Return what became of each operation, or ``None`` when none was made."""
        with transaction.atomic() if self._stops_at_errors else nullcontext():
            answers = self._create_set(endpoint, resolved)
            if self._stops_at_errors and not all(isinstance(each, Answer) for each in answers):
                transaction.set_rollback(True)
                return None
        return answers

    def _run_circle(self, batch: Batch) -> None:
        """Make resources that refer to each other: first without the references, then with them.

        All or none: RFC 7644, Section 3.7.1, has 409 for a circle that cannot be resolved.
        """
        if self._results.is_exhausted:
            return
        try:
            answers = in_turn(lambda: self._made_in_circle(batch))
        except Exception as error:
            refusal = as_scim_error(error)
            if refusal is None:
                LOG.exception("A circle of references in a Bulk request failed.")
                refusal = InternalServerError("The server failed; its log says why.")
            detail = f"The operation is part of a circle of bulkId references. {refusal.detail}"
            for operation in batch.operations:
                if not self._results.is_exhausted:
                    self._results.failed(operation, ConflictError(detail))
        else:
            for operation, answer in zip(batch.operations, answers, strict=True):
                self._succeeded(operation, answer)

    @transaction.atomic
    def _made_in_circle(self, batch: Batch) -> list[Answer]:
        ids = dict(self._results.resource_ids)
        for operation in batch.operations:
            made = self._carry_out(known_references(operation, ids))
            ids[operation.bulk_id or ""] = made.resource_id
        answers = []
        for operation in batch.operations:
            whole = resolve_references(operation, ids)
            endpoint, shown = self._endpoints[operation.endpoint], self._shown[operation.endpoint]
            key = ids[operation.bulk_id or ""]
            changed = endpoint.replace(key, whole.data, shown, Preconditions())
            answers.append(replace(changed, status=HTTPStatus.CREATED))
        return answers

    def _create_set(
        self, endpoint: str, resolved: Sequence[BulkOperation | SCIMError]
    ) -> list[Answer | SCIMError | None]:
        """Return what became of each operation; ``None`` when it must be run on its own."""
        ready = [each.data for each in resolved if not isinstance(each, SCIMError)]
        made = self._endpoints[endpoint].create_set(ready, self._shown[endpoint])
        rest = iter(made or [None] * len(ready))
        return [each if isinstance(each, SCIMError) else next(rest) for each in resolved]

    def _resolved(self, operation: BulkOperation) -> BulkOperation | SCIMError:
        try:
            return resolve_references(operation, self._results.resource_ids)
        except SCIMError as error:
            return error

    def _run_one(self, operation: BulkOperation) -> None:
        try:
            if operation.error is not None:
                raise operation.error
            ready = resolve_references(operation, self._results.resource_ids)
            self._succeeded(ready, in_turn(lambda: self._carry_out(ready)))
        except Exception as error:
            refusal = as_scim_error(error)
            path = self._location(operation) or operation.endpoint
            note_refusal(error, refusal, method=operation.method, path=path)
            if refusal is None:
                LOG.exception("An operation of a Bulk request failed.")
                refusal = InternalServerError("The server failed; its log says why.")
            self._results.failed(operation, refusal, location=self._location(operation))

    def _carry_out(self, operation: BulkOperation) -> Answer:
        endpoint, shown = self._endpoints[operation.endpoint], self._shown[operation.endpoint]
        key, conditions = operation.resource_id or "", Preconditions(operation.version or None)
        if operation.method == "POST":
            return endpoint.create(operation.data, shown)
        if operation.method == "PUT":
            return endpoint.replace(key, operation.data, shown, conditions)
        if operation.method == "PATCH":
            return endpoint.modify(key, operation.data, shown, conditions)
        return endpoint.remove(key, conditions)

    def _succeeded(self, operation: BulkOperation, answer: Answer) -> None:
        self._results.succeeded(
            operation,
            status=HTTPStatus(answer.status),
            location=answer.location or self._location(operation),
            version=answer.version or None,
            resource_id=answer.resource_id or None,
        )

    def _location(self, operation: BulkOperation) -> str | None:
        if operation.resource_id is None or not operation.endpoint:
            return None
        return f"{self._base_url}{operation.endpoint}/{operation.resource_id}"
