"""What the audit trail says of SAML sign-on."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.storage.retention import ERASED
from accounts.trail.labels import register_fields, register_labels, register_words
from accounts.trail.sentences import register_sentences
from saml_sso.models import SetUpLink, TrustProposal


def register() -> None:
    """Bring the words in, once, when the applications are ready."""
    register_sentences(
        {
            "saml.attempt_revealed": _("%(who)s looked at the hidden parts of a sign-in attempt"),
            "saml.candidate_discarded": _("%(who)s gave up the other identity provider"),
            "saml.candidate_kept": _("%(who)s kept the other identity provider for its test"),
            "saml.candidate_made": _("%(who)s put another identity provider forward for a test"),
            "saml.candidate_replaced": _("%(who)s replaced the identity provider to be tested"),
            "saml.candidate_took_over": _("%(who)s tested the other identity provider: it is on"),
            "saml.certificate_removed": _("%(who)s removed a certificate of the identity provider"),
            "saml.certificates_added": _("%(who)s added certificates of the identity provider"),
            "saml.choices_saved": _("%(who)s changed the rules of SAML sign-on"),
            "saml.enabled": _("%(who)s switched SAML sign-on on"),
            "saml.enforced": _("%(who)s enforced SAML login"),
            "saml.identity_provider_saved": _("%(who)s changed what is known of the IdP"),
            "saml.issuer_pinned": _("%(who)s took the IdP entity ID from the first sign-in"),
            "saml.key_made": _("%(who)s made a key to sign requests with"),
            "saml.key_removed": _("%(who)s removed the key that does not sign"),
            "saml.key_rotated": _("%(who)s let the next key sign requests"),
            "saml.logout": _("%(who)s signed people out over SAML"),
            "saml.not_enabled": _("%(who)s switched SAML sign-on off"),
            "saml.not_enforced": _("%(who)s stopped enforcing SAML login"),
            "saml.proposal_accepted": _("%(who)s accepted what %(made_by)s proposed"),
            "saml.proposal_discarded": _("%(who)s discarded what %(made_by)s proposed"),
            "saml.proposal_made": _("%(who)s proposed a change of SAML sign-on"),
            "saml.proposal_replaced": _("%(who)s replaced what %(made_by)s proposed"),
            "saml.proposal_withdrawn": _("%(who)s withdrew what %(made_by)s proposed"),
            "saml.system_admin_email_saved": _("%(who)s changed the system admin email"),
            "set_up_link.made": _("%(who)s made a set-up link: %(what)s"),
            "set_up_link.opened": _("%(who)s opened a set-up link: %(what)s"),
            "set_up_link.refused": _("%(who)s was refused with a set-up link: %(what)s"),
            "set_up_link.revoked": _("%(who)s revoked a set-up link: %(what)s"),
            "set_up_link.test_begun": _("%(who)s began a test sign-in with a set-up link"),
            "set_up_link.test_failed": _("%(who)s made a test sign-in that failed"),
            "set_up_link.test_passed": _("%(who)s made a test sign-in that passed"),
        }
    )
    register_fields("tenant", "saml_sso.IdentityProviderSettings")
    register_labels(
        {
            "asked_for": _("Asked for"),
            "certificates": _("Certificates"),
            "fingerprint": _("Certificate"),
            "made_by": _("Made by"),
            "origin": _("Came from"),
            "purpose": _("For"),
            "reference": _("Reference of the attempt"),
            "sessions": _("Sessions that ended"),
            "slo_binding": _("How logout is sent"),
            "slo_response_url": _("Logout response URL"),
            "sso_binding": _("How requests are sent"),
            "tenant": _("Company"),
            "use": _("Key"),
            "want_authn_requests_signed": _("Sign requests"),
        }
    )
    register_words("made_by", {ERASED: _("somebody who was deleted")})
    register_words("purpose", dict(SetUpLink.Purpose.choices))
    register_words("origin", dict(TrustProposal.Origin.choices))
    register_words("use", {"next": _("the next one"), "current": _("the one that signs")})
