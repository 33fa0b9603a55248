"""Warning a tenant of certificates that expire, early enough and not too often."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from accounts import audit
from saml_sso.models import IdentityProviderCertificate, IdentityProviderSettings
from saml_sso.protocol.certificates import describe_certificate

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Tenant

logger = logging.getLogger(__name__)

THRESHOLDS = (60, 30, 14, 7, 1)
"""Days before the expiry at which a mail goes out, once each."""


def warn_of_expiring_certificates(*, tenant: Tenant, now: datetime | None = None) -> int:
    """Mail the system admin what expires soon; return how many mails went out.

    A mail that cannot be sent is tried again at the next run.
    """
    row = IdentityProviderSettings.objects.exclude(system_admin_email="").first()
    if row is None or not tenant.saml_active:
        return 0
    now = now or timezone.now()
    return sum(
        _warn(tenant, row.system_admin_email, certificate, now)
        for certificate in IdentityProviderCertificate.objects.all()
    )


def due_threshold(days_left: int, warned: int | None) -> int | None:
    """Return the threshold that has been reached and not been mailed yet.

    >>> due_threshold(29, 60), due_threshold(29, 30), due_threshold(61, None)
    (30, None, None)
    """
    reached = [threshold for threshold in THRESHOLDS if days_left <= threshold]
    if not reached or (warned is not None and warned <= reached[-1]):
        return None
    return reached[-1]


def _warn(
    tenant: Tenant, address: str, certificate: IdentityProviderCertificate, now: datetime
) -> bool:
    days = (certificate.not_after - now).days
    threshold = due_threshold(days, certificate.warned_days)
    if threshold is None or days < 0:
        return False
    subject = ngettext(
        "%(tenant)s: a SAML certificate expires in %(days)d day",
        "%(tenant)s: a SAML certificate expires in %(days)d days",
        days,
    ) % {"tenant": tenant.name, "days": days}
    context = {
        "tenant": tenant,
        "certificate": describe_certificate(certificate.pem),
        "days": days,
        "url": f"{settings.BASE_URL}{reverse('console:saml-and-scim')}",
    }
    body = render_to_string("saml/expiry_mail.txt", context)
    try:
        send_mail(subject, body, None, [address])
    except OSError:
        logger.exception("The warning for %s could not be sent.", tenant.slug)
        return False
    certificate.warned_days = threshold
    certificate.save(update_fields=["warned_days"])
    audit.record("saml.expiry_mail_sent", tenant, days=days, fingerprint=certificate.fingerprint)
    return True
