"""The service provider's key pair, and its rotation without an interruption."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.secrets.encryption import seal
from accounts.trail import audit
from saml_sso.errors import SAMLSettingsError
from saml_sso.models import ServiceProviderKey
from saml_sso.models.keys import PRIVATE_KEY
from saml_sso.protocol.keys import make_key_pair
from saml_sso.services.configuration import lock_settings

if TYPE_CHECKING:
    from accounts.models import Tenant

Use = ServiceProviderKey.Use


def ensure_key(*, tenant: Tenant) -> None:
    """Make the tenant's first key pair when there is none; the row lock decides a race."""
    if ServiceProviderKey.objects.filter(use=Use.CURRENT).exists():
        return
    with transaction.atomic():
        lock_settings(tenant)
        if not ServiceProviderKey.objects.filter(use=Use.CURRENT).exists():
            _make(tenant, Use.CURRENT)


@transaction.atomic
def add_next_key(*, tenant: Tenant) -> None:
    """Announce a further key in our metadata; the current one goes on signing.

    Raises:
        SAMLSettingsError: A rotation is under way already.
    """
    lock_settings(tenant)
    ensure_key(tenant=tenant)
    if ServiceProviderKey.objects.exclude(use=Use.CURRENT).exists():
        raise SAMLSettingsError(
            _("There are two keys already. Finish that rotation before you begin another one.")
        )
    _make(tenant, Use.NEXT)


@transaction.atomic
def use_next_key(*, tenant: Tenant) -> None:
    """Sign with the next key from now on; the one before still decrypts.

    Raises:
        SAMLSettingsError: There is no next key.
    """
    lock_settings(tenant)
    following = ServiceProviderKey.objects.filter(use=Use.NEXT).first()
    if following is None:
        raise SAMLSettingsError(_("Make the next key first."))
    ServiceProviderKey.objects.filter(use=Use.CURRENT).update(use=Use.PREVIOUS)
    following.use = Use.CURRENT
    following.save(update_fields=["use"])
    audit.record("saml.key_rotated", tenant)


@transaction.atomic
def remove_other_key(*, tenant: Tenant) -> None:
    """Forget the key that does not sign: the previous one, or a next one that is not wanted."""
    lock_settings(tenant)
    removed, _counts = ServiceProviderKey.objects.exclude(use=Use.CURRENT).delete()
    if removed:
        audit.record("saml.key_removed", tenant)


def _make(tenant: Tenant, use: str) -> None:
    host = urlsplit(settings.BASE_URL).hostname or "gatehouse"
    pair = make_key_pair(common_name=f"{tenant.slug}.{host}", now=timezone.now())
    ServiceProviderKey.objects.create(
        use=use,
        private_key=seal(pair.private_key_pem, PRIVATE_KEY).decode("ascii"),
        certificate=pair.certificate_pem,
    )
    audit.record("saml.key_made", tenant, use=use)
