"""The service provider's own keys: they sign our requests and decrypt assertions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models.expiring import ExpiringCredential
from accounts.secrets.sealed_fields import SealedTextField
from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel
from saml_sso.addresses import TRUST
from saml_sso.protocol.certificates import describe_certificate

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from accounts.models import Tenant

PRIVATE_KEY: Final = "saml_sso: a private key of the service provider"
"""The purpose for which private keys are sealed."""


class ServiceProviderKey(ExpiringCredential, TenantScopedModel):
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
    private_key = SealedTextField(purpose=PRIVATE_KEY, help_text="PEM.")
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

    @classmethod
    @override
    def of_which_to_warn(cls, tenant: Tenant) -> QuerySet[ServiceProviderKey]:
        """Return those that sign or will; the previous one only reads what is on its way."""
        wanted = cls.objects.exclude(use=cls.Use.PREVIOUS)
        return wanted if tenant.saml_active else wanted.none()

    @property
    @override
    def ends_at(self) -> datetime:
        return describe_certificate(self.certificate).not_after

    @property
    @override
    def called(self) -> str:
        return gettext("Our own SAML key (%(use)s, SHA-256 of its certificate %(print)s)") % {
            "use": self.get_use_display(),
            "print": describe_certificate(self.certificate).fingerprint,
        }

    @property
    @override
    def renewal(self) -> str:
        return gettext(
            "Make the next key in step 1, let your identity provider read our metadata again, and "
            "switch over to it."
        )

    @property
    @override
    def page(self) -> str:
        return TRUST.path()
