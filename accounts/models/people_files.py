"""Files about people that somebody has uploaded, and how the columns of such files were meant."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models.users import User
from accounts.secrets.sealed_fields import SealedBinaryField
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel

PEOPLE_FILE: Final = "people file"
"""The purpose for which the text of a file is sealed."""


class PeopleFile(TenantScopedModel):
    """A CSV file that waits until its owner has looked at it and imports it.

    Nobody else reads it.  It is kept for a day at most, and goes with its owner.
    """

    class Kind(models.TextChoices):
        """What the lines of a file are about."""

        PEOPLE = "people", _("people")
        LICENCES = "licences", _("licences")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tenant = TenantForeignKey()
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created = models.DateTimeField(_("time"), default=timezone.now)
    kind = models.CharField(
        _("kind"),
        max_length=10,
        choices=Kind.choices,
        default=Kind.PEOPLE,
        db_default=Kind.PEOPLE.value,
    )
    name = models.CharField(_("name of the file"), max_length=100)
    encoding = models.CharField(_("encoding"), max_length=20)
    content = SealedBinaryField(purpose=PEOPLE_FILE, help_text="Its text, as JSON.")
    rows = models.PositiveIntegerField(_("rows"))
    layout: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("columns"), default=dict, blank=True, help_text="Empty until somebody has said it."
    )

    objects: ClassVar[TenantScopedManager[PeopleFile]] = TenantScopedManager()

    class Meta:
        verbose_name = _("file of people")
        verbose_name_plural = _("files of people")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="owner", name="people_file_owner_in_tenant"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["people", "licences"]), name="people_file_kind"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class FileLayout(TenantScopedModel):
    """How the columns of a file were meant, for the next one with the same titles."""

    # The unique constraint begins with it.
    tenant = TenantForeignKey(db_index=False)
    titles = models.CharField(_("titles"), max_length=64, help_text="Their SHA-256.")
    layout: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("columns"), default=dict
    )
    used = models.DateTimeField(_("time"), default=timezone.now)

    objects: ClassVar[TenantScopedManager[FileLayout]] = TenantScopedManager()

    class Meta:
        verbose_name = _("layout of a file")
        verbose_name_plural = _("layouts of files")
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "titles"], name="file_layout_titles_once")
        ]

    @override
    def __str__(self) -> str:
        return self.titles
