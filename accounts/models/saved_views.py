"""Views of the user list that somebody has saved for themselves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models.users import User
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel

LONGEST_NAME = 60
"""Letters that a view can be called."""

LONGEST_QUERY = 2000
"""Characters of the address that a view is."""


class SavedView(TenantScopedModel):
    """A search with filters, columns and an order that a person has given a name.

    ``query`` is the part of the list's address that says so; whoever has the address has the
    view, so that a colleague is sent the link.
    """

    # The unique constraint begins with it.
    tenant = TenantForeignKey(db_index=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    query = models.CharField(_("filters"), max_length=LONGEST_QUERY, editable=False)
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[TenantScopedManager[SavedView]] = TenantScopedManager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="owner", name="saved_view_owner_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "owner", "name"], name="saved_view_name_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name
