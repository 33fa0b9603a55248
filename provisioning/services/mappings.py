"""Mapping tables of an application, and what they were before."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.trail import audit
from accounts.trail.changes import VERBATIM, changes
from provisioning.errors import MappingRefusedError
from provisioning.mapping.compiled import compile_rows
from provisioning.mapping.errors import MappingError
from provisioning.mapping.rows import How, Row
from provisioning.models import Application, ApplicationMapping, HowFilled, MappingRevision
from provisioning.protocol.paths import PathError, parse_target_path
from provisioning.protocol.steps import Kind
from provisioning.services.changing import hold

if TYPE_CHECKING:
    from collections.abc import Sequence

_FILTER: Final = re.compile(r'\[\w+ eq "([^"]*)"\]')
_DECIDING: Final = frozenset(
    {"username", "emails", "externalid", "active", "roles", "entitlements", "manager"}
)
"""Attributes by which people are found there, or that decide over them: an admin's."""


def is_deciding(target: str, *, resource: Kind) -> bool:
    """Whether the row that fills an attribute is an admin's; groups are found by their name."""
    try:
        attribute = parse_target_path(target).attribute.lower()
    except PathError:
        return True
    of_groups = resource is Kind.GROUP and attribute == "displayname"
    return attribute in _DECIDING or of_groups


def mapping_rows(*, application: Application, resource: Kind) -> list[Row]:
    """Return the rows of a table, in their order."""
    stored = ApplicationMapping.objects.filter(application=application, resource=resource)
    return [
        Row(
            target=row.target,
            how=How(row.how),
            source=row.source,
            lookup=row.lookup,
            default=row.default,
            on_create_only=row.on_create_only,
        )
        for row in stored.order_by("position")
    ]


@transaction.atomic
def set_application_mapping(
    *, application: Application, resource: Kind, rows: Sequence[Row]
) -> bool:
    """Let a table have exactly these rows; return whether it had others.

    What it was before is kept, to be looked at and restored.

    Raises:
        MappingRefusedError: A row cannot be used, or fills what another one fills.
    """
    try:
        compile_rows(rows, kind=resource)
    except MappingError as error:
        raise MappingRefusedError(error.reason) from error
    held = hold(application)
    before = mapping_rows(application=held, resource=resource)
    if before == list(rows):
        return False
    MappingRevision.objects.create(
        application=held,
        resource=resource,
        rows=[_stored(row) for row in before],
        actor=audit.acting(),
    )
    ApplicationMapping.objects.filter(application=held, resource=resource).delete()
    ApplicationMapping.objects.bulk_create(
        ApplicationMapping(application=held, resource=resource, position=position, **_stored(row))
        for position, row in enumerate(rows)
    )
    held.mapping_revision += 1
    held.save(update_fields=["mapping_revision"])
    audit.record(
        "application.mapping_changed",
        held,
        resource=str(resource),
        **changes(_told(before), _told(rows)),
    )
    return True


def refuse_deciding_rows(before: Sequence[Row], after: Sequence[Row], *, resource: Kind) -> None:
    """Refuse a table in which a row that an admin decides over is another.

    Raises:
        MappingRefusedError: The message names the attributes.
    """
    stored, wanted = (
        {row.target: row for row in rows if is_deciding(row.target, resource=resource)}
        for rows in (before, after)
    )
    other = sorted(each for each in stored.keys() | wanted if stored.get(each) != wanted.get(each))
    if other:
        text = _("An admin decides what fills %(attributes)s.")
        raise MappingRefusedError(text % {"attributes": ", ".join(other)})


@transaction.atomic
def restore_mapping(*, application: Application, revision: MappingRevision) -> bool:
    """Let a table be again what it was; return whether it was another.

    Raises:
        MappingRefusedError: A row that could be used then cannot be used now.
    """
    rows = [Row(**{**row, "how": How(row["how"])}) for row in revision.rows]
    return set_application_mapping(
        application=application, resource=Kind(revision.resource), rows=rows
    )


def _stored(row: Row) -> dict[str, Any]:
    return {**asdict(row), "how": row.how.value, "lookup": dict(row.lookup)}


def _told(rows: Sequence[Row]) -> dict[str, str]:
    """Return what fills each attribute, as people read it in the audit trail."""
    return {f"{VERBATIM}{_readable(row.target)}": _in_words(row) for row in rows}


def _readable(path: str) -> str:
    """Return a path without the words of its filter.

    >>> _readable('emails[type eq "work"].value')
    'emails[work].value'
    """
    return _FILTER.sub(r"[\1]", path)


def _in_words(row: Row) -> str:
    parts = [f"{HowFilled(row.how.value).label}: {_readable(row.source)}"]
    if row.lookup:
        parts.append(", ".join(f"{here} → {sent}" for here, sent in row.lookup.items()))
    if row.default:
        parts.append(_("when empty: %(value)s") % {"value": row.default})
    if row.on_create_only:
        parts.append(_("only when created"))
    return "; ".join(parts)
