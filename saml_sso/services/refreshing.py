"""Reading the metadata URL again, once a day, and applying what may be applied by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.fetching import FetchError
from saml_sso.models import IdentityProviderSettings
from saml_sso.protocol.candidates import Change, diff_identity_provider, replaces
from saml_sso.protocol.errors import FileError
from saml_sso.services.configuration import lock_settings, save_identity_provider
from saml_sso.services.documents import read_metadata_file, the_one
from saml_sso.services.metadata_address import fetch_metadata
from saml_sso.services.offers import forget_metadata_that_waits, let_metadata_wait
from saml_sso.trust import load_trust

if TYPE_CHECKING:
    from accounts.models import Tenant
    from saml_sso.protocol.parties import IdentityProvider


@dataclass(frozen=True, slots=True)
class Refresh:
    """What came of reading a metadata URL again: what changed, or why nothing could."""

    changes: tuple[Change, ...] = ()
    problem: str = ""


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
    forget_metadata_that_waits()
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
