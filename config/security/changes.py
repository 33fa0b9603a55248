"""What new metadata would change, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from saml_sso.protocol.candidates import diff_identity_provider

if TYPE_CHECKING:
    from saml_sso.protocol.candidates import Candidate
    from saml_sso.trust import Trust

_LABELS: Final = {
    "entity_id": _("IdP entity ID"),
    "sso_url": _("IdP sign-in URL"),
    "sso_binding": _("How sign-in requests are sent"),
    "slo_url": _("IdP logout URL"),
    "slo_response_url": _("IdP URL for answers to a logout"),
    "slo_binding": _("How logout messages are sent"),
    "want_authn_requests_signed": _("Sign our requests"),
    "certificates": _("Certificates (fingerprints)"),
}


class ShownChange(NamedTuple):
    """One line of the table *What would change*."""

    label: str
    old: str
    new: str


def changes_by(candidate: Candidate | None, trust: Trust) -> list[ShownChange]:
    """Return what trusting ``candidate`` would change; nothing without a candidate."""
    if candidate is None:
        return []
    known = trust.idp if trust.is_configured else None
    return [
        ShownChange(str(_LABELS[change.field]), change.old, change.new)
        for change in diff_identity_provider(known, candidate.identity_provider)
    ]
