"""Links for a colleague in IT who has no account."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models.actors import ActorField
from accounts.storage.retention import ERASED
from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel


class SetUpLink(TenantScopedModel):
    """An expiring permission to do one thing on the SAML & SCIM page, and nothing else.

    Only the digest of its secret is stored.  It works until it expires or is revoked.
    """

    class Purpose(models.TextChoices):
        """What the holder may do."""

        SAML = "saml", _("Set up SAML sign-on")
        SCIM = "scim", _("Set up SCIM provisioning")
        SAML_AND_SCIM = "saml_and_scim", _("Set up SAML sign-on and SCIM provisioning")
        CERTIFICATE = "certificate", _("Renew the certificate")

    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = ActorField(_("made by"), at="created")
    created = models.DateTimeField(_("created"), default=timezone.now)
    expires = models.DateTimeField(_("expires"))
    revoked = models.DateTimeField(_("revoked"), null=True)
    last_used = models.DateTimeField(_("last used"), null=True)

    objects: ClassVar[TenantScopedManager[SetUpLink]] = TenantScopedManager()

    class Meta:
        verbose_name = _("set-up link")
        verbose_name_plural = _("set-up links")
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "id"], name="set_up_link_key_in_tenant"),
        ]
        ordering = ["-id"]
        indexes = [models.Index(fields=["tenant", "-id"], name="set_up_link_latest")]

    @override
    def __str__(self) -> str:
        return str(self.get_purpose_display())

    @property
    def actor(self) -> str:
        """Who acts in the audit trail when the link is used."""
        return self.called_by(self.made_by)

    def called_by(self, maker: str) -> str:
        """Return what the link is called as an actor if ``maker`` made it; erased, nobody did."""
        return f"set-up link {self.pk}" + ("" if maker == ERASED else f" made by {maker}")

    @property
    def is_open(self) -> bool:
        """Whether it still works."""
        return self.revoked is None and self.expires > timezone.now()

    @property
    def allows_saml(self) -> bool:
        """Whether the holder may change what is known of the identity provider."""
        return self.purpose in {self.Purpose.SAML, self.Purpose.SAML_AND_SCIM}

    @property
    def allows_scim(self) -> bool:
        """Whether the holder may make a SCIM token."""
        return self.purpose in {self.Purpose.SCIM, self.Purpose.SAML_AND_SCIM}

    @property
    def allows_certificate(self) -> bool:
        """Whether the holder may add a certificate."""
        return self.purpose != self.Purpose.SCIM
