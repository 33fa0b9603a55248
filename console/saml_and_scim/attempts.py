"""The last sign-ins: each with its trace; values are masked until somebody asks to see them."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.secrets.encryption import SealError
from console.base.csv_export import csv_response
from console.base.of_person import PERSON, with_people
from console.saml_and_scim.attribute_uses import ATTRIBUTE_USES, masked_attributes, shown_attributes
from console.saml_and_scim.page import frame, tenant_of
from console.saml_and_scim.progress import is_fresh
from console.saml_and_scim.traces import named
from saml_sso.models import SignInAttempt
from saml_sso.services.attempts import (
    kept_attempts,
    masked_trace,
    noted_strangers,
    reveal_attempt,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

LISTED = 100


@require_safe
@never_cache
def attempts(request: HttpRequest) -> HttpResponse:
    """List the last 100 sign-ins, and apart from them what anybody may have sent.

    Those of one person, whom the address may name, are what led to a session of theirs: the
    message of a refused one proves nothing, so it is nobody's.
    """
    person = request.GET.get(PERSON)
    kept = kept_attempts().filter(user__pk=person) if person else kept_attempts()
    context = {
        **frame(request, tenant_of(request)),
        "title": _("Latest sign-ins"),
        "attempts": with_people(request, kept[:LISTED], attrgetter("user_id")),
        "strangers": () if person else noted_strangers()[:LISTED],
        "of_person": person,
    }
    return render(request, "console/saml_and_scim/attempts.html", context)


@require_safe
def attempts_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Return what :func:`attempts` lists as a CSV file; values stay masked."""
    return csv_response(
        name="saml-sign-ins",
        header=[
            *("time", "outcome", "began", "person", "check", "reason", "what to do", "reference"),
            *("address", "valid signature or test", "further ones counted"),
        ],
        rows=(
            [
                attempt.at.isoformat(timespec="seconds"),
                attempt.outcome,
                attempt.kind,
                attempt.identifier,
                attempt.check_name,
                attempt.reason,
                attempt.remedy,
                attempt.reference,
                attempt.ip_address or "",
                "yes" if attempt.place is None else "no",
                attempt.repeats,
            ]
            for attempt in (*kept_attempts()[:LISTED], *noted_strangers()[:LISTED])
        ),
    )


@require_safe
@never_cache
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one sign-in with its trace, values masked."""
    return _shown(request, get_object_or_404(SignInAttempt, pk=pk), None)


@require_POST
@never_cache
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one sign-in with its values; the audit trail says who looked."""
    found = get_object_or_404(SignInAttempt, pk=pk)
    try:
        revealed = reveal_attempt(attempt=found)
    except SealError:
        revealed = None
    return _shown(request, found, revealed)


def _shown(
    request: HttpRequest, found: SignInAttempt, revealed: dict[str, Any] | None
) -> HttpResponse:
    try:
        attributes = _attributes(found, revealed)
        trace = revealed["trace"] if revealed else masked_trace(found)
    except SealError:
        attributes, trace = [], []
        messages.error(
            request,
            _(
                "The checks and values of this sign-in were encrypted with a key that is not "
                "configured any more. The operator of this deployment can add it to the previous "
                "secret keys."
            ),
        )
    [found] = with_people(request, [found], attrgetter("user_id"))
    context = {
        **frame(request, tenant_of(request)),
        "title": _("Test sign-in") if found.is_test else _("Sign-in %s") % found.reference,
        "attempt": found,
        "is_fresh": is_fresh(found) and not revealed,
        "revealed": revealed,
        "attributes": shown_attributes(attributes),
        "uses": ATTRIBUTE_USES,
        "trace": named(trace),
        "reason": revealed["reason"] if revealed else found.reason,
    }
    return render(request, "console/saml_and_scim/attempt.html", context)


def _attributes(found: SignInAttempt, revealed: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Return names and values of the attributes that came; only names until they are revealed."""
    if revealed is None:
        return masked_attributes(found)
    return [(name, ", ".join(values)) for name, values in revealed["attributes"].items()]
