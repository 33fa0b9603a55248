"""How far a test sign-in is, for the page that it began on and that its person looks at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.http import JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.saml_and_scim.traces import name_of, named
from saml_sso.models import IdentityProviderSettings, PendingRequest, SignInAttempt
from saml_sso.services.attempts import masked_trace
from saml_sso.services.set_up_links import USER_CHECK
from saml_sso.services.trials import page_of_trial

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from accounts.models import User

HINT_AFTER: Final = timedelta(seconds=30)
"""When a page that waits says what may be wrong."""
_LOGGED_WITHIN: Final = timedelta(seconds=10)
_FRESH_FOR: Final = timedelta(minutes=2)
_ANSWER, _CHECKS, _CONCLUSION = 2, 3, 4
_STAGES: Final = 5

NONE: Final = "none"
WAITING: Final = "waiting"
PASSED: Final = "passed"
FAILED: Final = "failed"
OVER: Final = "over"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a test: ``done``, ``current``, ``ahead`` or ``failed``; ``detail`` is a hint."""

    name: str
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One test sign-in.

    Attributes:
        state: ``none``, ``waiting``, ``passed``, ``failed``, or ``over``: no response came in time.
        sentence: The same in words; it is what a screen reader hears.
        trace: Every check that was made, in order; values are masked.
    """

    state: str
    sentence: str = ""
    pending: PendingRequest | None = None
    attempt: SignInAttempt | None = None
    began_here: bool = True
    hint: bool = False
    trace: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_waiting(self) -> bool:
        """Whether there is something to wait for."""
        return self.state == WAITING

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of a test in order, from the request to the conclusion."""
        reached = self._reached
        states = ["done"] * reached + ["current"] + ["ahead"] * _STAGES
        if self.state in {PASSED, FAILED}:
            states = ["done"] * _STAGES
        if self.state == FAILED and not self.lacks_an_account_only:
            states[_CHECKS:] = ["failed"] * 2
        if self.state == OVER:
            states[reached] = "failed"
        names = (
            _("Test begun"),
            _("Your browser was sent to the identity provider")
            if self.began_here
            else _("You start at your identity provider’s dashboard"),
            _("Its answer"),
            _("The checks"),
            _("Conclusion"),
        )
        details: dict[int, str] = {}
        if self.is_waiting and reached == _ANSWER:
            details[_ANSWER] = (
                _("Sign in there, in the tab that has opened. This page follows by itself.")
                if self.began_here
                else _("Open Gatehouse there, in this browser. This page follows by itself.")
            )
        if self.attempt is not None:
            count = len(self.trace)
            details[_CHECKS] = ngettext("%(n)s check", "%(n)s checks", count) % {"n": count}
            details[_CONCLUSION] = self.sentence
        return tuple(
            Stage(name, state, details.get(number, ""))
            for number, (name, state) in enumerate(zip(names, states, strict=False))
        )

    @property
    def _reached(self) -> int:
        """The number of the first stage that is not done."""
        answered = self.pending is not None and self.pending.consumed_at is not None
        return _CHECKS if answered else _ANSWER

    @property
    def page(self) -> str:
        """The path of the page that shows the test by itself; empty before it has ended."""
        if self.pending is None or self.attempt is None:
            return ""
        tenant = self.pending.tenant
        return page_of_trial(tenant=tenant, pending=self.pending, attempt=self.attempt)

    @property
    def lacks_an_account_only(self) -> bool:
        """Whether somebody with a set-up link tested, and only has no account here."""
        is_of_link = self.pending is not None and self.pending.link_id is not None
        return is_of_link and self.attempt is not None and self.attempt.check_name == USER_CHECK


def latest_test_of(tester: User) -> PendingRequest | None:
    """Return the test that ``tester`` began last in the console, unless it is forgotten."""
    tests = PendingRequest.objects.filter(purpose=PendingRequest.Purpose.TEST, tester=tester)
    return tests.order_by("-issued_at").first()


def is_fresh(attempt: SignInAttempt) -> bool:
    """Whether ``attempt`` is a test that has just ended, so that its checks appear one by one."""
    return attempt.is_test and timezone.now() - attempt.at < _FRESH_FOR


def progress_of(pending: PendingRequest | None) -> Progress:
    """Return how far the test is that ``pending`` stands for."""
    if pending is None:
        return Progress(state=NONE)
    number = pending.attempt_pk
    attempt = SignInAttempt.objects.filter(pk=number).first() if number is not None else None
    if attempt is not None:
        return _judged(pending, attempt)
    return _unjudged(pending, timezone.now())


def progress_response(
    request: HttpRequest, pending: PendingRequest | None, go_on: str
) -> JsonResponse:
    """Return what the script of the page asks for each second.

    ``go_on`` is the address at which the person goes on after a test that passed.
    """
    progress = progress_of(pending)
    context = {"progress": progress, "go_on": go_on, "is_open": True}
    answer = {
        "id": pending.pk if pending else "",
        "state": progress.state,
        "sentence": progress.sentence,
        "page": progress.page,
        "html": render_to_string("console/saml_and_scim/test_progress.html", context, request)
        if pending
        else "",
    }
    response = JsonResponse(answer)
    response["Cache-Control"] = "no-store"
    return response


def _judged(pending: PendingRequest, attempt: SignInAttempt) -> Progress:
    trace = masked_trace(attempt)
    count = len(trace)
    if attempt.is_accepted:
        state = PASSED
        sentence = ngettext(
            "The test passed: %(n)s check.", "The test passed: %(n)s checks.", count
        ) % {"n": count}
    else:
        state = FAILED
        check = name_of(attempt.check_name)
        sentence = _("The test failed at the check “%(check)s”.") % {"check": check}
    found = Progress(
        state=state,
        sentence=sentence,
        pending=pending,
        attempt=attempt,
        trace=named(trace),
    )
    if not found.lacks_an_account_only:
        return found
    return replace(found, sentence=_("The response is right. Only an account is missing."))


def _unjudged(pending: PendingRequest, now: datetime) -> Progress:
    if pending.consumed_at is not None:
        if now - pending.consumed_at < _LOGGED_WITHIN:
            sentence = _("A response came. It is being checked …")
            return Progress(state=WAITING, sentence=sentence, pending=pending)
        sentence = _("A response came, but what was found could not be logged. Test again.")
        return Progress(state=OVER, sentence=sentence, pending=pending)
    if pending.expires_at <= now:
        sentence = _("No response came in time. Test again.")
        return Progress(state=OVER, sentence=sentence, pending=pending, hint=True)
    return Progress(
        state=WAITING,
        sentence=_("Waiting for the identity provider …"),
        pending=pending,
        began_here=IdentityProviderSettings.objects.exclude(sso_url="").exists(),
        hint=now - pending.issued_at >= HINT_AFTER,
    )
