"""Whether the secret key opens what the database keeps encrypted."""

from __future__ import annotations

from django.db import Error
from django.utils.translation import gettext as _

from accounts.secrets.encryption import SealError, unseal
from accounts.tenancy.unscoped import every_tenant
from operations.installation.findings import Finding, good, wrong
from saml_sso.models import ServiceProviderKey
from saml_sso.models.keys import PRIVATE_KEY


def of_stored_secrets() -> Finding:
    """Return whether the private keys of all tenants can be read; their values are told to nobody.

    Sessions, links and cursors under another key are over, which needs no mending.
    """
    name = "stored_secrets"
    try:
        with every_tenant():
            keys = list(ServiceProviderKey.objects.values_list("tenant__slug", "private_key"))
    except Error:
        return wrong(name, _("What is stored was not looked at."), _("Mend the database first."))
    unreadable = sorted({slug for slug, sealed in keys if not _opens(sealed)})
    if unreadable:
        says = _(
            "The secret key does not open the private SAML keys of these tenants: %(tenants)s. "
            "They sign no request and read no encrypted assertion; everything else is served."
        )
        return wrong(
            name,
            says % {"tenants": ", ".join(unreadable[:10])},
            _(
                "Put the earlier key into GATEHOUSE_PREVIOUS_SECRET_KEYS, on every machine. "
                "`manage.py doctor` says whether that is all."
            ),
        )
    return good(name, _("The secret key opens the private SAML keys of all tenants."))


def _opens(sealed: str) -> bool:
    try:
        unseal(sealed.encode(), PRIVATE_KEY)
    except SealError:
        return False
    return True
