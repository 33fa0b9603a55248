"""What the ACS does with a posted response: sign in, finish a test, or refuse."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.addresses import CONSOLE
from accounts.signing_in.marker import session_here
from saml_sso.models import SignInAttempt
from saml_sso.protocol import parties
from saml_sso.protocol.errors import MessageError, SAMLError
from saml_sso.protocol.relay_state import safe_path
from saml_sso.protocol.response import validate_response
from saml_sso.remembered_trust import require_current
from saml_sso.services.attempts import (
    Kind,
    Outline,
    new_reference,
    record_refused,
)
from saml_sso.services.evidence import Evidence, refused_with
from saml_sso.services.replay import saml_is_off, was_used
from saml_sso.services.requests import (
    Purpose,
    ask_first,
    begun_request,
    open_requests,
    park_answer,
    waiting_requests,
)
from saml_sso.services.sign_in import SomebodyElseError, sign_in_with_evidence
from saml_sso.services.switches import mark_tested
from saml_sso.services.trials import fail_trial, finish_trial, page_of_trial
from saml_sso.views.browser import SeeOther, digest_of_browser, may_hide_cookie
from saml_sso.views.candidate_tests import judged
from saml_sso.views.forms import posted_response
from saml_sso.views.repeats import leads_on

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from saml_sso.models import PendingRequest
    from saml_sso.protocol.response import Assertion
    from saml_sso.trust import Trust

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Reception:
    """One response on its way through the ACS.

    ``pending`` is the request that the *signed* InResponseTo names, once it is known.
    ``agreed`` is what the person in the browser has agreed to, if they were asked.
    """

    request: HttpRequest
    trust: Trust
    browser: str
    pending: PendingRequest | None = None
    agreed: PendingRequest | None = None
    open_test: PendingRequest | None = field(init=False)

    def __post_init__(self) -> None:
        self.open_test = (
            open_requests(self.browser).filter(purpose=Purpose.TEST).first()
            if self.browser
            else None
        )

    @property
    def test(self) -> PendingRequest | None:
        """The test this belongs to: the one it answers, or the one its browser has begun."""
        if self.pending is None:
            return self.open_test
        is_open_test = self.pending.purpose == Purpose.TEST and self.pending.consumed_at is None
        return self.pending if is_open_test else None

    @property
    def may_be_test(self) -> bool:
        """Whether this browser has begun a test, or holds the cookie back that would say so."""
        if self.open_test is not None:
            return True
        tests = waiting_requests().filter(purpose=Purpose.TEST)
        return may_hide_cookie(self.request) and tests.exists()

    def outline(self) -> Outline:
        """Return what the log says of it before its content is known."""
        began = Kind.SP_INITIATED if self.pending else Kind.IDP_INITIATED
        return Outline(
            kind=Kind.TEST if self.test else began, revision=self.trust.settings.revision
        )

    def find_pending(self, in_response_to: str) -> parties.PendingRequest | None:
        """Return the tenant's request with this ID, and whether it may be this browser's.

        A browser that held its cookie back may claim any of the tenant's: whose it is will be
        decided at the same-site finish, and nothing happens before. One that was answered is
        found, too: the answer may have been sent twice.
        """
        row = begun_request(in_response_to)
        if row is None:
            return None
        is_ours = may_hide_cookie(self.request) or row.is_of(self.browser)
        self.pending = row if is_ours else None
        return parties.PendingRequest(
            row.pk,
            row.issued_at,
            row.expires_at,
            force_authn=row.force_authn,
            is_of_this_browser=is_ours,
        )


def receive_response(request: HttpRequest, trust: Trust) -> HttpResponse:
    """Judge the posted SAMLResponse and answer the browser.

    Raises:
        TrustChangedError: ``trust`` was remembered, and is not what the tenant trusts now; nothing
            has happened.
    """
    reception = Reception(request, trust, digest_of_browser(request))
    try:
        assertion = judged(reception, _validated)
    except SAMLError as error:
        require_current(trust)
        return refuse(reception, error, reception.outline())
    evidence = Evidence.of(assertion, revision=reception.trust.settings.revision)
    pending = reception.pending
    if pending is not None and pending.consumed_at is None and not reception.browser:
        require_current(trust)
        park_answer(request_id=pending.pk, evidence=evidence)
        return SeeOther(reverse("saml-finish", args=[trust.tenant.slug, pending.pk]))
    return conclude(reception, evidence)


def conclude(reception: Reception, evidence: Evidence) -> HttpResponse:
    """Finish a test or begin a session, and send the browser on."""
    outline = replace(
        reception.outline(),
        identifier=evidence.identifier,
        issuer=evidence.issuer,
        attributes=evidence.attributes,
    )
    if reception.test is not None:
        require_current(reception.trust)
        attempt = finish_trial(
            request=reception.request,
            pending=reception.test,
            trust=reception.trust,
            outline=outline,
            evidence=evidence,
        )
        return _trial_result(reception, attempt)
    ended = _ended_test(reception, evidence)
    if ended is not None:
        return ended
    destination = _destination(reception)
    # Whoever began here, or was asked, knows what follows.
    is_expected = reception.pending is not None or reception.agreed is not None
    here = None if is_expected else session_here(reception.request)
    try:
        sign_in_with_evidence(
            request=reception.request,
            trust=reception.trust,
            evidence=evidence,
            outline=outline,
            pending=reception.pending,
            leads_to=destination,
            instead_of=here,
        )
    except SomebodyElseError:
        key = here.session_key if here else ""
        asked = ask_first(evidence=evidence, session_key=key, destination=destination)
        return SeeOther(reverse("saml-replace", args=[reception.trust.tenant.slug, asked.pk]))
    except SAMLError as error:
        is_repeat = error.check == "replay" or (
            error.check == "in_response_to" and was_used(evidence)
        )
        again = leads_on(reception.request, reception.trust, evidence.digest) if is_repeat else None
        if again is not None:
            return again
        refused_with(evidence, error)
        return refuse(reception, error, outline)
    row = reception.trust.settings
    if not row.is_tested or not row.entity_id:
        mark_tested(
            tenant=reception.trust.tenant, revision=evidence.revision, issuer=evidence.issuer
        )
    return SeeOther(destination)


def refuse(reception: Reception, error: SAMLError, outline: Outline) -> HttpResponse:
    """Log the reason, and show a page that names a reference only."""
    if reception.test is not None:
        attempt = fail_trial(
            request=reception.request, pending=reception.test, outline=outline, error=error
        )
        return _trial_result(reception, attempt)
    reference = new_reference()
    record_refused(request=reception.request, outline=outline, error=error, reference=reference)
    return refused_page(reception.request, reference)


def refused_page(
    request: HttpRequest, reference: str, template: str = "saml/refused.html"
) -> HttpResponse:
    """Return the one page that every refused message of its kind gets."""
    return render(request, template, {"reference": reference}, status=HTTPStatus.FORBIDDEN)


def own_path(text: str | None) -> str:
    """Return ``text`` when it is one of our pages, as a path or below our own address."""
    path = (text or "").removeprefix(settings.BASE_URL)
    return safe_path(path, prefixes=(reverse("account"), CONSOLE.path())) or ""


def _validated(reception: Reception) -> Assertion:
    _require_on(reception)
    try:
        return validate_response(
            encoded=posted_response(reception.request),
            sp=reception.trust.sp,
            idp=reception.trust.idp,
            policy=reception.trust.policy,
            now=timezone.now(),
            # Whether the assertion was used before, the transaction of the session decides.
            pending_request=reception.find_pending,
        )
    except (SAMLError, MemoryError):
        raise
    except Exception as error:
        logger.exception("A SAML response could not be judged.")
        raise MessageError(
            "internal",
            expected="a response that can be judged",
            got=type(error).__name__,
            remedy="This is a fault of Gatehouse; give the reference to its operator.",
        ) from error


def _require_on(reception: Reception) -> None:
    """Refuse while SAML is off; a test may be made before it is switched on."""
    if reception.trust.tenant.saml_enabled or reception.may_be_test:
        configured = reception.trust.is_configured
    else:
        configured = False
    if not configured:
        raise saml_is_off()


def _destination(reception: Reception) -> str:
    begun = reception.pending or reception.agreed
    if begun is not None:
        wanted = begun.destination
    else:
        wanted = own_path(reception.request.POST.get("RelayState"))
    return wanted or _account_page()


def _ended_test(reception: Reception, evidence: Evidence) -> HttpResponse | None:
    """Return where the test ended that this assertion has passed before, if it has.

    *Back*, *Reload* and a double click send a response twice; the page judges who may see it.
    """
    test = reception.pending
    if test is None or test.purpose != Purpose.TEST or test.attempt_pk is None:
        return None
    if not was_used(evidence):
        return None
    attempt = SignInAttempt.objects.filter(pk=test.attempt_pk).first()
    return None if attempt is None else _trial_result_of(reception, test, attempt)


@cache
def _account_page() -> str:
    return reverse("account")


def _trial_result(reception: Reception, attempt: SignInAttempt | None) -> HttpResponse:
    if attempt is None or reception.test is None:
        return refused_page(reception.request, new_reference())
    return _trial_result_of(reception, reception.test, attempt)


def _trial_result_of(
    reception: Reception, test: PendingRequest, attempt: SignInAttempt
) -> HttpResponse:
    return SeeOther(page_of_trial(tenant=reception.trust.tenant, pending=test, attempt=attempt))
