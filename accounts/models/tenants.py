"""Customers of the product."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override


class Plan(models.TextChoices):
    """What a customer has bought; SAML and SCIM belong to the Enterprise plan."""

    STARTER = "starter", _("Starter")
    PROFESSIONAL = "professional", _("Professional")
    ENTERPRISE = "enterprise", _("Enterprise")


class Tenant(models.Model):
    """A customer organization: the boundary no query may cross.

    The switches of SAML and SCIM are columns here, because sign-in and both protocols read
    them, and because the rules between them (no SCIM without SAML, no enforcement of a sign-in
    that is off) can then be constraints of the database.
    """

    slug = models.CharField(
        _("short name"),
        max_length=50,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$",
                _("Use lower-case letters, digits and hyphens, such as “acme” or “acme-emea”."),
            )
        ],
        help_text=_("Part of the sign-on page URL; it cannot be changed later."),
    )
    name = models.CharField(_("name"), max_length=200)
    plan = models.CharField(_("plan"), max_length=20, choices=Plan, default=Plan.STARTER)
    saml_enabled = models.BooleanField(_("SAML sign-on is on"), default=False, editable=False)
    saml_enforced = models.BooleanField(_("SAML is enforced"), default=False, editable=False)
    scim_enabled = models.BooleanField(_("SCIM is on"), default=False, editable=False)
    trail_days = models.PositiveIntegerField(
        _("days that the audit trail is kept"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36_500)],
        help_text=_("Older entries are deleted. Empty: as long as the deployment keeps them."),
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(saml_enabled=True) | Q(saml_enforced=False),
                name="saml_enforced_only_when_enabled",
            ),
            models.CheckConstraint(
                condition=Q(saml_enabled=True) | Q(scim_enabled=False),
                name="scim_only_with_saml",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name

    @property
    def includes_saml_and_scim(self) -> bool:
        """Whether the plan includes SAML and SCIM; on other plans neither works."""
        return self.plan == Plan.ENTERPRISE

    @property
    def saml_active(self) -> bool:
        """Whether people can sign in with SAML now."""
        return self.saml_enabled and self.includes_saml_and_scim

    @property
    def refuses_passwords(self) -> bool:
        """Whether people have to sign in with SAML."""
        return self.saml_enforced and self.saml_active

    @property
    def scim_active(self) -> bool:
        """Whether identity providers can call the SCIM endpoints now."""
        return self.scim_enabled and self.saml_active
