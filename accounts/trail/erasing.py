"""Taking somebody who was deleted out of every column that says who did something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q

from accounts.models import AuditEntry
from accounts.models.actors import ActorField
from accounts.storage.retention import ERASED, PORTION

if TYPE_CHECKING:
    from accounts.storage.retention import Departed


def actor_columns() -> list[tuple[type[models.Model], ActorField]]:
    """Return every column that says who did something, with its model; not that of the trail."""
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, ActorField) and not model._meta.proxy
    ]


def erase_acts(departed: Departed) -> None:
    """Take somebody's names out of whatever they did, in every table of the active tenant.

    Who was called so before or after them goes on being named.
    """
    for model, field in actor_columns():
        theirs = Q((f"{field.name}__in", departed.user_names))
        then = (departed.since, departed.until + field.later)
        write_in_portions(model, theirs & Q((f"{field.at}__range", then)), {field.name: ERASED})


def rename_actor(*, former: str, now: str) -> None:
    """Write ``now`` wherever ``former`` acted, under which nobody else ever does."""
    columns: list[tuple[type[models.Model], str]] = [(AuditEntry, "actor")]
    columns += [(model, field.name) for model, field in actor_columns()]
    for model, name in columns:
        write_in_portions(model, Q((name, former)), {name: now})


def write_in_portions(model: type[models.Model], wanted: Q, values: dict[str, Any]) -> None:
    """Write ``values`` to the rows for which ``wanted`` holds, and then holds no more.

    Each portion is a transaction of its own, so that nobody waits for it.
    """
    while _write_portion(model, wanted, values) == PORTION:
        pass


@transaction.atomic
def _write_portion(model: type[models.Model], wanted: Q, values: dict[str, Any]) -> int:
    # In the order of the model, as whoever else takes many of its rows.
    rows = model._default_manager.filter(wanted).values_list("pk", flat=True)
    keys = list(rows.select_for_update(of=("self",))[:PORTION])
    model._default_manager.filter(pk__in=keys).update(**values)
    return len(keys)
