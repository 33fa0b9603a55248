"""Groups that people of a held change were in, and that somebody has deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import AuditEntry
from accounts.storage.held_changes import groups_gone

if TYPE_CHECKING:
    from accounts.models import HeldChange


def deleted_groups(change: HeldChange) -> list[str]:
    """Return what those groups were called that nobody is put into again: some, if very many."""
    gone = [str(each) for each in groups_gone(change_id=change.pk)]
    entries = AuditEntry.objects.filter(action="group.deleted", target_id__in=gone)
    named = dict(entries.values_list("target_id", "target"))
    return [named.get(each) or _("a group") for each in gone]
