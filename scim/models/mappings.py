"""Attribute mapping tables: which SCIM attribute of a source fills which field of Gatehouse."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel
from scim.models.sources import Source


class Resource(models.TextChoices):
    """The kinds of resource that a mapping or an extension schema is for."""

    USER = "User", _("Users")
    GROUP = "Group", _("Groups")


class AttributeMapping(TenantScopedModel):
    """One row of a source's mapping table.

    ``scim_attribute`` is a path of RFC 7644, Section 3.5.2, such as ``userName`` or
    ``emails[type eq "work"].value``.  A create without a value for a required row is refused.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="mappings")
    resource = models.CharField(_("resource"), max_length=10, choices=Resource)
    position = models.PositiveIntegerField(default=0)
    field = models.CharField(_("field"), max_length=100)
    scim_attribute = models.CharField(_("SCIM attribute"), max_length=300)
    required = models.BooleanField(_("required"), default=False)

    objects: ClassVar[TenantScopedManager[AttributeMapping]] = TenantScopedManager()

    class Meta:
        verbose_name = _("attribute mapping")
        verbose_name_plural = _("attribute mappings")
        ordering = ["resource", "position", "id"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="source", name="mapping_source_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "source", "resource", "field"], name="field_is_mapped_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.field} ← {self.scim_attribute}"


DEFAULT_MAPPINGS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    Resource.USER: (
        ("user_name", "userName", True),
        ("given_name", "name.givenName", False),
        ("family_name", "name.familyName", False),
        ("email", 'emails[type eq "work"].value', False),
        ("display_name", "displayName", False),
        ("active", "active", False),
    ),
    Resource.GROUP: (
        ("display_name", "displayName", True),
        ("external_id", "externalId", False),
    ),
}
"""The rows that every table has, as (field, SCIM attribute, required): they cannot be removed."""
