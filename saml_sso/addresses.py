"""A tenant's own SAML addresses, always built from the configured public URL."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.urls import reverse

from accounts.addresses import PageAbove

if TYPE_CHECKING:
    from accounts.models import Tenant

TRUST: Final = PageAbove("the page on which a tenant's trust is set up")
ATTEMPT: Final = PageAbove("the trace of an attempt to sign in, by its key")
TESTED: Final = PageAbove("how a test went, for who follows a set-up link: slug and request")


def sign_on_page_url(tenant: Tenant) -> str:
    """Return the sign-on page URL: the ACS URL and the SP entity ID in one."""
    return _absolute("saml-sign-on", tenant)


def metadata_url(tenant: Tenant) -> str:
    """Return where our SP metadata is, also before anything is configured."""
    return _absolute("saml-metadata", tenant)


def logout_url(tenant: Tenant) -> str:
    """Return where Single Logout messages arrive."""
    return _absolute("saml-logout", tenant)


def leave_path(tenant: Tenant, request_id: str) -> str:
    """Return the path at which a browser goes to the identity provider to sign out."""
    return reverse("saml-leave", args=[tenant.slug, request_id])


def _absolute(name: str, tenant: Tenant) -> str:
    return f"{settings.BASE_URL}{_path(name, tenant.slug)}"


@lru_cache(maxsize=1024)
def _path(name: str, slug: str) -> str:
    return reverse(name, args=[slug])
