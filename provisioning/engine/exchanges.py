"""Keeping what was said to a target and what it answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.secrets.encryption import seal_json
from provisioning.client.exchanges import masked, without_secrets
from provisioning.models import Exchange
from provisioning.models.operations import SEALED_FOR

if TYPE_CHECKING:
    from provisioning.client.target import Answer
    from provisioning.models import Application, Operation


def keep_exchange(operation: Operation, application: Application, answer: Answer) -> Exchange:
    """Keep a request and its answer, masked; unmasked and sealed where the application says so.

    Of who was erased nothing is sealed: they have no name here any more.
    """
    told = answer.exchange
    shown = masked(told)
    kept = without_secrets(told)
    bodies = {"request": kept.request_body, "response": kept.response_body}
    seals = application.keeps_bodies and bool(operation.name)
    return Exchange.objects.create(
        operation=operation,
        method=told.method,
        url=shown.url,
        status=told.status,
        seconds=told.seconds,
        request_body=shown.request_body,
        response_body=shown.response_body,
        sealed=seal_json(bodies, SEALED_FOR).decode("ascii") if seals else "",
    )
