"""Reading the metadata URL again, once a day, and applying what may be applied by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Tenant
from accounts.outgoing.errors import FetchError
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.tenant_by_tenant import do_for_each, with_failures
from accounts.trail import audit
from saml_sso.models import IdentityProviderSettings
from saml_sso.protocol.candidates import Change, diff_identity_provider, replaces
from saml_sso.protocol.errors import FileError
from saml_sso.services.configuration import lock_settings, save_identity_provider
from saml_sso.services.documents import read_metadata_file, the_one
from saml_sso.services.metadata_address import fetch_metadata
from saml_sso.services.offers import forget_metadata_that_waits, let_metadata_wait
from saml_sso.trust import load_trust

if TYPE_CHECKING:
    from collections.abc import Iterable

    from saml_sso.protocol.parties import IdentityProvider


@dataclass(frozen=True, slots=True)
class Refresh:
    """What came of reading a metadata URL again: what changed, or why nothing could."""

    changes: tuple[Change, ...] = ()
    problem: str = ""


def refresh_saml_metadata() -> dict[str, Any]:
    """Read the metadata URL of every tenant that has one; return as :func:`refresh_each`."""
    return refresh_each(tenants=Tenant.objects.order_by("pk"))


def refresh_each(*, tenants: Iterable[Tenant]) -> dict[str, Any]:
    """Read the metadata URLs of these tenants; return what came of it by slug, and who failed."""
    done, failed = do_for_each(tenants, _in_words)
    return with_failures({slug: said for slug, said in done.items() if said}, failed)


def refresh_metadata(*, tenant: Tenant) -> Refresh | None:
    """Read the tenant's metadata URL and apply what goes on with the same identity provider.

    That is further certificates and fewer, as long as one of the trusted keys is left.  Another
    entity ID, another sign-in URL or other keys alone are never applied by themselves: they wait
    for a system admin.  Nothing is removed because a URL does not answer.

    Returns:
        Nothing when the tenant has no metadata URL.
    """
    row = IdentityProviderSettings.objects.exclude(metadata_url="").first()
    if row is None:
        return None
    try:
        data = fetch_metadata(row.metadata_url)
        candidates = read_metadata_file(tenant=tenant, data=data, now=timezone.now())
        names = [candidate.identity_provider.entity_id for candidate in candidates]
        wanted = row.entity_id if row.entity_id in names else None
        found = the_one(candidates, entity_id=wanted).identity_provider
    except FetchError as error:
        return _note(tenant, str(error))
    except FileError as error:
        return _note(tenant, error.message())
    return _apply(tenant, found, row.metadata_url)


def _in_words(tenant: Tenant) -> str:
    with tenant_scope(tenant), audit.acting_as(_("the daily reading of the metadata URL")):
        result = refresh_metadata(tenant=tenant)
    if result is None:
        return ""
    if result.problem:
        return f"not applied: {result.problem}"
    changes = (f"{change.field}: {change.old} → {change.new}" for change in result.changes)
    return "; ".join(changes) or "unchanged"


@transaction.atomic
def _apply(tenant: Tenant, found: IdentityProvider, url: str) -> Refresh:
    row = lock_settings(tenant)
    trust = load_trust(tenant)
    if replaces(trust.idp, found):
        let_metadata_wait(tenant=tenant, found=found, metadata_url=url)
        return _note(tenant, _("It describes another identity provider, which waits below."))
    changes = diff_identity_provider(trust.idp, found)
    was_tested = row.is_tested
    save_identity_provider(tenant=tenant, idp=found)
    forget_metadata_that_waits(tenant=tenant)
    row = lock_settings(tenant)
    if was_tested and {change.field for change in changes} <= {"certificates"}:
        # A rollover that the identity provider announces is not a new configuration.
        row.tested_revision = row.revision
    row.metadata_refreshed_at = timezone.now()
    row.save(update_fields=["tested_revision", "metadata_refreshed_at"])
    return Refresh(changes)


@transaction.atomic
def _note(tenant: Tenant, problem: str) -> Refresh:
    row = lock_settings(tenant)
    row.metadata_problem = problem
    row.save(update_fields=["metadata_problem"])
    return Refresh(problem=problem)
