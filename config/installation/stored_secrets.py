"""Whether the secret key opens what the database keeps encrypted."""

from __future__ import annotations

from django.db import Error

from accounts.encryption import SealError, unseal
from accounts.unscoped import every_tenant
from config.installation.findings import Finding, good, wrong
from saml_sso.models import ServiceProviderKey


def of_stored_secrets() -> Finding:
    """Return whether the private keys of all tenants can be read; their values are told to nobody.

    Sessions, links and cursors under another key are over, which needs no mending.
    """
    name = "stored_secrets"
    try:
        with every_tenant():
            keys = list(ServiceProviderKey.objects.values_list("tenant__slug", "private_key"))
    except Error:
        return wrong(name, "What is stored was not looked at.", "Mend the database first.")
    unreadable = sorted({slug for slug, sealed in keys if not _opens(sealed)})
    if unreadable:
        return wrong(
            name,
            f"The secret key does not open the private SAML keys of {len(unreadable)} tenants "
            f"({', '.join(unreadable[:5])}): they sign no request and read no encrypted assertion.",
            "Put the earlier key into GATEHOUSE_PREVIOUS_SECRET_KEYS. Without it, make new keys on "
            "each tenant's page and hand their certificates to its identity provider.",
        )
    return good(name, "The secret key opens what is stored.")


def _opens(sealed: str) -> bool:
    try:
        unseal(sealed.encode())
    except SealError:
        return False
    return True
