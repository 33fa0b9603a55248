"""What was read of a form, as the difference that it would make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saml_sso.services.differences import differences_of_wish
from saml_sso.services.offers import needs_test
from saml_sso.services.readings import wish_of

if TYPE_CHECKING:
    from console.saml_and_scim.identity_provider_form import IdentityProviderForm
    from saml_sso.services.differences import Difference
    from saml_sso.trust import Trust
    from saml_sso.wishes import Wish


def changes_by(form: IdentityProviderForm, trust: Trust) -> list[Difference]:
    """Return what trusting what ``form`` has read would change."""
    return differences_of_wish(_wish(form, trust), trust) if form.reading else []


def would_be_candidate(form: IdentityProviderForm, trust: Trust) -> bool:
    """Tell whether what ``form`` has read would wait for a test."""
    wanted = bool(form.reading) and trust.tenant.saml_enabled
    return wanted and needs_test(_wish(form, trust), trust)


def _wish(form: IdentityProviderForm, trust: Trust) -> Wish:
    # What is typed besides is shown by its own fields, and may not be usable in a preview.
    row = trust.settings
    return wish_of(
        tenant=trust.tenant, reading=form.reading, entity_id=row.entity_id, sso_url=row.sso_url
    )
