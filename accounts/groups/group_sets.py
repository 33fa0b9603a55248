"""Creating many directory groups at once, with their members and audit entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from django.utils import timezone

from accounts.errors import NameNotPermittedError
from accounts.group_kinds.fixed_names import may_be_fixed
from accounts.group_kinds.member_deltas import audit_details
from accounts.identifiers import uuid7
from accounts.names import group_name_key
from accounts.requests import request_id
from accounts.storage.new_groups import people_among, write_groups
from accounts.tenancy.scoping import active_tenant_id
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from accounts.groups.groups import GroupFields


class NewGroup(NamedTuple):
    """A group to be made, and who is to be in it."""

    values: GroupFields
    member_ids: Collection[UUID] = ()


def create_groups(*, many: Sequence[NewGroup]) -> list[UUID | None]:
    """Create the groups whose name is free and whose members are people, with two statements.

    Returned are their ids in the order of ``many``.  ``None`` stands for one that has to be made
    by :func:`accounts.groups.groups.create_group`, which says what is wrong with it if anything
    is; nothing was done about it.
    """
    people = people_among({pk for new in many for pk in new.member_ids})
    # Who is made later must not find the name taken by somebody further down.
    keys = [_key(new) for new in many]
    later = {
        key
        for key, new in zip(keys, many, strict=True)
        if key is None
        or not people.issuperset(new.member_ids)
        or may_be_fixed(new.values.display_name)
    }
    ids = [uuid7() if key not in later else None for key in keys]
    ready = [(pk, key, new) for pk, key, new in zip(ids, keys, many, strict=True) if pk and key]
    params: dict[str, Any] = {
        "tenant": active_tenant_id(),
        "now": timezone.now(),
        "actor": audit.acting(),
        "request_id": request_id.current(),
        "groups": _json(_row(*each) for each in ready),
        "members": _json(
            {"group_id": pk, "user_id": member}
            for pk, _key_of_it, new in ready
            for member in set(new.member_ids)
        ),
        "entries": _json(
            {"group_id": pk, "details": details}
            for pk, _key_of_it, new in ready
            for details in audit_details(dict.fromkeys(new.member_ids), ())
        ),
    }
    made = write_groups(params)
    if made is None:
        return [None] * len(many)
    return [pk if pk in made else None for pk in ids]


def _key(new: NewGroup) -> str | None:
    """Return how the name is compared, or nothing if no group can be called so."""
    try:
        return group_name_key(new.values.display_name)
    except NameNotPermittedError:
        return None


def _row(pk: UUID, key: str, new: NewGroup) -> dict[str, Any]:
    return {
        "id": pk,
        "display_name": new.values.display_name,
        "display_name_ci": key,
        "external_id": new.values.external_id,
        "attributes": new.values.attributes,
    }


def _json(rows: Iterable[dict[str, Any]]) -> str:
    return orjson.dumps(list(rows)).decode()
