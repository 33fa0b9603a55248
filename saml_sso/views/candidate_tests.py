"""Judging a response by the candidate, if it belongs to a test of the candidate.

Whom a response comes from is known only when it has been judged, and one browser may wait for
both: a test of the candidate in one tab, a sign-in with what is trusted in another.  So a browser
that has begun such a test is judged by the candidate first; what is not for that test is judged
again by what is trusted, and what the candidate vouches for never counts for anything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from saml_sso.protocol.errors import SAMLError
from saml_sso.remembered_trust import require_current
from saml_sso.services.candidates import no_candidate, trust_in_candidate
from saml_sso.services.requests import waiting_requests
from saml_sso.views.browser import may_hide_cookie

if TYPE_CHECKING:
    from collections.abc import Callable

    from saml_sso.protocol.response import Assertion
    from saml_sso.views.reception import Reception


def judged(reception: Reception, validated: Callable[[Reception], Assertion]) -> Assertion:
    """Return what ``validated`` makes of the response; ``reception.trust`` says by whom.

    Raises:
        SAMLError: It is refused.
        TrustChangedError: The trust was remembered, and is not what the tenant trusts now.
    """
    proposal_pk = _candidate_awaited(reception)
    if proposal_pk is None:
        return validated(reception)
    trusted = reception.trust
    require_current(trusted)
    candidate = trust_in_candidate(trusted, proposal_pk)
    refusal: SAMLError = no_candidate("one that was discarded or replaced meanwhile")
    if candidate is not None:
        reception.trust = candidate
        try:
            assertion = validated(reception)
        except SAMLError as error:
            refusal = error
        else:
            if _is_test_of_candidate(reception):
                return assertion
            refusal = no_candidate("an answer to something else that this browser began")
        reception.trust, reception.pending = trusted, None
    return _judged_otherwise(reception, validated, refusal)


def _judged_otherwise(
    reception: Reception, validated: Callable[[Reception], Assertion], refusal: SAMLError
) -> Assertion:
    """Return what it is by what is trusted, unless the candidate's test ends with ``refusal``."""
    try:
        assertion = validated(reception)
    except SAMLError:
        if _is_test_of_candidate(reception):
            raise refusal from None
        raise
    if _is_test_of_candidate(reception):
        raise refusal
    return assertion


def _candidate_awaited(reception: Reception) -> int | None:
    """Return the candidate that this browser tests, or may test and hold its cookie back."""
    if reception.open_test is not None:
        return reception.open_test.proposal_pk
    candidate_pk: int | None = reception.trust.settings.candidate_id
    if candidate_pk is None or not may_hide_cookie(reception.request):
        return None
    return candidate_pk if waiting_requests().filter(proposal_pk=candidate_pk).exists() else None


def _is_test_of_candidate(reception: Reception) -> bool:
    return reception.test is not None and reception.test.proposal_pk is not None
