"""Acme and its identity provider, which forges whatever a test asks for."""

from __future__ import annotations

from dataclasses import replace
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
def slo_idp(acme: Tenant, tmp_path: Path) -> Party:
    """Acme's identity provider, which has a logout URL."""
    party = replace(party_of("acme"), slo_url="https://login.acme.example/slo")
    return connect(acme, tmp_path, party)


@pytest.fixture
def other_idp(globex: Tenant, tmp_path: Path) -> Party:
    """Globex's identity provider."""
    return connect(globex, tmp_path, party_of("globex"))
