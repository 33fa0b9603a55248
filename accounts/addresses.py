"""Addresses of pages that people and commands are told about.

Absolute ones start with the configured ``BASE_URL``: a request's Host header has no say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from accounts.models import Tenant


def sign_on_page_path(tenant: Tenant) -> str:
    """Return the path of the tenant's SAML sign-on page."""
    return f"/saml/{tenant.slug}/"


def sign_on_page_url(tenant: Tenant) -> str:
    """Return the absolute URL of the tenant's SAML sign-on page."""
    return f"{settings.BASE_URL}{sign_on_page_path(tenant)}"


def console_url() -> str:
    """Return the absolute URL of the console."""
    return f"{settings.BASE_URL}/console/"


def platform_url() -> str:
    """Return the absolute URL of the operators' site."""
    return f"{settings.BASE_URL}/platform/"
