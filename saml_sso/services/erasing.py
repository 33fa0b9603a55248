"""Erasing somebody who was deleted from what their set-up links and proposals have left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from accounts.storage.retention import ERASED, replace_detail
from accounts.tenancy.scoping import active_tenant_id
from accounts.trail.erasing import rename_actor
from saml_sso.models import SetUpLink

if TYPE_CHECKING:
    from accounts.storage.retention import Departed

_OF_PROPOSALS: Final = (
    "saml.proposal_accepted",
    "saml.proposal_discarded",
    "saml.proposal_replaced",
    "saml.proposal_withdrawn",
    "saml.candidate_discarded",
    "saml.candidate_replaced",
    "saml.candidate_took_over",
)
"""The actions whose entries say who had made what they are about."""


def erase_maker(departed: Departed) -> None:
    """Take somebody out of what the links that they made did, and of proposals that were theirs."""
    for name in departed.user_names:
        _erase_from_proposals(name, ERASED)
    # Their rows name them or, where an attempt before this one came so far, nobody any more.
    made = SetUpLink.objects.filter(
        made_by__in=[*departed.user_names, ERASED],
        created__gte=departed.since,
        created__lte=departed.until,
    )
    for link in made.order_by("pk"):
        for name in departed.user_names:
            former, now = link.called_by(name), link.called_by(ERASED)
            rename_actor(former=former, now=now)
            _erase_from_proposals(former, now)


def _erase_from_proposals(former: str, now: str) -> None:
    while replace_detail(
        tenant_id=active_tenant_id(),
        actions=_OF_PROPOSALS,
        detail="made_by",
        former=former,
        now=now,
    ):
        pass
