"""Acme and its identity provider, which forges whatever a test asks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from tests.support.saml_party import Party, party_of

if TYPE_CHECKING:
    from accounts.models import Tenant


@pytest.fixture
def idp(acme: Tenant, tmp_path: Path) -> Party:
    """Acme's identity provider, connected by its certificate and its metadata."""
    return connect(acme, tmp_path, party_of("acme"))


@pytest.fixture
def other_idp(globex: Tenant, tmp_path: Path) -> Party:
    """Globex's identity provider."""
    return connect(globex, tmp_path, party_of("globex"))


def connect(tenant: Tenant, folder: Path, party: Party) -> Party:
    """Connect ``tenant`` to its identity provider, as an operator does."""
    file = folder / f"{tenant.slug}.xml"
    file.write_text(party.metadata())
    call_command("configure_saml", tenant.slug, f"--metadata={file}", "--json")
    tenant.refresh_from_db()
    return party
