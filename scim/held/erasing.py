"""Erasing a person who is held, or was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import HeldPerson
from scim.held.doing import do_to_person

if TYPE_CHECKING:
    from uuid import UUID


def delete_for_good(person_id: UUID) -> None:
    """Let the deletion of somebody be final who is to be erased, whatever is held of others."""
    kept = HeldPerson.objects.filter(user_id=person_id, outcome="", kind=HeldPerson.Kind.DELETED)
    key = kept.values_list("pk", flat=True).first()
    if key is not None:
        do_to_person(key=key, taken_back_by=None)


def erase_from_held_changes(person_id: UUID) -> None:
    """Take the names of a person who is erased out of held changes of the active tenant."""
    HeldPerson.objects.filter(user_id=person_id).update(
        name="", user_name_ci="", kept={}, groups=[], reason=""
    )
