"""The tenant's log of sign-ins: what came, what was decided, and why."""

from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.secrets.sealed_fields import SealedBinaryField
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel

ATTEMPT: Final = "saml_sso: a sign-in and the checks of its assertion"
"""The purpose for which their personal part is sealed."""


class SignInAttempt(TenantScopedModel):
    """One response of an identity provider (or a logout message) and its outcome.

    Personal values are masked in the plain columns; ``sealed`` holds them and the trace of the
    checks, encrypted, and
    reading it is audited (`saml_sso.services.attempts.reveal_attempt`).

    What carries a valid signature, and every test, has a row of its own.  What anybody may send
    shares a bounded part of the log (`saml_sso.services.strangers`): of each ``client`` and
    reason there are two rows, told apart by ``place``, and ``repeats`` counts what came between.
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

    class Place(models.IntegerChoices):
        """Which of those of one client and reason it is."""

        FIRST = 1, _("the first")
        NEWEST = 2, _("the newest")

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
    sealed = SealedBinaryField(purpose=ATTEMPT, default=b"")
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
    place = models.PositiveSmallIntegerField(choices=Place, null=True, editable=False)
    client = models.CharField(
        max_length=45,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="An address, or a network of IPv6; empty: all beyond those that are kept apart.",
    )
    repeats = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    person_page: str = ""
    """The page of who came in by it, where one is linked."""

    objects: ClassVar[TenantScopedManager[SignInAttempt]] = TenantScopedManager()

    class Meta:
        verbose_name = _("sign-in attempt")
        verbose_name_plural = _("sign-in attempts")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="user", name="sign_in_attempt_user_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "kind", "check_name", "client", "place"],
                condition=models.Q(place__isnull=False),
                name="attempt_of_a_stranger_in_its_place",
            ),
        ]
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant", "-id"], name="attempt_latest"),
            models.Index(fields=["tenant", "outcome", "-id"], name="attempt_by_outcome"),
            models.Index(fields=["tenant", "reference"], name="attempt_reference"),
            models.Index(
                fields=["tenant", "kind", "check_name"],
                condition=models.Q(place=1),
                name="attempt_first_of_strangers",
            ),
        ]

    @override
    def __str__(self) -> str:
        moment = date_format(timezone.localtime(self.at), "DATETIME_FORMAT")
        return f"{moment} {self.outcome} {self.reference}"

    @property
    def is_accepted(self) -> bool:
        """Whether every check passed."""
        return self.outcome == self.Outcome.ACCEPTED

    @property
    def is_of_everybody_else(self) -> bool:
        """Whether it stands for all clients beyond those that are kept apart."""
        return self.place is not None and not self.client

    @property
    def is_test(self) -> bool:
        """Whether an admin tested the settings."""
        return self.kind == self.Kind.TEST
