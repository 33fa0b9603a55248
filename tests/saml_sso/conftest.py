"""Acme and its identity provider, which forges whatever a test asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.saml_party import Party, connect, party_of

if TYPE_CHECKING:
    from pathlib import Path

    from accounts.models import Tenant


@pytest.fixture
def idp(acme: Tenant, tmp_path: Path) -> Party:
    """Acme's identity provider, connected by its certificate and its metadata."""
    return connect(acme, tmp_path, party_of("acme"))


@pytest.fixture
def other_idp(globex: Tenant, tmp_path: Path) -> Party:
    """Globex's identity provider."""
    return connect(globex, tmp_path, party_of("globex"))
