"""The tenant's log of sign-ins: what came, what was decided, and why."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.constraints import SameTenant
from accounts.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel


class SignInAttempt(TenantScopedModel):
    """One response of an identity provider (or a logout message) and its outcome.

    Personal values are masked in the plain columns; ``sealed`` holds them and the trace of the
    checks, encrypted, and
    reading it is audited (`saml_sso.services.attempts.reveal_attempt`).
    """

    class Outcome(models.TextChoices):
        """How it ended."""

        ACCEPTED = "accepted", _("signed in")
        REFUSED = "refused", _("refused")

    class Kind(models.TextChoices):
        """What was tried."""

        IDP_INITIATED = "idp_initiated", _("from the identity provider")
        SP_INITIATED = "sp_initiated", _("from the sign-on page")
        TEST = "test", _("test")
        LOGOUT = "logout", _("logout")

    # Indexes that begin with it are below.  No key: each attempt would lock the tenant's row.
    tenant = TenantForeignKey(db_index=False, db_constraint=False)
    at = models.DateTimeField(_("time"), default=timezone.now)
    kind = models.CharField(_("began"), max_length=20, choices=Kind)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    reference = models.CharField(_("reference"), max_length=20)
    check_name = models.CharField(_("failed check"), max_length=60, blank=True, default="")
    reason = models.TextField(_("reason"), blank=True, default="")
    remedy = models.TextField(_("what to do"), blank=True, default="")
    identifier = models.CharField(_("person"), max_length=400, blank=True, default="")
    sealed = models.BinaryField(default=b"")
    # The constraint below says more than the key's own would.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_constraint=False,
    )
    revision = models.PositiveIntegerField(default=0)
    ip_address = models.GenericIPAddressField(_("address"), null=True)
    user_agent = models.CharField(_("browser"), max_length=300, blank=True, default="")

    objects: ClassVar[TenantScopedManager[SignInAttempt]] = TenantScopedManager()

    class Meta:
        verbose_name = _("sign-in attempt")
        verbose_name_plural = _("sign-in attempts")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="user", name="sign_in_attempt_user_in_tenant"),
        ]
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant", "-id"], name="attempt_latest"),
            models.Index(fields=["tenant", "outcome", "-id"], name="attempt_by_outcome"),
            models.Index(fields=["tenant", "reference"], name="attempt_reference"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.outcome} {self.reference}"

    @property
    def is_accepted(self) -> bool:
        """Whether every check passed."""
        return self.outcome == self.Outcome.ACCEPTED

    @property
    def is_test(self) -> bool:
        """Whether an admin tested the settings."""
        return self.kind == self.Kind.TEST
