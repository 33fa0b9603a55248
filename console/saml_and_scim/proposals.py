"""The candidate, and what waits for a system admin, with the difference that each would make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from saml_sso.models import TrustProposal
from saml_sso.services.differences import differences_of_wish
from saml_sso.services.offers import is_stale, stamp_of
from saml_sso.wishes import Wish

if TYPE_CHECKING:
    from saml_sso.services.differences import Difference
    from saml_sso.trust import Trust


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """One of them.

    Attributes:
        stamp: Stands for the difference as shown; who decides sends it back.
        is_stale: Whether what is trusted has changed since somebody saw the difference.
    """

    proposal: TrustProposal
    differences: list[Difference]
    stamp: str
    is_stale: bool


def shown_proposals(trust: Trust) -> list[ShownProposal]:
    """Return what stands beside ``trust``, the candidate first."""
    found = sorted(TrustProposal.objects.all(), key=lambda proposal: not proposal.is_candidate)
    return [
        ShownProposal(
            proposal=proposal,
            differences=differences_of_wish(Wish.from_json(proposal.content), trust),
            stamp=stamp_of(proposal, trust),
            is_stale=is_stale(proposal, trust),
        )
        for proposal in found
    ]
