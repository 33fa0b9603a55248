"""How an action on many rows went, kept for whoever did it."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager


class ActionResult(models.Model):
    """One line for each row that an action was about; an operator's has no tenant.

    Only its maker reads it.  ``lines`` are lists of a name, an outcome and a reason.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tenant = TenantForeignKey(null=True)
    # No key: everybody's deletion would look for rows here.
    maker = models.UUIDField(_("made by"))
    created = models.DateTimeField(_("time"), default=timezone.now)
    about = models.CharField(_("list"), max_length=100, help_text="Such as accounts.user.")
    title = models.CharField(_("title"), max_length=300)
    file_name = models.CharField(_("name of the file"), max_length=100)
    back = models.TextField(_("page that it was done on"))
    lines: models.JSONField[list[list[str]], list[list[str]]] = models.JSONField(
        _("lines"), default=list
    )

    objects: ClassVar[TenantScopedManager[ActionResult]] = TenantScopedManager()

    class Meta:
        verbose_name = _("result of an action")
        verbose_name_plural = _("results of actions")
        base_manager_name = "objects"
        indexes = [models.Index(fields=["maker", "-created"], name="results_of_maker")]

    @override
    def __str__(self) -> str:
        return self.title
