"""What somebody wants the tenant to trust, and what signs nobody in until more has been done."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models.actors import ActorField
from accounts.tenancy.constraints import SameTenant
from accounts.tenancy.scoping import TenantScopedManager, TenantScopedModel
from saml_sso.models.links import SetUpLink


class TrustProposal(TenantScopedModel):
    """Another identity provider, further certificates, or other attributes; none is trusted yet.

    What a set-up link or the metadata URL brought waits for a system admin.  What an admin wants
    in place of the trusted identity provider is the *candidate*, which waits for a test; a tenant
    has one at most.  ``content`` is a `saml_sso.wishes.Wish`; ``base`` is the digest of what was
    trusted when a person last saw the difference, so that nothing takes over unseen.
    """

    class Origin(models.TextChoices):
        """Who brought it."""

        CANDIDATE = "candidate", _("A system admin")
        LINK = "link", _("A set-up link")
        METADATA_URL = "metadata_url", _("The metadata URL")

    origin = models.CharField(_("brought by"), max_length=20, choices=Origin)
    link = models.ForeignKey(SetUpLink, null=True, on_delete=models.CASCADE, related_name="+")
    made_by = ActorField(_("made by"), at="created")
    created = models.DateTimeField(_("created"), default=timezone.now)
    base = models.CharField(max_length=64)
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)

    objects: ClassVar[TenantScopedManager[TrustProposal]] = TenantScopedManager()

    class Meta:
        verbose_name = _("proposal for another trust")
        verbose_name_plural = _("proposals for another trust")
        base_manager_name = "objects"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "id"], name="trust_proposal_key_in_tenant"),
            SameTenant(field="link", name="trust_proposal_link_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant", "origin"],
                condition=~Q(origin="link"),
                name="one_candidate_and_one_from_the_url",
            ),
            models.UniqueConstraint(
                fields=["tenant", "link"],
                condition=Q(origin="link"),
                name="one_proposal_of_each_link",
            ),
            models.CheckConstraint(
                condition=Q(origin="link", link__isnull=False)
                | (~Q(origin="link") & Q(link__isnull=True)),
                name="a_link_proposes_its_own",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.get_origin_display()} {self.pk}"

    @property
    def is_candidate(self) -> bool:
        """Whether a system admin wants it, so that only a test is missing."""
        return self.origin == self.Origin.CANDIDATE
