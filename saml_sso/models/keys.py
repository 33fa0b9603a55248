"""The service provider's own keys: they sign our requests and decrypt assertions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.scoping import TenantScopedManager, TenantScopedModel


class ServiceProviderKey(TenantScopedModel):
    """A key pair of the tenant's own.

    There are at most two: during a rotation the *next* one is announced in our metadata while
    the *current* one signs; afterwards the *previous* one still decrypts.
    """

    class Use(models.TextChoices):
        """Where in its life a key is."""

        CURRENT = "current", _("current")
        NEXT = "next", _("next")
        PREVIOUS = "previous", _("previous")

    use = models.CharField(max_length=10, choices=Use)
    private_key = models.TextField(help_text="PEM, encrypted; see accounts.encryption.")
    certificate = models.TextField(help_text="PEM, made by ourselves.")
    created = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[TenantScopedManager[ServiceProviderKey]] = TenantScopedManager()

    class Meta:
        verbose_name = _("key of the service provider")
        verbose_name_plural = _("keys of the service provider")
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "use"], name="one_sp_key_of_each_use"),
        ]

    @override
    def __str__(self) -> str:
        return self.use
