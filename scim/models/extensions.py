"""Extension schemas that a tenant defines for itself (RFC 7643, Section 3.3)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel
from scim.models.mappings import Resource


class ExtensionSchema(TenantScopedModel):
    """A schema with attributes that Gatehouse itself does not know."""

    urn = models.CharField(
        _("URN"),
        max_length=200,
        validators=[
            RegexValidator(
                r"^[Uu][Rr][Nn]:[A-Za-z0-9][A-Za-z0-9-]{0,31}(?::[A-Za-z0-9._~-]+)+$",
                _("A URN looks like urn:example:params:scim:schemas:acme:2.0:User."),
            )
        ],
    )
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True, default="")
    resource = models.CharField(
        _("resource"), max_length=10, choices=Resource, default=Resource.USER
    )

    objects: ClassVar[TenantScopedManager[ExtensionSchema]] = TenantScopedManager()

    class Meta:
        verbose_name = _("extension schema")
        verbose_name_plural = _("extension schemas")
        ordering = ["urn"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "id"], name="extension_schema_key_in_tenant"),
            models.UniqueConstraint(fields=["tenant", "urn"], name="schema_urn_unique_in_tenant"),
        ]

    @override
    def __str__(self) -> str:
        return self.urn


class AttributeKind(models.TextChoices):
    """The simple data types of RFC 7643, Section 2.3."""

    STRING = "string", _("string")
    BOOLEAN = "boolean", _("boolean")
    DECIMAL = "decimal", _("decimal")
    INTEGER = "integer", _("integer")
    DATE_TIME = "dateTime", _("dateTime")
    REFERENCE = "reference", _("reference")
    BINARY = "binary", _("binary")


class ExtensionAttribute(TenantScopedModel):
    """One attribute of a tenant's schema.

    With ``canonical_values`` a value must be one of them.
    """

    schema = models.ForeignKey(ExtensionSchema, on_delete=models.CASCADE, related_name="attributes")
    name = models.CharField(
        _("name"),
        max_length=100,
        validators=[
            RegexValidator(
                r"^[A-Za-z][A-Za-z0-9_-]*$",
                _("Start with a letter; letters, digits, hyphens and underscores may follow."),
            )
        ],
    )
    type = models.CharField(
        _("type"), max_length=20, choices=AttributeKind, default=AttributeKind.STRING
    )
    required = models.BooleanField(_("required"), default=False)
    multi_valued = models.BooleanField(_("multi-valued"), default=False)
    case_exact = models.BooleanField(_("letter case matters"), default=False)
    canonical_values = ArrayField(
        models.CharField(max_length=300),
        verbose_name=_("allowed values"),
        default=list,
        blank=True,
    )
    description = models.TextField(_("description"), blank=True, default="")

    objects: ClassVar[TenantScopedManager[ExtensionAttribute]] = TenantScopedManager()

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ["id"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="schema", name="extension_attribute_schema_in_tenant"),
            models.UniqueConstraint(
                "tenant",
                "schema",
                Lower("name"),
                name="attribute_name_unique_in_schema",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name
