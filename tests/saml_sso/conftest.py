"""Acme and its identity provider, which forges whatever a test asks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from tests.support.saml import Forge, certificate, pem, private_key
from tests.support.saml_party import Party

if TYPE_CHECKING:
    from accounts.models import Tenant

IDP = "https://idp.acme.example/metadata"


@pytest.fixture
def idp(acme: Tenant, tmp_path: Path) -> Party:
    """Acme's identity provider, connected by its certificate and its metadata."""
    return connect(acme, tmp_path, IDP)


@pytest.fixture
def other_idp(globex: Tenant, tmp_path: Path) -> Party:
    """Globex's identity provider."""
    return connect(globex, tmp_path, "https://idp.globex.example/metadata")


def connect(tenant: Tenant, folder: Path, entity_id: str) -> Party:
    """Connect ``tenant`` to an identity provider, as an operator does."""
    key = private_key("rsa2048", tenant.slug)
    url = f"{settings.BASE_URL}/saml/{tenant.slug}/"
    forge = Forge(
        entity_id=entity_id,
        sp_entity_id=url,
        acs_url=url,
        key=key,
        cert=certificate(key),
        now=timezone.now(),
        name_id=f"bob@{tenant.slug}.example",
    )
    party = Party(forge, f"https://login.{tenant.slug}.example/sso")
    file = folder / f"{tenant.slug}.xml"
    file.write_text(party.metadata())
    call_command("configure_saml", tenant.slug, f"--metadata={file}", "--json")
    tenant.refresh_from_db()
    return party


def certificate_file(party: Party, folder: Path) -> Path:
    """Write the identity provider's certificate into ``folder``."""
    file = folder / "idp.pem"
    file.write_text(pem(party.forge.cert))
    return file
