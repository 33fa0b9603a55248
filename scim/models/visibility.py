"""Which sources the people of an access profile see."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import AccessProfile
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel
from scim.models.sources import Source


class ProfileSource(TenantScopedModel):
    """A source that an access profile lists: whoever may see sources sees it by that profile."""

    profile = models.ForeignKey(AccessProfile, on_delete=models.CASCADE, related_name="sources")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="profiles")

    objects: ClassVar[TenantScopedManager[ProfileSource]] = TenantScopedManager()

    class Meta:
        verbose_name = _("source of an access profile")
        verbose_name_plural = _("sources of access profiles")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="profile", name="profile_source_profile_in_tenant"),
            SameTenant(field="source", name="profile_source_source_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "profile", "source"], name="profile_lists_source_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.source_id} for {self.profile_id}"
