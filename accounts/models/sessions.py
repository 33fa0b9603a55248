"""Signed-in browsers, and links that sign somebody in once."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models.users import User
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel


class Session(models.Model):
    """A browser's session.

    ``session_key`` is the digest of the secret in the browser's cookie, and ``session_data`` is
    encrypted under that secret: whoever reads the table has nobody's session.  ``user`` is a
    column so that every session of a person ends with one statement.  A session exists before
    anybody has signed in, so it belongs to no tenant; it is reached by its key or by its user only.
    """

    session_key = models.CharField(max_length=64, primary_key=True)
    session_data = models.TextField()
    expire_date = models.DateTimeField(db_index=True)
    user = models.ForeignKey(
        User,
        null=True,
        on_delete=models.CASCADE,
        related_name="sessions",
        editable=False,
        db_index=False,  # The index below begins with it.
    )
    method = models.CharField(_("signed in with"), max_length=20, blank=True, default="")
    ip_address = models.GenericIPAddressField(_("address"), null=True)
    user_agent = models.CharField(_("browser"), max_length=300, blank=True, default="")
    created = models.DateTimeField(_("since"), default=timezone.now)
    last_seen = models.DateTimeField(_("last seen"), default=timezone.now)
    saml: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict,
        help_text="NameID and SessionIndex of a SAML sign-in, which Single Logout must match.",
    )

    objects: ClassVar[models.Manager[Session]] = models.Manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        indexes = [models.Index(fields=["user", "-last_seen"], name="session_of_user")]

    @override
    def __str__(self) -> str:
        return f"session of {self.user_id}"


class OneTimeLink(TenantScopedModel):
    """A link that works once within a limited time: an invitation, or a break-glass sign-in.

    Only the digest of its secret is stored.
    """

    class Purpose(models.TextChoices):
        """What following the link does."""

        INVITATION = "invitation", _("Invitation: choose a password")
        BREAK_GLASS = "break_glass", _("Break-glass sign-in")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="one_time_links")
    purpose = models.CharField(max_length=20, choices=Purpose)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)

    objects: ClassVar[TenantScopedManager[OneTimeLink]] = TenantScopedManager()

    class Meta:
        verbose_name = _("one-time link")
        verbose_name_plural = _("one-time links")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="user", name="one_time_link_user_in_tenant"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.purpose} for {self.user_id}"
