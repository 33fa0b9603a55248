"""Ways in that work when the identity provider does not, and where addresses belong."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models.actors import ActorField
from accounts.models.users import User
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel


class RecoveryCode(TenantScopedModel):
    """A code that lets a system admin in once, although SAML is enforced or broken.

    Only its digest is stored.  A new set replaces the codes of the earlier one.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(default=timezone.now)
    used = models.DateTimeField(null=True)

    objects: ClassVar[TenantScopedManager[RecoveryCode]] = TenantScopedManager()

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="user", name="recovery_code_user_in_tenant"),
        ]

    @override
    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"


class EmailDomain(TenantScopedModel):
    """A mail domain that a tenant claims as its own.

    A claim does nothing until an operator has verified it; from then on addresses at the domain
    go straight to the tenant's identity provider at sign-in.  A domain is verified for one
    tenant at most.
    """

    domain = models.CharField(
        _("mail domain"),
        max_length=253,
        validators=[
            RegexValidator(
                r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$",
                _("Enter the part after the @ in lower-case letters, such as “acme.example”."),
            )
        ],
    )
    created = models.DateTimeField(_("claimed"), default=timezone.now, editable=False)
    verified = models.DateTimeField(_("verified"), null=True, editable=False)
    verified_by = ActorField(_("verified by"), at="verified", blank=True, editable=False)

    objects: ClassVar[TenantScopedManager[EmailDomain]] = TenantScopedManager()

    class Meta:
        verbose_name = _("mail domain")
        verbose_name_plural = _("mail domains")
        ordering = ["domain"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "domain"], name="domain_claimed_once"),
            models.UniqueConstraint(
                fields=["domain"],
                condition=Q(verified__isnull=False),
                name="domain_verified_for_one_tenant",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.domain
