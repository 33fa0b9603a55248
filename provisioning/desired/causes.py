"""Why objects that are not wanted at an application are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.identifiers import read_uuid
from accounts.models import DirectoryGroup, User
from provisioning.planning.objects import Cause

if TYPE_CHECKING:
    from collections.abc import Collection

    from provisioning.models import Application


def cause_of(*, application: Application, object_ids: Collection[str]) -> dict[str, Cause]:
    """Return, of objects that are not in scope, whether they were deleted, deactivated or left."""
    keys = [each for text in object_ids if (each := read_uuid(text))]
    active = dict(User.objects.filter(pk__in=keys).values_list("pk", "active"))
    groups = set(DirectoryGroup.objects.filter(pk__in=keys).values_list("pk", flat=True))
    causes: dict[str, Cause] = {}
    for key in keys:
        if key in groups or active.get(key):
            causes[str(key)] = Cause.LEFT_SCOPE
        else:
            causes[str(key)] = Cause.DEACTIVATED if key in active else Cause.DELETED
    return causes
