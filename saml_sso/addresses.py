"""A tenant's own SAML addresses, always built from the configured public URL."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

if TYPE_CHECKING:
    from accounts.models import Tenant


def sign_on_page_url(tenant: Tenant) -> str:
    """Return the sign-on page URL: the ACS URL and the SP entity ID in one."""
    return _absolute("saml-sign-on", tenant)


def metadata_url(tenant: Tenant) -> str:
    """Return where our SP metadata is, also before anything is configured."""
    return _absolute("saml-metadata", tenant)


def logout_url(tenant: Tenant) -> str:
    """Return where Single Logout messages arrive."""
    return _absolute("saml-logout", tenant)


def _absolute(name: str, tenant: Tenant) -> str:
    return f"{settings.BASE_URL}{_path(name, tenant.slug)}"


@lru_cache(maxsize=1024)
def _path(name: str, slug: str) -> str:
    return reverse(name, args=[slug])
