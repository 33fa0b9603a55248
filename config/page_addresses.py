"""Where the pages are whose addresses the layers below tell people."""

from __future__ import annotations

from access_requests.addresses import REQUEST, REQUESTS
from access_reviews.addresses import REVIEW
from accounts.addresses import CONSOLE, PLATFORM, SIGN_ON
from accounts.services.held_letters import HELD_CHANGE
from licenses.addresses import SEATS_OVER_TIME
from provisioning.addresses import APPLICATION, APPLICATIONS, CONNECTION
from saml_sso.addresses import ATTEMPT, TESTED, TRUST
from scim.models.sources import TOKENS


def tell_layers_below() -> None:
    """Say of each page by which route it is reached."""
    CONSOLE.is_at("console:index")
    PLATFORM.is_at("platform:index")
    HELD_CHANGE.is_at("console:held-change")
    SIGN_ON.is_at("saml-sign-on")
    APPLICATIONS.is_at("console:provisioning_application_changelist")
    APPLICATION.is_at("console:provisioning_application_change")
    CONNECTION.is_at("console:provisioning_application_connection")
    REQUESTS.is_at("console:access_requests_accessrequest_changelist")
    REQUEST.is_at("console:access_requests_accessrequest_change")
    SEATS_OVER_TIME.is_at("console:seats-over-time")
    REVIEW.is_at("console:access-review")
    TRUST.is_at("console:saml-and-scim")
    ATTEMPT.is_at("console:saml-and-scim-attempt")
    TESTED.is_at("set-up-tested")
    TOKENS.is_at("console:scim_source_authorization")
