"""What must be remembered of SAML messages so that each counts once."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel


class PendingRequest(TenantScopedModel):
    """A sign-in, test or logout that began here and waits for the identity provider's answer.

    It belongs to the browser whose cookie digests to ``browser_digest``, and is consumed once.
    ``answer`` holds a validated assertion between the identity provider's cross-site POST and
    the same-site request that finishes the sign-in, or until a person says that it may replace the
    session of somebody else; ``browser_digest`` is then the stored key of that session.
    ``link`` is the set-up link on whose page a test began, ``tester_session`` the row of the
    admin's session; ``attempt_pk`` names the attempt that a test ended with, ``proposal_pk`` the
    candidate that is tested.
    """

    class Purpose(models.TextChoices):
        """What the answer is for."""

        SIGN_IN = "sign_in", _("Sign-in")
        TEST = "test", _("Test sign-in")
        LOGOUT = "logout", _("Logout")
        REPLACE = "replace", _("Sign-in in place of somebody else")

    id = models.CharField(primary_key=True, max_length=64)
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.SIGN_IN)
    tester = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    link = models.ForeignKey(
        "saml_sso.SetUpLink", null=True, on_delete=models.CASCADE, related_name="+"
    )
    browser_digest = models.CharField(max_length=64)
    destination = models.CharField(max_length=2000, blank=True, default="")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    consumed_at = models.DateTimeField(null=True)
    force_authn = models.BooleanField(
        default=False, help_text="Whether the person is to show anew who they are."
    )
    answer: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(
        null=True
    )

    # Of a test with a proposal, which may be discarded or replaced before the answer comes.
    proposal_pk = models.BigIntegerField(null=True)
    tester_session = models.CharField(max_length=64, blank=True, default="")

    # No reference: attempts are trimmed, and trimming them must not look here.
    attempt_pk = models.BigIntegerField(null=True)

    objects: ClassVar[TenantScopedManager[PendingRequest]] = TenantScopedManager()

    class Meta:
        verbose_name = _("pending sign-in")
        verbose_name_plural = _("pending sign-ins")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="tester", name="pending_request_tester_in_tenant"),
            SameTenant(field="link", name="pending_request_link_in_tenant"),
        ]
        indexes = [
            models.Index(fields=["tenant", "browser_digest"], name="pending_of_browser"),
            models.Index(fields=["expires_at"], name="pending_expiry"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.purpose} until {self.expires_at:%Y-%m-%d %H:%M:%S}"

    def is_of(self, browser: str) -> bool:
        """Tell whether it set out from the browser whose secret has this digest."""
        return bool(browser) and self.browser_digest == browser


class ConsumedAssertion(TenantScopedModel):
    """An assertion that was used; the row is made in the transaction that makes the session.

    So are requests to log out, in the transaction that ends sessions. ``digest`` stands for issuer
    and ID, which may be longer than an index can hold.
    """

    # The constraint below begins with it.  No key: what writes here has read the tenant's row.
    tenant = TenantForeignKey(db_index=False, db_constraint=False)
    digest = models.CharField(max_length=64)
    expires = models.DateTimeField()

    objects: ClassVar[TenantScopedManager[ConsumedAssertion]] = TenantScopedManager()

    class Meta:
        verbose_name = _("used assertion")
        verbose_name_plural = _("used assertions")
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "digest"], name="assertion_used_once_in_tenant"
            ),
        ]
        indexes = [models.Index(fields=["expires"], name="consumed_expiry")]

    @override
    def __str__(self) -> str:
        return f"used assertion, kept until {self.expires:%Y-%m-%d %H:%M:%S}"
