"""The forms of the page."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.signing_in.recovery import count_recovery_codes
from console.saml_and_scim.identity_provider_form import IdentityProviderForm
from saml_sso.models import IdentityProviderSettings, SetUpLink
from saml_sso.services.switches import Choices

if TYPE_CHECKING:
    from accounts.models import Tenant, User


class SettingsForm(IdentityProviderForm):
    """The form that Save stores: the switches, the contact, and the identity provider."""

    enable_saml = forms.BooleanField(label=_("Enable SAML sign-on"), required=False)
    system_admin_email = forms.EmailField(
        label=_("System admin email"),
        required=False,
        help_text=_("Warnings of what expires go here; while it is empty, to all system admins."),
    )
    enforce_saml = forms.BooleanField(label=_("Enforce SAML login"), required=False)
    enable_scim = forms.BooleanField(label=_("Enable SCIM provisioning"), required=False)

    def __init__(
        self,
        *args: Any,
        tenant: Tenant,
        row: IdentityProviderSettings,
        admin: User,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, tenant=tenant, row=row, **kwargs)
        self.fields["enable_saml"].initial = tenant.saml_enabled
        self.fields["enforce_saml"].initial = tenant.saml_enforced
        self.fields["enable_scim"].initial = tenant.scim_enabled
        self.fields["system_admin_email"].initial = row.system_admin_email
        # Without an unused code the admin could not get in if the identity provider failed.
        self.has_codes = tenant.saml_enforced or count_recovery_codes(user=admin) > 0
        self.may_enforce = tenant.saml_enforced or (row.is_tested and self.has_codes)
        if not self.may_enforce:
            self.fields["enforce_saml"].disabled = True
            attributes = self.fields["enforce_saml"].widget.attrs
            attributes["aria-describedby"] = "enforce-reason"


class RulesForm(forms.ModelForm[IdentityProviderSettings]):
    """What the identity provider is allowed, and which attributes are used for what."""

    class Meta:
        model = IdentityProviderSettings
        fields = [field.name for field in fields(Choices)]
        labels = {
            "want_authn_requests_signed": _("Sign our requests"),
            "identifier_attribute": _("Attribute with the person’s e-mail address"),
            "given_name_attribute": _("Attribute with the given name"),
            "family_name_attribute": _("Attribute with the family name"),
            "display_name_attribute": _("Attribute with the display name"),
        }
        help_texts = {
            "tolerate_in_response_to": _("For identity providers that send a made-up one."),
            "refuse_expired_certificates": _(
                "Otherwise they are accepted with a warning, so that nobody is locked out."
            ),
            "create_users_at_sign_in": _("As members without a licence."),
            "refresh_names_at_sign_in": _(
                "Only of people whom no SCIM source has written. Names that are not sent stay."
            ),
            "want_authn_requests_signed": _("With the key of step 1."),
            "identifier_attribute": _("Empty: the NameID."),
        }

    def choices(self) -> Choices:
        """Return what was chosen."""
        return Choices(**{name: self.cleaned_data[name] for name in self.Meta.fields})


class LinkForm(forms.Form):
    """A link for a colleague in IT who has no account."""

    purpose = forms.ChoiceField(label=_("What the colleague may do"), choices=SetUpLink.Purpose)
    days = forms.TypedChoiceField(
        label=_("How long the link works"),
        coerce=int,
        initial=3,
        choices=[(1, _("1 day")), (3, _("3 days")), (7, _("7 days"))],
    )


class SetUpForm(IdentityProviderForm):
    """What the holder of a set-up link may give: all of step 2, or a certificate only."""

    def __init__(
        self,
        *args: Any,
        tenant: Tenant,
        row: IdentityProviderSettings,
        link: SetUpLink,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, tenant=tenant, row=row, **kwargs)
        for name, field in self.fields.items():
            allowed = link.allows_certificate if "certificate" in name else link.allows_saml
            field.disabled = not allowed
