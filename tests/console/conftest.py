"""Fixtures of the console's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.scim import SCIMClient, connect

if TYPE_CHECKING:
    from accounts.models import Tenant


@pytest.fixture
def scim(acme: Tenant) -> SCIMClient:
    """Acme's identity provider, by a name that pages show."""
    return connect(acme, name="Okta")
