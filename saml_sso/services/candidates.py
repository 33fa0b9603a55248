"""The candidate: judging what comes for a test of it, and taking over when the test has passed."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from accounts.signing_in.acting_session import acting_in
from accounts.trail import audit
from saml_sso.models import TrustProposal
from saml_sso.protocol.errors import MessageError
from saml_sso.services.announcing import announced
from saml_sso.services.configuration import lock_settings
from saml_sso.services.offers import grant, is_stale
from saml_sso.services.switches import mark_tested
from saml_sso.trust import load_trust
from saml_sso.wishes import Wish

if TYPE_CHECKING:
    from accounts.models import Tenant
    from saml_sso.models import PendingRequest
    from saml_sso.services.evidence import Evidence
    from saml_sso.trust import Trust


def trust_in_candidate(trust: Trust, proposal_pk: int) -> Trust | None:
    """Return ``trust`` with the candidate in place of the identity provider, for a test only.

    Nothing comes back when the proposal is not the candidate any more.
    """
    if trust.settings.candidate_id != proposal_pk:
        return None
    found = TrustProposal.objects.filter(pk=proposal_pk).first()
    if found is None:
        return None
    wish = Wish.from_json(found.content)
    row = copy(trust.settings)
    for name, value in wish.attributes.items():
        setattr(row, name, value)
    policy = replace(trust.policy, identifier_attribute=row.identifier_attribute or None)
    return replace(trust, idp=wish.party(trust.idp), settings=row, policy=policy)


def take_over(*, tenant: Tenant, pending: PendingRequest, evidence: Evidence) -> int:
    """Trust the candidate whose test has passed, in the transaction that uses the response up.

    The tester acts, and the session in which they began the test goes on.

    Returns:
        The revision of the settings in which it is trusted.

    Raises:
        MessageError: Check ``candidate``: it is not the candidate any more, or what is trusted
            has changed since somebody saw the difference.
    """
    tester = pending.tester
    name = tester.user_name if tester is not None else audit.acting()
    with audit.acting_as(name), acting_in(pending.tester_session or None):
        return _take_over(tenant=tenant, proposal_pk=pending.proposal_pk, evidence=evidence)


def no_candidate(got: str) -> MessageError:
    """Return why a test of a candidate came to nothing."""
    return MessageError(
        "candidate",
        expected="the candidate that this test began with",
        got=got,
        remedy="Look at the page SAML & SCIM, which shows what is trusted and what would take "
        "over, and test again.",
    )


@announced
def _take_over(*, tenant: Tenant, proposal_pk: int | None, evidence: Evidence) -> int:
    row = lock_settings(tenant)
    found = row.candidate
    if found is None or found.pk != proposal_pk:
        raise no_candidate("one that was discarded or replaced meanwhile")
    if is_stale(found, load_trust(tenant)):
        raise no_candidate("one that was made before what is trusted was changed")
    wish = Wish.from_json(found.content)
    audit.record("saml.candidate_took_over", tenant, proposal=found.pk, made_by=found.made_by)
    found.delete()
    grant(tenant=tenant, wish=wish)
    mark_tested(tenant=tenant, revision=lock_settings(tenant).revision, issuer=evidence.issuer)
    return lock_settings(tenant).revision
