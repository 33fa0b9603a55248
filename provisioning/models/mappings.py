"""What fills the attributes at an application's target, and what did before."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models.actors import ActorField
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel
from provisioning.models.applications import Application


class MappedResource(models.TextChoices):
    """The table that a row is in."""

    USER = "User", _("Users")
    GROUP = "Group", _("Groups")


class HowFilled(models.TextChoices):
    """How a row makes its value; as :class:`provisioning.mapping.rows.How`."""

    DIRECT = "direct", _("Attribute")
    CONSTANT = "constant", _("Fixed value")
    TEMPLATE = "template", _("Text with attributes")
    LOOKUP = "lookup", _("Lookup table")
    EXPRESSION = "expression", _("Expression")


class ApplicationMapping(TenantScopedModel):
    """One row: what fills an attribute of the target."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="mappings", db_index=False
    )
    resource = models.CharField(_("table"), max_length=10, choices=MappedResource)
    position = models.PositiveIntegerField(_("position"))
    target = models.CharField(_("attribute there"), max_length=500)
    how = models.CharField(_("filled by"), max_length=12, choices=HowFilled)
    source = models.TextField(_("value"), blank=True)
    lookup: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        _("lookup table"), default=dict, blank=True
    )
    # The name of the field is a word of SQL.
    default = models.TextField(_("when empty"), blank=True, db_column="default_value")
    on_create_only = models.BooleanField(_("only when created"), default=False)

    objects: ClassVar[TenantScopedManager[ApplicationMapping]] = TenantScopedManager()

    class Meta:
        verbose_name = _("row of a mapping")
        verbose_name_plural = _("rows of mappings")
        ordering = ["resource", "position"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="application", name="application_mapping_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "application", "resource", "position"],
                name="application_mapping_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.target


class MappingRevision(TenantScopedModel):
    """A mapping table as it once was, to look at and to take back."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="revisions", db_index=False
    )
    resource = models.CharField(_("table"), max_length=10, choices=MappedResource)
    rows: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        _("rows"), default=list
    )
    actor = ActorField(_("who"), at="created", blank=True)
    created = models.DateTimeField(_("time"), default=timezone.now)

    objects: ClassVar[TenantScopedManager[MappingRevision]] = TenantScopedManager()

    class Meta:
        verbose_name = _("earlier mapping")
        verbose_name_plural = _("earlier mappings")
        ordering = ["-id"]
        base_manager_name = "objects"
        constraints = [SameTenant(field="application", name="mapping_revision_in_tenant")]
        indexes = [
            models.Index(fields=["tenant", "application", "-id"], name="mapping_revisions_latest")
        ]

    @override
    def __str__(self) -> str:
        return str(self.get_resource_display())
