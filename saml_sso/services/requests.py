"""Sign-ins and tests that begin here, each bound to the browser that began it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from saml_sso.errors import StaleProposalError
from saml_sso.models import PendingRequest
from saml_sso.protocol.authn_request import new_message_id, start_sign_in
from saml_sso.services.candidates import trust_in_candidate
from saml_sso.services.evidence import Evidence
from saml_sso.services.keys import ensure_key
from saml_sso.services.replay import consume_assertion
from saml_sso.trust import load_trust

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import Tenant, User
    from saml_sso.models import SetUpLink
    from saml_sso.protocol.bindings import Outgoing
    from saml_sso.trust import Trust

LIFETIME = timedelta(minutes=10)
Purpose = PendingRequest.Purpose


class Tester(NamedTuple):
    """Who tests, and what.

    Attributes:
        admin: The system admin, or nobody.
        session: The row of the session in which the admin works.
        link: The set-up link whose holder tests.
        proposal_pk: The candidate to be tested; what is trusted without one.
    """

    admin: User | None = None
    session: str | None = None
    link: SetUpLink | None = None
    proposal_pk: int | None = None


NOBODY: Final = Tester()


def begin_request(  # noqa: PLR0913 - what a request keeps, each by name
    *,
    tenant: Tenant,
    browser: str,
    destination: str = "",
    purpose: str = Purpose.SIGN_IN,
    tester: Tester = NOBODY,
    force_authn: bool = False,
) -> Outgoing | None:
    """Return the AuthnRequest that sends this browser to the identity provider.

    Args:
        tenant: Whose scope is active.
        browser: The digest of the browser's secret.
        destination: A path of ours to end on, already judged.
        purpose: A sign-in, or a test of the settings.
        tester: Who tests what, if it is a test.
        force_authn: Whether the person is to show anew who they are, also where the identity
            provider knows them already; an answer that tells of an earlier time is refused.

    Returns:
        Nothing when the sign-in URL is not known.  A test is remembered also then: the admin
        begins it at the identity provider.

    Raises:
        StaleProposalError: The candidate to be tested is not the candidate any more.
    """
    trust = _trust_under_test(load_trust(tenant), tester)
    if trust.idp.want_authn_requests_signed and not trust.sp.key_pairs:
        ensure_key(tenant=tenant)
        trust = _trust_under_test(load_trust(tenant), tester)
    now = timezone.now()
    outgoing = (
        start_sign_in(sp=trust.sp, idp=trust.idp, now=now, force_authn=force_authn)
        if trust.idp.sso_url
        else None
    )
    # A new beginning replaces tests that this browser has left lying about.
    open_requests(browser).filter(purpose=Purpose.TEST).delete()
    if outgoing is None and purpose == Purpose.SIGN_IN:
        return None
    PendingRequest.objects.create(
        id=outgoing.id if outgoing else new_message_id(),
        purpose=purpose,
        tester=tester.admin,
        tester_session=tester.session or "",
        link=tester.link,
        proposal_pk=tester.proposal_pk,
        browser_digest=browser,
        destination=destination,
        issued_at=now,
        expires_at=now + LIFETIME,
        force_authn=force_authn,
    )
    return outgoing


def _trust_under_test(trust: Trust, tester: Tester) -> Trust:
    if tester.proposal_pk is None:
        return trust
    candidate = trust_in_candidate(trust, tester.proposal_pk)
    if candidate is None:
        raise StaleProposalError(
            _("The candidate was discarded or replaced meanwhile. Look at what is there now.")
        )
    return candidate


def open_requests(browser: str) -> QuerySet[PendingRequest]:
    """Return the requests of this browser that still wait."""
    return waiting_requests().filter(browser_digest=browser)


def waiting_requests() -> QuerySet[PendingRequest]:
    """Return the tenant's requests that still wait, of any browser."""
    return PendingRequest.objects.filter(consumed_at=None, expires_at__gt=timezone.now())


def begun_request(request_id: str) -> PendingRequest | None:
    """Return the tenant's sign-in or test with this ID, of any browser, answered or not."""
    begun = PendingRequest.objects.filter(purpose__in=[Purpose.SIGN_IN, Purpose.TEST])
    return begun.filter(pk=request_id).first()


def consume_request(*, request_id: str, browser: str) -> PendingRequest | None:
    """Use up the request, once; return nothing when it waits no more or is not this browser's."""
    taken = open_requests(browser).filter(pk=request_id).update(consumed_at=timezone.now())
    return PendingRequest.objects.get(pk=request_id) if taken else None


def park_answer(*, request_id: str, evidence: Evidence) -> bool:
    """Keep a verified answer until its browser asks for it; only the first answer is kept."""
    waiting = waiting_requests().filter(pk=request_id, answer__isnull=True)
    return bool(waiting.update(answer=evidence.to_json()))


def parked_answer(*, request_id: str, browser: str) -> Evidence | None:
    """Return the answer that waits for this browser."""
    found = open_requests(browser).filter(pk=request_id).first()
    return Evidence.from_json(found.answer) if found and found.answer else None


def answered_by(*, request_id: str, browser: str) -> Evidence | None:
    """Return the parked answer of this browser's request that has been used."""
    found = begun_request(request_id)
    if found is None or not found.is_of(browser) or not found.answer:
        return None
    return Evidence.from_json(found.answer) if found.consumed_at else None


def ask_first(*, evidence: Evidence, session_key: str, destination: str) -> PendingRequest:
    """Keep a verified sign-in until the person in the browser says what is to happen.

    Args:
        evidence: What was verified.
        session_key: The stored key of the session that it would replace.
        destination: The path it would lead to.
    """
    now = timezone.now()
    return PendingRequest.objects.create(
        id=new_message_id(),
        purpose=Purpose.REPLACE,
        browser_digest=session_key,
        destination=destination,
        issued_at=now,
        expires_at=min(now + LIFETIME, evidence.expires),
        answer=evidence.to_json(),
    )


def waiting_replacement(*, request_id: str, session_key: str) -> PendingRequest | None:
    """Return what :func:`ask_first` keeps for this session, while it waits."""
    asked = open_requests(session_key).filter(purpose=Purpose.REPLACE)
    return asked.filter(pk=request_id).first() if session_key else None


@transaction.atomic
def decline_replacement(*, asked: PendingRequest, evidence: Evidence) -> None:
    """Let the session go on, and use the assertion up so that it asks no more."""
    if consume_request(request_id=asked.pk, browser=asked.browser_digest) is not None:
        consume_assertion(evidence)


def prune_requests() -> int:
    """Forget the tenant's requests that expired a while ago; return how many."""
    old = PendingRequest.objects.filter(expires_at__lt=timezone.now() - LIFETIME)
    removed, _counts = old.delete()
    return removed
