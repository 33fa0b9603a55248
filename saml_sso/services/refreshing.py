"""Reading the metadata URL again, once a day, and applying what may be applied by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from saml_sso.errors import FetchError, SAMLSettingsError
from saml_sso.models import IdentityProviderSettings
from saml_sso.protocol.candidates import Change, diff_identity_provider
from saml_sso.protocol.errors import FileError
from saml_sso.services.configuration import lock_settings, save_identity_provider
from saml_sso.services.documents import read_metadata_file, the_one
from saml_sso.services.fetching import fetch_metadata
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
    """Read the tenant's metadata URL and apply its certificates and addresses.

    A changed entity ID is another identity provider: it is never applied by itself, but kept for
    a system admin to see.  Nothing is removed because a URL does not answer.

    Returns:
        Nothing when the tenant has no metadata URL.
    """
    row = IdentityProviderSettings.objects.exclude(metadata_url="").first()
    if row is None:
        return None
    now = timezone.now()
    try:
        data = fetch_metadata(row.metadata_url)
        candidates = read_metadata_file(tenant=tenant, data=data, now=now)
        names = [candidate.identity_provider.entity_id for candidate in candidates]
        if row.entity_id and row.entity_id not in names:
            return _put_off(tenant, data, ", ".join(str(name) for name in names))
        found = the_one(candidates, entity_id=row.entity_id).identity_provider
    except FetchError as error:
        return _note(tenant, str(error))
    except FileError as error:
        return _note(tenant, error.message())
    return _apply(tenant, found)


@transaction.atomic
def apply_waiting_metadata(*, tenant: Tenant) -> None:
    """Trust the identity provider that the metadata URL named last, on an admin's word.

    Raises:
        SAMLSettingsError: Nothing waits, or it cannot be used any more.
    """
    row = lock_settings(tenant)
    if not row.waiting_metadata:
        raise SAMLSettingsError(_("No metadata waits for a decision."))
    try:
        data = row.waiting_metadata.encode()
        candidates = read_metadata_file(tenant=tenant, data=data, now=timezone.now())
        found = the_one(candidates, entity_id=None).identity_provider
    except FileError as error:
        raise SAMLSettingsError(error.message()) from error
    save_identity_provider(tenant=tenant, idp=found)


@transaction.atomic
def _apply(tenant: Tenant, found: IdentityProvider) -> Refresh:
    row = lock_settings(tenant)
    trust = load_trust(tenant)
    changes = diff_identity_provider(trust.idp, found)
    if changes:
        was_tested = row.is_tested
        save_identity_provider(tenant=tenant, idp=found)
        row = lock_settings(tenant)
        if was_tested and {change.field for change in changes} <= {"certificates"}:
            # A rollover that the identity provider announces is not a new configuration.
            row.tested_revision = row.revision
    row.metadata_refreshed_at = timezone.now()
    row.metadata_problem = row.waiting_metadata = ""
    row.save()
    return Refresh(changes)


@transaction.atomic
def _put_off(tenant: Tenant, data: bytes, names: str) -> Refresh:
    row = lock_settings(tenant)
    row.waiting_metadata = data.decode("utf-8", "replace")
    row.metadata_problem = _("It names %(new)s instead of %(old)s.") % {
        "new": names,
        "old": row.entity_id,
    }
    row.save(update_fields=["waiting_metadata", "metadata_problem"])
    return Refresh(problem=row.metadata_problem)


@transaction.atomic
def _note(tenant: Tenant, problem: str) -> Refresh:
    row = lock_settings(tenant)
    row.metadata_problem = problem
    row.save(update_fields=["metadata_problem"])
    return Refresh(problem=problem)
