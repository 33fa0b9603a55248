"""One tenant's trust in its identity provider, and what came of it."""

from saml_sso.models.attempts import SignInAttempt
from saml_sso.models.keys import ServiceProviderKey
from saml_sso.models.links import SetUpLink
from saml_sso.models.messages import ConsumedAssertion, PendingRequest
from saml_sso.models.proposals import TrustProposal
from saml_sso.models.settings import IdentityProviderCertificate, IdentityProviderSettings

__all__ = [
    "ConsumedAssertion",
    "IdentityProviderCertificate",
    "IdentityProviderSettings",
    "PendingRequest",
    "ServiceProviderKey",
    "SetUpLink",
    "SignInAttempt",
    "TrustProposal",
]
