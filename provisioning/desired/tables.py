"""The mapping tables of applications, compiled once for each revision."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from django.utils.translation import gettext as _

from provisioning.mapping.compiled import Compiled, compile_rows
from provisioning.mapping.rows import How, Row
from provisioning.models import ApplicationMapping
from provisioning.protocol.changes import MANAGER
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from provisioning.mapping.errors import MappingError
    from provisioning.models import Application

_KEPT: Final = 256
_MANAGER_PATHS: Final = frozenset({MANAGER.lower(), f"{MANAGER}.value".lower()})


class Table(NamedTuple):
    """A table that is ready: its rows, and whether one wants the manager, or reads ``groups``."""

    compiled: Compiled
    has_manager: bool
    reads_groups: bool


def compiled_mapping(application: Application, resource: Kind) -> Table:
    """Return the mapping of an application for one kind of object.

    The row of the manager is none that is evaluated: it refers to a person there.

    Raises:
        MappingError: A row cannot be used.
    """
    return _compiled(
        application.tenant_id, application.pk, application.mapping_revision, resource, frozenset()
    )


def mapping_without(application: Application, held: frozenset[str]) -> Table:
    """Return the mapping for people of whom the target itself sends us the attributes ``held``.

    Rows that would send one of them back as it came are left out.

    Raises:
        MappingError: A row cannot be used.
    """
    return _compiled(
        application.tenant_id, application.pk, application.mapping_revision, Kind.USER, held
    )


def unusable(error: MappingError) -> str:
    """Return why nobody can be pushed with a mapping of which a row cannot be used."""
    text = _("Row %(number)d of the mapping cannot be used: %(reason)s")
    return text % {"number": error.position + 1, "reason": error.reason}


@lru_cache(maxsize=_KEPT)
def _compiled(
    _tenant_id: int, application_id: int, _revision: int, resource: Kind, held: frozenset[str]
) -> Table:
    rows = [
        Row(
            target=row.target,
            how=How(row.how),
            source=row.source,
            lookup=row.lookup,
            default=row.default,
            on_create_only=row.on_create_only,
        )
        for row in ApplicationMapping.objects.filter(
            application=application_id, resource=resource
        ).order_by("position")
        if row.how != How.DIRECT or row.source.strip() not in held
    ]
    others = [row for row in rows if row.target.strip().lower() not in _MANAGER_PATHS]
    return Table(
        compile_rows(others, kind=resource),
        has_manager=len(others) < len(rows),
        reads_groups=any("groups" in row.source.lower() for row in others),
    )
