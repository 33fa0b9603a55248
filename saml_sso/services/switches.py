"""Switching SAML on and off, enforcing it, and the rules a tenant chooses."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import PlanError
from accounts.models import Tenant
from accounts.signing_in.recovery import count_recovery_codes
from accounts.signing_in.sign_in import end_sessions_of_tenant
from accounts.signing_in.sign_in_methods import BY_PASSWORD
from accounts.trail import audit
from accounts.trail.changes import changes
from saml_sso.errors import (
    NoRecoveryCodesError,
    NotConfiguredError,
    NotTestedError,
    SCIMIsOnError,
)
from saml_sso.models import IdentityProviderCertificate, IdentityProviderSettings
from saml_sso.models.settings import LONGEST_ENTITY_ID
from saml_sso.services.announcing import announced
from saml_sso.services.configuration import METHOD, lock_settings, save_revision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a tenant allows its identity provider; see the fields of the model."""

    allow_idp_initiated: bool = True
    tolerate_in_response_to: bool = False
    refuse_expired_certificates: bool = False
    create_users_at_sign_in: bool = False
    refresh_names_at_sign_in: bool = False
    want_authn_requests_signed: bool = False
    identifier_attribute: str = ""
    given_name_attribute: str = ""
    family_name_attribute: str = ""
    display_name_attribute: str = ""

    @classmethod
    def of(cls, row: IdentityProviderSettings) -> Choices:
        """Return the present choices."""
        return cls(**{field.name: getattr(row, field.name) for field in fields(cls)})


@announced
def enable_saml(*, tenant: Tenant) -> None:
    """Let people of ``tenant`` sign in with SAML.

    Raises:
        PlanError: The plan does not include SAML.
        NotConfiguredError: No certificate of the identity provider is known.
    """
    locked = _lock(tenant)
    if not locked.includes_saml_and_scim:
        raise PlanError(_("SAML and SCIM belong to the Enterprise plan."))
    if not IdentityProviderCertificate.objects.exists():
        raise NotConfiguredError(
            _(
                "Upload your identity provider's certificate or its metadata first: without one "
                "nobody could sign in."
            )
        )
    _switch(locked, tenant, "saml_enabled", value=True)


@announced
def disable_saml(*, tenant: Tenant) -> None:
    """Stop SAML sign-in, its enforcement, and every session that began with it.

    Raises:
        SCIMIsOnError: SCIM depends on SAML; it must be switched off before.
    """
    locked = _lock(tenant)
    if locked.scim_enabled:
        raise SCIMIsOnError(
            _("SAML cannot be switched off while SCIM is on. Switch SCIM provisioning off first.")
        )
    if locked.saml_enforced:
        _switch(locked, tenant, "saml_enforced", value=False)
    _switch(locked, tenant, "saml_enabled", value=False)
    end_sessions_of_tenant(tenant=tenant, methods=[METHOD])


@announced
def enforce_saml(*, tenant: Tenant, admin: User) -> None:
    """Refuse password sign-in for ``tenant``'s people, on the word of ``admin``.

    Sessions that began with a password end, but that of the admin who asks.

    Raises:
        NotConfiguredError: SAML is off.
        NotTestedError: No sign-in has passed with the settings of now.
        NoRecoveryCodesError: The admin could not get in if the identity provider failed.
    """
    row = lock_settings(tenant)
    if _lock(tenant).saml_enforced:
        return
    if not row.is_tested:
        raise NotTestedError(
            _("Make a test sign-in with the current settings first; then SAML can be enforced.")
        )
    if not count_recovery_codes(user=admin):
        raise NoRecoveryCodesError(
            _(
                "Make recovery codes first, and keep them: without one you could not get in if "
                "the identity provider failed."
            )
        )
    enforce_saml_untested(tenant=tenant)


@announced
def enforce_saml_untested(*, tenant: Tenant) -> None:
    """Enforce on the operator's word: whoever runs the deployment has other ways in.

    Sessions that began with a password end, but that of the admin who asks.

    Raises:
        NotConfiguredError: SAML is off.
    """
    locked = _lock(tenant)
    if not locked.saml_enabled:
        raise NotConfiguredError(_("Switch SAML sign-on on before you enforce it."))
    if locked.saml_enforced:
        return
    _switch(locked, tenant, "saml_enforced", value=True)
    end_sessions_of_tenant(tenant=tenant, methods=BY_PASSWORD)


@announced
def stop_enforcing_saml(*, tenant: Tenant) -> None:
    """Let people sign in with their password again, beside SAML."""
    _switch(_lock(tenant), tenant, "saml_enforced", value=False)


@announced
def save_choices(*, tenant: Tenant, choices: Choices) -> None:
    """Set what the tenant allows; nothing happens when nothing differs."""
    row = lock_settings(tenant)
    before = Choices.of(row)
    if before == choices:
        return
    for field in fields(Choices):
        setattr(row, field.name, getattr(choices, field.name))
    save_revision(row)
    audit.record("saml.choices_saved", tenant, **changes(asdict(before), asdict(choices)))


def save_attributes(*, tenant: Tenant, attributes: Mapping[str, str]) -> None:
    """Set which attribute is used for what, by the name of the setting; others stay."""
    if attributes:
        wanted: dict[str, Any] = dict(attributes)
        choices = replace(Choices.of(lock_settings(tenant)), **wanted)
        save_choices(tenant=tenant, choices=choices)


@transaction.atomic
def save_system_admin_email(*, tenant: Tenant, email: str) -> None:
    """Set whom we warn of certificates that expire."""
    row = lock_settings(tenant)
    if row.system_admin_email == email:
        return
    details = changes({"system_admin_email": row.system_admin_email}, {"system_admin_email": email})
    row.system_admin_email = email
    row.save(update_fields=["system_admin_email"])
    audit.record("saml.system_admin_email_saved", tenant, **details)


def mark_tested(*, tenant: Tenant, revision: int, issuer: str) -> None:
    """Remember that a sign-in passed with the settings of ``revision``, if they are still so.

    Where a certificate alone is trusted, the issuer of that sign-in is the only one that counts
    from then on: others may hold keys that the same company signs with.
    """
    now, known = timezone.now(), IdentityProviderSettings.objects.filter(revision=revision)
    known.exclude(tested_revision=revision).update(tested_revision=revision, tested_at=now)
    if known.filter(entity_id="").exists():
        _pin_issuer(tenant=tenant, revision=revision, issuer=issuer)


@announced
def _pin_issuer(*, tenant: Tenant, revision: int, issuer: str) -> None:
    # The revision stays: what is pinned has just passed under it, and nobody who is on the way
    # from there is refused.
    row = lock_settings(tenant)
    if row.revision == revision and not row.entity_id and len(issuer) <= LONGEST_ENTITY_ID:
        row.entity_id, row.issuer_pinned_at = issuer, timezone.now()
        row.save(update_fields=["entity_id", "issuer_pinned_at"])
        audit.record(
            "saml.issuer_pinned", tenant, **changes({"entity_id": ""}, {"entity_id": issuer})
        )


def _lock(tenant: Tenant) -> Tenant:
    return Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)


def _switch(locked: Tenant, given: Tenant, name: str, *, value: bool) -> None:
    """Set a switch of the tenant, on the locked row and on the caller's copy of it."""
    setattr(given, name, value)
    if getattr(locked, name) == value:
        return
    setattr(locked, name, value)
    locked.save(update_fields=[name])
    audit.record(f"saml.{name.removeprefix('saml_')}" if value else f"saml.not_{name[5:]}", given)
