"""What a tenant knows of its identity provider, and what it allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models.expiring import ExpiringCredential
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel
from saml_sso.addresses import TRUST
from saml_sso.models.proposals import TrustProposal
from saml_sso.protocol.certificates import describe_certificate
from saml_sso.protocol.names import Binding

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from accounts.models import Tenant

LONGEST_ENTITY_ID = 1024
BINDINGS = [(Binding.REDIRECT.value, _("Redirect")), (Binding.POST.value, _("POST"))]


class IdentityProviderSettings(TenantScopedModel):
    """The tenant's side of the trust; there is one row for each tenant.

    ``revision`` rises with every change that can change the outcome of a sign-in.  A test
    counts for the revision it was made with, so that a change takes the tick away.
    """

    entity_id = models.CharField(
        _("IdP entity ID"), max_length=LONGEST_ENTITY_ID, blank=True, default=""
    )
    sso_url = models.CharField(_("sign-in URL"), max_length=2000, blank=True, default="")
    sso_binding = models.CharField(max_length=60, choices=BINDINGS, default=Binding.REDIRECT.value)
    slo_url = models.CharField(_("logout URL"), max_length=2000, blank=True, default="")
    slo_response_url = models.CharField(max_length=2000, blank=True, default="")
    slo_binding = models.CharField(max_length=60, choices=BINDINGS, default=Binding.REDIRECT.value)
    want_authn_requests_signed = models.BooleanField(default=False)

    system_admin_email = models.EmailField(_("System admin email"), blank=True, default="")

    metadata_url = models.CharField(_("metadata URL"), max_length=2000, blank=True, default="")
    metadata_refreshed_at = models.DateTimeField(null=True)
    metadata_problem = models.TextField(
        blank=True, default="", help_text="Why the last refresh changed nothing; empty if it ran."
    )

    allow_idp_initiated = models.BooleanField(
        _("Allow sign-ins that start at the identity provider"), default=True
    )
    tolerate_in_response_to = models.BooleanField(
        _("Tolerate an InResponseTo in sign-ins that start at the identity provider"),
        default=False,
    )
    refuse_expired_certificates = models.BooleanField(
        _("Refuse signatures of an expired certificate"), default=False
    )
    create_users_at_sign_in = models.BooleanField(
        _("Create unknown people at their first sign-in"), default=False
    )
    refresh_names_at_sign_in = models.BooleanField(
        _("Take people’s names from each sign-in"), default=False, db_default=False
    )
    identifier_attribute = models.CharField(
        _("identifier"), max_length=500, blank=True, default="", help_text="Empty: the NameID."
    )
    given_name_attribute = models.CharField(_("given name"), max_length=500, blank=True, default="")
    family_name_attribute = models.CharField(
        _("family name"), max_length=500, blank=True, default=""
    )
    display_name_attribute = models.CharField(
        _("display name"), max_length=500, blank=True, default=""
    )

    revision = models.PositiveIntegerField(default=0, editable=False)
    tested_revision = models.PositiveIntegerField(null=True, editable=False)
    tested_at = models.DateTimeField(null=True, editable=False)
    issuer_pinned_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When the entity ID was taken from the first sign-in that passed.",
    )
    candidate = models.ForeignKey(
        TrustProposal,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
        help_text="What takes over when a test with it has passed.",
    )

    objects: ClassVar[TenantScopedManager[IdentityProviderSettings]] = TenantScopedManager()

    class Meta:
        verbose_name = _("SAML settings")
        verbose_name_plural = _("SAML settings")
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="one_saml_settings_row_in_tenant"),
            SameTenant(field="candidate", name="saml_candidate_in_tenant"),
        ]

    @override
    def __str__(self) -> str:
        return self.entity_id or "SAML"

    @property
    def is_tested(self) -> bool:
        """Whether a sign-in has passed with exactly the settings of now."""
        return self.tested_revision is not None and self.tested_revision == self.revision


class IdentityProviderCertificate(ExpiringCredential, TenantScopedModel):
    """A certificate whose signature counts; a tenant has up to five.

    What it says about itself is read from ``pem`` (`saml_sso.protocol.certificates`); the
    columns are what is searched by.
    """

    fingerprint = models.CharField(_("fingerprint"), max_length=95)
    pem = models.TextField()
    not_after = models.DateTimeField(_("expires"))
    added = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    objects: ClassVar[TenantScopedManager[IdentityProviderCertificate]] = TenantScopedManager()

    class Meta:
        verbose_name = _("certificate of the identity provider")
        verbose_name_plural = _("certificates of the identity provider")
        base_manager_name = "objects"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "fingerprint"], name="idp_certificate_once_in_tenant"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.fingerprint

    @classmethod
    @override
    def of_which_to_warn(cls, tenant: Tenant) -> QuerySet[IdentityProviderCertificate]:
        """Return those that people sign in with."""
        return cls.objects.all() if tenant.saml_active else cls.objects.none()

    @property
    @override
    def ends_at(self) -> datetime:
        return self.not_after

    @property
    @override
    def called(self) -> str:
        return gettext(
            "The certificate “%(subject)s” of the identity provider (SHA-256 %(print)s)"
        ) % {
            "subject": describe_certificate(self.pem).subject,
            "print": self.fingerprint,
        }

    @property
    @override
    def renewal(self) -> str:
        return gettext(
            "Create the next signing certificate at your identity provider, and add it beside the "
            "present one before it is used. When the identity provider signs with the other one, "
            "remove this."
        )

    @property
    @override
    def page(self) -> str:
        return TRUST.path()
