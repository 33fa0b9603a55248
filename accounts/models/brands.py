"""How a tenant looks: its logo and its colour."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel


class Brand(TenantScopedModel):
    """The logo and the colour of one tenant; a tenant without a row looks like Gatehouse.

    ``colour`` is as it was given, such as ``#86295f``; what is shown is worked out from it.
    ``logo`` and ``small_logo`` are the same square as PNG.  ``logo_address`` names them in an
    address: a random number that is new with each logo, because the digest of a picture that is
    known would tell whether its owner is a customer.
    """

    colour = models.CharField(
        _("colour"),
        max_length=7,
        blank=True,
        default="",
        validators=[RegexValidator(r"^#[0-9a-f]{6}\Z")],
    )
    logo = models.BinaryField(_("logo"), null=True)
    small_logo = models.BinaryField(null=True)
    logo_address = models.CharField(max_length=32, blank=True, default="", editable=False)

    objects: ClassVar[TenantScopedManager[Brand]] = TenantScopedManager()

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="one_brand_of_a_tenant"),
            models.UniqueConstraint(
                fields=["logo_address"], condition=~Q(logo_address=""), name="logo_has_its_address"
            ),
            models.CheckConstraint(
                condition=Q(logo_address="", logo=None, small_logo=None)
                | (~Q(logo_address="") & Q(logo__isnull=False, small_logo__isnull=False)),
                name="logo_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(colour="") | Q(colour__regex=r"^#[0-9a-f]{6}$"),
                name="colour_can_be_shown",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.colour
