"""The tenant that is measured, made with the product's own services."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import django

if TYPE_CHECKING:
    from benchmarks.databases import Database

SLUG: Final = "acme"
_NO_LIMIT: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Connected:
    """A tenant with SAML and SCIM on: the secret of its token, and how that is stored."""

    token: str
    digest: str


def set_up_django(database: Database, base_url: str) -> None:
    """Set Django up in this process, once, with ``database`` under the benchmarks' settings."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    os.environ["DATABASE_URL"] = database.url
    os.environ["GATEHOUSE_BASE_URL"] = base_url
    os.environ["GATEHOUSE_LOG_LEVEL"] = "ERROR"
    django.setup()


def make_tenant(metadata: str) -> Connected:
    """Make tables and tenant in the database that Django was set up with, then let go of it."""
    from django.core.management import call_command  # noqa: PLC0415 - Django is set up by now
    from django.db import connection  # noqa: PLC0415

    from accounts.models import Plan, Tenant  # noqa: PLC0415
    from accounts.services.tenants import create_first_admin, create_tenant  # noqa: PLC0415
    from accounts.tenancy.scoping import tenant_scope  # noqa: PLC0415
    from scim.models import BearerToken, Source  # noqa: PLC0415

    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    tenant = create_tenant(slug=SLUG, name="Acme", plan=Plan.ENTERPRISE)
    create_first_admin(tenant=tenant, email="admin@acme.example", password="")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "metadata.xml"
        file.write_text(metadata)
        with open(os.devnull, "w") as nowhere:
            call_command("configure_saml", SLUG, f"--metadata={file}", stdout=nowhere)
    Tenant.objects.filter(pk=tenant.pk).update(scim_enabled=True)
    token = f"scim_benchmark_{secrets.token_urlsafe(32)}"
    digest = hashlib.sha256(token.encode()).hexdigest()
    with tenant_scope(tenant):
        source = Source.objects.create(name="Benchmark", rate_limit_per_minute=_NO_LIMIT)
        BearerToken.objects.create(source=source, name="Load", prefix="benchmark", digest=digest)
    connection.close()
    return Connected(token, digest)
