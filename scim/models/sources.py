"""Inbound sources: the identity providers that call ``/scim/v2``, and their tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.addresses import PageAbove
from accounts.models.expiring import ExpiringCredential
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Tenant

ONE_DAY, TEN_YEARS = 1, 3650
USUAL_LOSS: Final = 50
"""People whom a source may take seats from, or delete, within an hour, if nobody says otherwise."""
TOKENS: Final = PageAbove("the tokens of a source, by its key")


class Departure(models.TextChoices):
    """What becomes of a user whom the source deletes or deactivates."""

    DEACTIVATE = "deactivate", _("Deactivate the user")
    DELETE = "delete", _("Delete the user")


class Source(TenantScopedModel):
    """One identity provider of a tenant: its options, and when it was last heard of.

    ``revision`` counts the changes of its mapping tables and of the tenant's extension schemas;
    triggers in the database keep it, so that whatever is compiled from them can be cached.
    """

    name = models.CharField(_("display name"), max_length=200)
    enabled = models.BooleanField(_("enabled"), default=True)
    on_delete = models.CharField(
        _("when the source deletes a user"),
        max_length=20,
        choices=Departure,
        default=Departure.DEACTIVATE,
    )
    on_deactivate = models.CharField(
        _("when the source deactivates or suspends a user"),
        max_length=20,
        choices=Departure,
        default=Departure.DEACTIVATE,
    )
    may_change_roles = models.BooleanField(
        _("may change roles"),
        default=False,
        help_text=_(
            "While it is off, this source sees who holds which role and cannot change it. What an "
            "admin has given a directory group goes on being given to its members."
        ),
    )
    lists_entitlements = models.BooleanField(
        _("announce roles and licences as resource types"),
        default=False,
        help_text=_("Okta finds the entitlements it can manage this way; others need it off."),
    )
    log_bodies = models.BooleanField(
        _("record request and response bodies"),
        default=False,
        help_text=_("Passwords and tokens are taken out before anything is recorded."),
    )
    log_retention_days = models.PositiveIntegerField(
        _("keep the request log for"),
        default=30,
        validators=[MinValueValidator(ONE_DAY), MaxValueValidator(TEN_YEARS)],
        help_text=_("In days."),
    )
    rate_limit_per_minute = models.PositiveIntegerField(
        _("requests per minute"), default=0, help_text=_("For each token; 0 means the default.")
    )
    loss_number = models.PositiveIntegerField(
        _("hold more than so many people"),
        default=USUAL_LOSS,
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "When the source takes seats from more people within an hour, or deletes more, what "
            "follows waits until an admin has looked. Empty: any number."
        ),
    )
    loss_percent = models.PositiveSmallIntegerField(
        _("hold more than so many percent"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_(
            "The same, of everybody in your company; what is reached first counts. Without "
            "a number and a percentage nothing of this source is held."
        ),
    )
    revision = models.PositiveBigIntegerField(default=1, editable=False)
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    last_request_at = models.DateTimeField(_("last request"), null=True, editable=False)
    last_success_at = models.DateTimeField(_("last success"), null=True, editable=False)
    last_error_at = models.DateTimeField(_("last error"), null=True, editable=False)
    last_error = models.TextField(_("what the last error was"), default="", editable=False)

    objects: ClassVar[TenantScopedManager[Source]] = TenantScopedManager()

    class Meta:
        verbose_name = _("inbound source")
        verbose_name_plural = _("inbound sources")
        ordering = ["name"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "id"], name="source_key_in_tenant"),
            models.UniqueConstraint(fields=["tenant", "name"], name="source_name_unique_in_tenant"),
            models.CheckConstraint(
                condition=models.Q(on_delete__in=Departure.values)
                & models.Q(on_deactivate__in=Departure.values),
                name="source_knows_what_to_do",
            ),
            models.CheckConstraint(
                condition=(models.Q(loss_number=None) | models.Q(loss_number__gte=1))
                & (models.Q(loss_percent=None) | models.Q(loss_percent__range=(1, 100))),
                name="source_limits_of_losses_are_usable",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class SourceDay(TenantScopedModel):
    """In which hours (UTC) of a day a source called, a bit each; a job reads it off the log."""

    # The constraint below begins with it.
    tenant = TenantForeignKey(db_index=False)
    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, related_name="days", db_index=False
    )
    day = models.DateField()
    hours = models.PositiveIntegerField()

    objects: ClassVar[TenantScopedManager[SourceDay]] = TenantScopedManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="source", name="source_day_source_in_tenant"),
            models.UniqueConstraint(fields=["tenant", "source", "day"], name="source_day_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.source_id}: {self.hours:024b} on {self.day}"


class BearerToken(ExpiringCredential, TenantScopedModel):
    """A secret that a source authenticates with; it names the tenant and the source.

    Only the SHA-256 of the secret is stored, so a copy of the table lets nobody in.  ``prefix``
    is the part of the secret that may be shown.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=200)
    prefix = models.CharField(_("starts with"), max_length=20, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects: ClassVar[TenantScopedManager[BearerToken]] = TenantScopedManager()

    class Meta:
        verbose_name = _("SCIM token")
        verbose_name_plural = _("SCIM tokens")
        ordering = ["-created"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="source", name="token_source_in_tenant"),
        ]
        indexes = [models.Index(fields=["tenant", "source", "-created"], name="token_of_source")]

    @override
    def __str__(self) -> str:
        return f"{self.name} (scim_{self.prefix}_…)"

    @property
    def is_alive(self) -> bool:
        """Whether requests with this token are let in now, as far as the token decides it."""
        return self.revoked is None and (self.expires is None or self.expires > timezone.now())

    @classmethod
    @override
    def of_which_to_warn(cls, tenant: Tenant) -> list[BearerToken]:
        """Return those that are used; one that has expired only if its source has no other."""
        if not tenant.scim_active:
            return []
        tokens = cls.objects.filter(revoked=None, source__enabled=True).select_related("source")
        served = {token.source_id for token in tokens if token.is_alive}
        return [token for token in tokens if token.is_alive or token.source_id not in served]

    @property
    @override
    def ends_at(self) -> datetime | None:
        return self.expires

    @property
    @override
    def called(self) -> str:
        return gettext("The SCIM token %(token)s of %(source)s") % {
            "token": self,
            "source": self.source.name,
        }

    @property
    @override
    def renewal(self) -> str:
        return gettext(
            "Make a further token, enter it at the identity provider, and revoke this one when it "
            "is no longer used."
        )

    @property
    @override
    def page(self) -> str:
        return TOKENS.path(self.source_id)
