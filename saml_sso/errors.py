"""Reasons a change of a tenant's SAML settings is refused, as sentences for the person."""

from __future__ import annotations

from accounts.errors import AccountError


class SAMLSettingsError(AccountError):
    """The change is refused; the message says why and what to do."""


class NotConfiguredError(SAMLSettingsError):
    """SAML cannot be switched on: no certificate of the identity provider is known."""


class NotTestedError(SAMLSettingsError):
    """SAML cannot be enforced: no sign-in has passed with the settings of now."""


class NoRecoveryCodesError(SAMLSettingsError):
    """SAML cannot be enforced: the admin who asks for it has no unused recovery code."""


class StaleProposalError(SAMLSettingsError):
    """What the admin decided about is not any more what the page had shown."""


class SCIMIsOnError(SAMLSettingsError):
    """SAML cannot be switched off while SCIM is on."""


class TooManyCertificatesError(SAMLSettingsError):
    """A tenant keeps five certificates at most."""
