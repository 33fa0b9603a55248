"""Extension schemas that a tenant defines (RFC 7643, Section 3.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.trail import audit
from accounts.trail.changes import VERBATIM, changes, names
from scim.errors import SchemaError
from scim.models import AttributeKind, ExtensionAttribute, ExtensionSchema

if TYPE_CHECKING:
    from collections.abc import Sequence

RESERVED_URNS: Final = ("urn:ietf:", "urn:okta:", "urn:scim:")
"""Beginnings of URNs that others own; the RFC's own schemas are among them."""

RESERVED_NAMES: Final = frozenset({"schemas", "id", "externalid", "meta"})
"""Names of the common attributes, which every resource has (RFC 7643, Section 3.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaAttribute:
    """One attribute; see :class:`scim.models.ExtensionAttribute`."""

    name: str
    type: str = AttributeKind.STRING
    required: bool = False
    multi_valued: bool = False
    case_exact: bool = False
    canonical_values: list[str] = field(default_factory=list)
    description: str = ""


@transaction.atomic
def save_schema(*, schema: ExtensionSchema, attributes: Sequence[SchemaAttribute]) -> None:
    """Store a new or changed schema of the active tenant with exactly these attributes.

    Values that people already have stay stored under the name of their attribute.

    Raises:
        django.core.exceptions.ValidationError: The URN or a name is malformed.
        SchemaError: The URN or a name is reserved or taken.
    """
    check_urn(schema.urn, pk=schema.pk)
    check_names([attribute.name for attribute in attributes])
    created = schema.pk is None
    before = {} if created else _told(ExtensionSchema.objects.get(pk=schema.pk))
    rows = [ExtensionAttribute(schema=schema, **_columns(each)) for each in attributes]
    schema.full_clean(exclude=["tenant"], validate_unique=False, validate_constraints=False)
    for row in rows:
        row.full_clean(
            exclude=["tenant", "schema"], validate_unique=False, validate_constraints=False
        )
    schema.save()
    schema.attributes.all().delete()
    ExtensionAttribute.objects.bulk_create(rows)
    audit.record(
        "extension_schema.created" if created else "extension_schema.updated",
        schema,
        **changes(before, _told(schema)),
    )


def _told(schema: ExtensionSchema) -> dict[str, str]:
    """Return what the audit trail keeps of a stored schema: its columns, and each attribute."""
    columns = {name: getattr(schema, name) for name in ("urn", "name", "description", "resource")}
    kinds = dict(AttributeKind.choices)
    attributes = {
        f"{VERBATIM}{each.name}": ", ".join(
            [
                str(kinds.get(each.type, each.type)),
                *([_("required")] if each.required else []),
                *([_("several values")] if each.multi_valued else []),
                *([_("letter case matters")] if each.case_exact else []),
                *(each.canonical_values or []),
                *([each.description] if each.description else []),
            ]
        )
        for each in schema.attributes.all()
    }
    return {**columns, **attributes}


@transaction.atomic
def delete_schema(*, schema: ExtensionSchema) -> None:
    """Delete a schema: its attributes are unknown from now on, what is stored of them stays."""
    audit.record("extension_schema.deleted", schema, **names({"urn": schema.urn}))
    schema.delete()


def check_urn(urn: str, *, pk: int | None = None) -> None:
    """Refuse a URN that belongs to others, or to another schema of the tenant.

    Raises:
        SchemaError: The message says which.
    """
    if urn.lower().startswith(RESERVED_URNS):
        raise SchemaError(
            _(
                "%(urn)s belongs to others. Use a URN of your own, such as "
                "urn:example:params:scim:schemas:acme:2.0:User."
            )
            % {"urn": urn}
        )
    others = ExtensionSchema.objects.filter(urn__iexact=urn)
    if pk is not None:
        others = others.exclude(pk=pk)
    if others.exists():
        raise SchemaError(_("There already is a schema %(urn)s.") % {"urn": urn})


def check_names(names: Sequence[str]) -> None:
    """Refuse names of attributes that are reserved, or that differ only in letter case.

    Raises:
        SchemaError: The message names the attribute.
    """
    seen: set[str] = set()
    for name in names:
        folded = name.lower()
        if folded in RESERVED_NAMES:
            raise SchemaError(
                _("“%(name)s” is the name of an attribute that every resource has.")
                % {"name": name}
            )
        if folded in seen:
            raise SchemaError(
                _("“%(name)s” is there twice; letter case does not matter.") % {"name": name}
            )
        seen.add(folded)


def _columns(attribute: SchemaAttribute) -> dict[str, object]:
    return {
        "name": attribute.name,
        "type": attribute.type,
        "required": attribute.required,
        "multi_valued": attribute.multi_valued,
        "case_exact": attribute.case_exact,
        "canonical_values": attribute.canonical_values,
        "description": attribute.description,
    }
