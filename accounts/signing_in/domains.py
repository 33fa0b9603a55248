"""Mail domains: a tenant claims one, an operator verifies it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import EmailDomain
from accounts.signing_in.routing import PUBLIC_MAIL_DOMAINS, claimed_domain
from accounts.storage.violations import violated_constraint
from accounts.tenancy.scoping import active_tenant_id
from accounts.trail import audit
from accounts.trail.changes import names


@transaction.atomic
def claim_domain(*, domain: str) -> EmailDomain:
    """Return the active tenant's claim of ``domain``, unverified and without effect.

    Raises:
        django.core.exceptions.ValidationError: No domain, a public one, or claimed already.
    """
    spelt = claimed_domain(domain.strip().lstrip("@"))
    claim = EmailDomain(tenant_id=active_tenant_id(), domain=spelt)
    claim.full_clean(validate_unique=False, validate_constraints=False)
    if claim.domain in PUBLIC_MAIL_DOMAINS:
        raise ValidationError(
            _("%(domain)s is a public mail service; its addresses belong to no company.")
            % {"domain": claim.domain}
        )
    try:
        with transaction.atomic():
            claim.save()
    except IntegrityError as error:
        if violated_constraint(error) != "domain_claimed_once":
            raise
        raise ValidationError(
            _("Your company has claimed %(domain)s already.") % {"domain": claim.domain}
        ) from error
    audit.record("domain.claimed", claim)
    return claim


@transaction.atomic
def verify_domain(*, claim: EmailDomain) -> None:
    """Let addresses at the domain sign in at the tenant's identity provider from now on.

    The operator has made sure that the domain is the tenant's.  Runs in the claim's tenant.

    Raises:
        django.core.exceptions.ValidationError: It is verified for another tenant.
    """
    claim.verified = timezone.now()
    claim.verified_by = audit.acting()
    try:
        with transaction.atomic():
            claim.save(update_fields=["verified", "verified_by"])
    except IntegrityError as error:
        if violated_constraint(error) != "domain_verified_for_one_tenant":
            raise
        raise ValidationError(
            _("%(domain)s is verified for another tenant. Withdraw that first.")
            % {"domain": claim.domain}
        ) from error
    audit.record("domain.verified", claim)


@transaction.atomic
def withdraw_domain(*, claim: EmailDomain) -> None:
    """Forget the claim; addresses at the domain are routed like any other again."""
    audit.record("domain.withdrawn", claim, **names({"domain": claim.domain}))
    claim.delete()
