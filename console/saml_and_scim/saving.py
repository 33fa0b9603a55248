"""What *Save* stores, and which field a refusal concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.saml_and_scim.provisioning import switch_scim_off, switch_scim_on
from saml_sso.errors import (
    NoRecoveryCodesError,
    NotConfiguredError,
    NotTestedError,
    SCIMIsOnError,
    TooManyCertificatesError,
)
from saml_sso.services.offers import Course, offer
from saml_sso.services.readings import wish_of
from saml_sso.services.switches import (
    disable_saml,
    enable_saml,
    enforce_saml,
    save_system_admin_email,
    stop_enforcing_saml,
)
from scim.errors import ScimUnavailableError

if TYPE_CHECKING:
    from accounts.errors import AccountError
    from accounts.models import Tenant, User
    from console.saml_and_scim.forms import SettingsForm

_FIELD_OF_REFUSAL: tuple[tuple[type[AccountError], str], ...] = (
    (NotTestedError, "enforce_saml"),
    (NoRecoveryCodesError, "enforce_saml"),
    (TooManyCertificatesError, "certificate"),
    (NotConfiguredError, "enable_saml"),
    (SCIMIsOnError, "enable_saml"),
    (ScimUnavailableError, "enable_scim"),
)


def field_of(error: AccountError) -> str | None:
    """Return the field that a refusal concerns, if it is one."""
    return next((name for kind, name in _FIELD_OF_REFUSAL if isinstance(error, kind)), None)


def store(tenant: Tenant, form: SettingsForm, admin: User) -> tuple[Course, str]:
    """Apply the form in an order in which each step's conditions hold.

    Returns:
        What became of the identity provider that was given, and a new SCIM token if one was made.
    """
    wanted = form.cleaned_data
    entity_id, sso_url = form.details()
    save_system_admin_email(tenant=tenant, email=wanted["system_admin_email"])
    wish = wish_of(tenant=tenant, reading=form.reading, entity_id=entity_id, sso_url=sso_url)
    course = offer(tenant=tenant, wish=wish)
    if not wanted["enable_scim"]:
        switch_scim_off(tenant)
    if not wanted["enforce_saml"]:
        stop_enforcing_saml(tenant=tenant)
    if wanted["enable_saml"]:
        enable_saml(tenant=tenant)
    elif tenant.saml_enabled:
        disable_saml(tenant=tenant)
    if wanted["enforce_saml"] and not tenant.saml_enforced:
        enforce_saml(tenant=tenant, admin=admin)
    return course, switch_scim_on(tenant) if wanted["enable_scim"] else ""
