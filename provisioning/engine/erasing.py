"""Erasing a person who was deleted from what provisioning keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.tenancy.scoping import active_tenant_id
from provisioning.storage.forgetting import erase_object

if TYPE_CHECKING:
    from uuid import UUID


def erase_from_log(person_id: UUID) -> None:
    """Erase a person from the log of operations of the active tenant."""
    erase_object(tenant_id=active_tenant_id(), object_id=str(person_id))
