"""What tenants have bought, who uses it, and who used it before."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import DirectoryGroup, User
from accounts.models.actors import ActorField
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantForeignKey, TenantScopedManager, TenantScopedModel


class Product(models.Model):
    """Something that is sold by the seat; the same for all tenants."""

    key = models.SlugField(_("key"), unique=True, help_text=_("Stable name for SCIM and reports."))
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True, default="")

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["name"]

    @override
    def __str__(self) -> str:
        return self.name


class Subscription(TenantScopedModel):
    """A tenant's right to a number of seats of one product, for a time."""

    tenant = TenantForeignKey(editable=True)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="subscriptions")
    seats = models.PositiveIntegerField(_("seats"))
    starts = models.DateField(_("start"), default=datetime.date.today)
    ends = models.DateField(_("end"), null=True, blank=True, help_text=_("Last day; empty: open."))

    objects: ClassVar[TenantScopedManager[Subscription]] = TenantScopedManager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["product__name"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "id"], name="subscription_key_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "product"], name="one_subscription_per_product"
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                name="subscription_ends_after_it_starts",
            ),
        ]

    @override
    def __str__(self) -> str:
        return str(self.product)

    def is_current(self, today: datetime.date) -> bool:
        """Whether licences can be given out on ``today``."""
        return self.starts <= today and (self.ends is None or today <= self.ends)


class Seat(TenantScopedModel):
    """One person's licence: held now while ``released`` is empty, history afterwards."""

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="seat_history"
    )
    # History outlives the person; their name is kept as text, until they are erased.
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="seats")
    user_label = models.CharField(_("user"), max_length=320, blank=True)
    granted = models.DateTimeField(_("granted"), default=timezone.now)
    granted_by = ActorField(_("granted by"), at="granted")
    grant_reason = models.CharField(_("reason"), max_length=300, blank=True)
    by_group = models.BooleanField(_("by group"), default=False)
    released = models.DateTimeField(_("released"), null=True, blank=True)
    released_by = ActorField(_("released by"), at="released", blank=True)
    release_reason = models.CharField(_("reason of the release"), max_length=300, blank=True)
    kept_for = models.UUIDField(
        null=True, editable=False, help_text="Who held it, while their deletion is held."
    )

    person_page: str = ""
    """The page of its holder, where a list links to it."""

    objects: ClassVar[TenantScopedManager[Seat]] = TenantScopedManager()

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        ordering = ["-granted"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="subscription", name="seat_subscription_in_tenant"),
            SameTenant(field="user", name="seat_user_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "subscription", "user"],
                condition=Q(released__isnull=True),
                name="one_seat_per_user",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "subscription"],
                name="seats_held",
                condition=Q(released__isnull=True),
            ),
            models.Index(
                fields=["tenant", "user_label"],
                name="seats_of_who_is_gone",
                condition=Q(user__isnull=True),
            ),
            models.Index(fields=["tenant", "granted_by"], name="seats_granted_by"),
            models.Index(fields=["tenant", "released_by"], name="seats_released_by"),
            models.Index(
                fields=["tenant", "kept_for"],
                name="seats_kept",
                condition=Q(kept_for__isnull=False),
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.holder}: {self.subscription}"

    @property
    def holder(self) -> str:
        """What whoever has or had it was called then, or that they are erased."""
        return self.user_label or gettext("Somebody who was deleted")


class SeatCount(TenantScopedModel):
    """How a subscription stood when a day began; nothing but the daily count writes it.

    ``ends`` is the subscription's last day as it was then: what has been warned of is read off it.
    """

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="seat_counts"
    )
    day = models.DateField(_("day"))
    bought = models.PositiveIntegerField(_("bought"))
    used = models.PositiveIntegerField(_("used"))
    waiting = models.PositiveIntegerField(_("waiting"))
    ends = models.DateField(_("end"), null=True)

    objects: ClassVar[TenantScopedManager[SeatCount]] = TenantScopedManager()

    class Meta:
        verbose_name = _("daily count of seats")
        verbose_name_plural = _("daily counts of seats")
        ordering = ["day"]
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="subscription", name="seat_count_subscription_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "subscription", "day"], name="seats_counted_once_a_day"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.subscription_id}: {self.day}"


class GroupLicense(TenantScopedModel):
    """The rule "members of this directory group hold this licence", which a tenant opts in to."""

    group = models.ForeignKey(
        DirectoryGroup, on_delete=models.CASCADE, related_name="license_mappings"
    )
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="group_mappings"
    )

    objects: ClassVar[TenantScopedManager[GroupLicense]] = TenantScopedManager()

    class Meta:
        verbose_name = _("licence of its members")
        verbose_name_plural = _("licences of its members")
        base_manager_name = "objects"
        constraints = [
            SameTenant(field="group", name="group_license_group_in_tenant"),
            SameTenant(field="subscription", name="group_license_subscription_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "group", "subscription"], name="group_license_mapping_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.group_id} → {self.subscription_id}"
