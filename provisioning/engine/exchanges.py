"""Keeping what was said to a target and what it answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.secrets.encryption import seal_json
from provisioning.client.exchanges import masked, without_secrets
from provisioning.models.operations import SEALED_FOR
from provisioning.storage.exchanges import insert_exchange

if TYPE_CHECKING:
    from provisioning.client.target import Answer
    from provisioning.models import Application, Operation


def keep_exchange(operation: Operation, application: Application, answer: Answer) -> None:
    """Keep a request and its answer, masked; unmasked and sealed where the application says so.

    Of who was erased nothing is sealed: they have no name here any more.
    """
    seals = application.keeps_bodies and bool(operation.name)
    insert_exchange(
        tenant_id=application.tenant_id,
        operation_id=operation.pk,
        shown=masked(answer.exchange),
        sealed=_sealed(answer) if seals else "",
    )


def _sealed(answer: Answer) -> str:
    kept = without_secrets(answer.exchange)
    bodies = {"request": kept.request_body, "response": kept.response_body}
    return seal_json(bodies, SEALED_FOR).decode("ascii")
