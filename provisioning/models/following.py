"""How far an application has followed the feed of changes, and how fast its target may be asked."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models.transactions import TransactionNumberField
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel


class Follower(TenantScopedModel):
    """An application's place in the feed.  Who plans for it locks this row.

    ``rests_until``: nothing of it is worth taking up before, since its target pauses.
    """

    tenant = TenantForeignKey(db_index=False)
    application = models.OneToOneField(
        "provisioning.Application", on_delete=models.CASCADE, related_name="follower"
    )
    generation = models.CharField(max_length=60)
    transaction = TransactionNumberField(default=0)
    entry_id = models.BigIntegerField(default=0)
    moved = models.DateTimeField(_("moved"), default=timezone.now)
    rests_until = models.DateTimeField(_("rests until"), null=True)
    error = models.TextField(_("reason"), blank=True, help_text="Why it could not go on.")

    objects: ClassVar[TenantScopedManager[Follower]] = TenantScopedManager()

    class Meta:
        verbose_name = _("place in the feed of changes")
        verbose_name_plural = _("places in the feed of changes")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="application", name="follower_application_in_tenant"),
            models.UniqueConstraint(fields=["tenant", "application"], name="follower_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.generation}:{self.transaction}:{self.entry_id}"


class TargetBudget(TenantScopedModel):
    """When the next request may go to a host with a credential, whichever worker sends it.

    ``key`` is a digest of both.  ``interval`` is the seconds between two requests, 0 without a
    limit; it grows with each 429 and shrinks while none comes.
    """

    tenant = TenantForeignKey(db_index=False)
    key = models.CharField(_("digest of host and credential"), max_length=64)
    interval = models.FloatField(_("seconds between requests"), default=0)
    least_interval = models.FloatField(default=0, help_text="What the catalogue says.")
    next_free = models.DateTimeField(default=timezone.now)
    paused_until = models.DateTimeField(_("paused until"), null=True)
    slowed = models.DateTimeField(_("last slowed down"), null=True)

    objects: ClassVar[TenantScopedManager[TargetBudget]] = TenantScopedManager()

    class Meta:
        verbose_name = _("pace of a target")
        verbose_name_plural = _("paces of targets")
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="target_budget_once")]

    @override
    def __str__(self) -> str:
        return self.key
