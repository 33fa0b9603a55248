"""The last sign-ins: each with its trace; values are masked until somebody asks to see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.console.csv_export import csv_response
from config.security.actions import ATTRIBUTE_USES
from config.security.page import frame, tenant_of
from saml_sso.models import SignInAttempt
from saml_sso.services.attempts import reveal_attempt, sealed_detail

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

LISTED = 100
HIDDEN = "•••"


@require_safe
@never_cache
def attempts(request: HttpRequest) -> HttpResponse:
    """List the last 100 sign-ins."""
    context = {
        **frame(request, tenant_of(request)),
        "title": _("The last 100 sign-ins"),
        "attempts": SignInAttempt.objects.all()[:LISTED],
    }
    return render(request, "security/attempts.html", context)


@require_safe
def attempts_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Return the last 100 sign-ins as a CSV file; values stay masked."""
    return csv_response(
        name="saml-sign-ins",
        header=["time", "outcome", "began", "person", "check", "reason", "what to do", "reference"],
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
            ]
            for attempt in SignInAttempt.objects.all()[:LISTED]
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
    return _shown(request, found, reveal_attempt(attempt=found))


def _shown(
    request: HttpRequest, found: SignInAttempt, revealed: dict[str, Any] | None
) -> HttpResponse:
    context = {
        **frame(request, tenant_of(request)),
        "title": _("Test sign-in") if found.is_test else _("Sign-in %s") % found.reference,
        "attempt": found,
        "revealed": revealed,
        "attributes": _attributes(found, revealed),
        "uses": ATTRIBUTE_USES,
        "trace": [_named(check) for check in (revealed or {"trace": found.trace})["trace"]],
        "reason": revealed["reason"] if revealed else found.reason,
    }
    return render(request, "security/attempt.html", context)


def _attributes(found: SignInAttempt, revealed: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Return names and values of the attributes that came; only names until they are revealed."""
    if revealed is not None:
        return [(name, ", ".join(values)) for name, values in revealed["attributes"].items()]
    return [(name, HIDDEN) for name in sealed_detail(found)["attributes"]]


def _named(check: dict[str, Any]) -> dict[str, Any]:
    """Return the line of a trace with a name for people to read."""
    return {**check, "name": str(check["check"]).replace("_", " ").capitalize()}
