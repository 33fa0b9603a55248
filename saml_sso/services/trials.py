"""Test sign-ins: everything a sign-in checks, and no session, no user, nothing changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from accounts.trail import audit
from saml_sso.addresses import ATTEMPT, TESTED
from saml_sso.models import PendingRequest
from saml_sso.protocol.errors import Check, SAMLError
from saml_sso.services.attempts import (
    Outline,
    new_reference,
    record_accepted,
    record_refused,
)
from saml_sso.services.candidates import take_over
from saml_sso.services.evidence import as_json, refused_with
from saml_sso.services.finding import judge_user
from saml_sso.services.replay import consume_assertion
from saml_sso.services.requests import consume_request
from saml_sso.services.switches import mark_tested

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import Tenant
    from saml_sso.models import SignInAttempt
    from saml_sso.services.evidence import Evidence
    from saml_sso.trust import Trust

_TAKEN_OVER: Final = Check(
    "candidate",
    passed=True,
    expected="a candidate that may take over",
    got="the candidate, which is trusted from now on",
)


def finish_trial(
    *,
    request: HttpRequest,
    pending: PendingRequest,
    trust: Trust,
    outline: Outline,
    evidence: Evidence,
) -> SignInAttempt | None:
    """Log how a test ended whose response was verified; it counts for the settings of now.

    A candidate takes over when its test has passed.

    The assertion is used up, so that it signs nobody in afterwards.  Nothing comes back when
    the log cannot be written.
    """
    try:
        with transaction.atomic():
            consume_request(request_id=pending.pk, browser=pending.browser_digest)
            consume_assertion(evidence)
            _user, sentence = judge_user(row=trust.settings, identifier=evidence.identifier)
            if pending.proposal_pk is not None:
                revision = take_over(tenant=trust.tenant, pending=pending, evidence=evidence)
                outline = replace(outline, revision=revision)
            else:
                mark_tested(tenant=trust.tenant, revision=evidence.revision, issuer=evidence.issuer)
    except SAMLError as error:
        refused_with(evidence, error)
        return fail_trial(request=request, pending=pending, outline=outline, error=error)
    found = Check("user", passed=True, expected="a user of this tenant", got=sentence)
    last = (found, _TAKEN_OVER) if pending.proposal_pk is not None else (found,)
    trace = [*evidence.trace, *as_json(last)]
    return _ended(pending, record_accepted(request=request, outline=outline, trace=trace))


def fail_trial(
    *, request: HttpRequest, pending: PendingRequest, outline: Outline, error: SAMLError
) -> SignInAttempt | None:
    """Log a test whose response was refused, and end the test."""
    PendingRequest.objects.filter(pk=pending.pk, consumed_at=None).update(
        consumed_at=timezone.now()
    )
    attempt = record_refused(
        request=request, outline=outline, error=error, reference=new_reference()
    )
    return _ended(pending, attempt)


def page_of_trial(*, tenant: Tenant, pending: PendingRequest, attempt: SignInAttempt) -> str:
    """Return the path of the page with the trace: the tester's own, in the console or without."""
    if pending.link_id is not None:
        return TESTED.path(tenant.slug, pending.pk)
    return ATTEMPT.path(attempt.pk)


def _ended(pending: PendingRequest, attempt: SignInAttempt | None) -> SignInAttempt | None:
    """Remember which attempt the test was, for whoever waits to see it."""
    if attempt is None:
        return None
    PendingRequest.objects.filter(pk=pending.pk).update(attempt_pk=attempt.pk)
    if pending.link is not None:
        action = "set_up_link.test_passed" if attempt.is_accepted else "set_up_link.test_failed"
        with audit.acting_as(pending.link.actor):
            audit.record(action, pending.link, reference=attempt.reference)
    return attempt
