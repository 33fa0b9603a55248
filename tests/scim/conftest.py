"""Fixtures of the SCIM tests: an identity provider for each of the two tenants."""

from __future__ import annotations

import pytest

from accounts.models import Tenant
from tests.support.scim import SCIMClient, connect


@pytest.fixture
def scim(acme: Tenant) -> SCIMClient:
    """Acme's identity provider."""
    return connect(acme)


@pytest.fixture
def other_scim(globex: Tenant) -> SCIMClient:
    """Globex's identity provider."""
    return connect(globex)


@pytest.fixture
def deleting_scim(acme: Tenant) -> SCIMClient:
    """An identity provider of Acme whose DELETE deletes."""
    return connect(acme, on_delete="delete")
