"""What the first page of the console shows: connections, certificates, seats, recent errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from access_requests.telling import requests_to_decide
from access_reviews.services.figures import reviews_late
from accounts.models import Tenant, User
from accounts.services.expiry import endings
from console.base.access import ACCESS, Access, access_of
from console.dashboard.attention import (
    most_urgent_first,
    of_connections,
    of_endings,
    of_ends,
    of_requests,
    of_reviews,
    of_seats,
)
from console.dashboard.checklist import steps_for
from licenses.usage import subscription_use, subscriptions_with_use
from saml_sso.models import SignInAttempt
from scim.services.visibility import sources_seen_by

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from accounts.models.expiring import ExpiringCredential
    from console.dashboard.attention import Need


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One row of the table of connections.

    Attributes:
        kind: What colours its badge.
        error_url: Where the last error is told step by step; empty where only ``url`` tells.
    """

    name: str
    state: str
    kind: str
    url: str
    last_request: datetime | None = None
    last_success: datetime | None = None
    last_error: datetime | None = None
    error: str = ""
    error_url: str = ""

    @property
    def is_failing(self) -> bool:
        """Whether it is on, and its last request that ended was refused."""
        if self.kind == "off" or self.last_error is None:
            return False
        return self.last_success is None or self.last_error > self.last_success


def dashboard_context(user: User) -> dict[str, Any]:
    """Return what the dashboard of ``user``'s tenant shows; the tenant must be active."""
    tenant = user.tenant
    assert isinstance(tenant, Tenant)  # noqa: S101 - operators have no dashboard
    sees_licences = _sees(user, "licenses.subscription")
    connections = [*_saml(tenant, user), *_sources(tenant, user)]
    credentials = [
        ending for ending in endings(tenant=tenant) if _sees(user, _page_about(ending.credential))
    ]
    licences = _licences() if sees_licences else []
    seats = _url("console:licenses_subscription_changelist")
    return {
        "tenant": tenant,
        "people": _people() if _sees(user, "accounts.user") else None,
        "plan_includes_saml": tenant.includes_saml_and_scim,
        "needs": most_urgent_first(
            [
                *_requests(user),
                *of_endings(credentials),
                *of_connections(connections),
                *of_seats(licences, seats),
                *of_ends(licences, _url("console:seats-over-time")),
                *of_reviews(reviews_late() if _sees(user, "access-reviews") else ()),
            ]
        ),
        "steps": steps_for(user),
        "connections": connections,
        "credentials": credentials,
        "licenses": licences,
        "may_see_licences": sees_licences,
        "seats_url": seats,
    }


def _sees(user: User, page: str) -> bool:
    return Access.VIEW in access_of(user, page)


def _requests(user: User) -> Iterator[Need]:
    if Access.DECIDE not in access_of(user, "access_requests.accessrequest"):
        return iter(())
    waiting = requests_to_decide(user)
    page = _url("console:access_requests_accessrequest_changelist")
    return of_requests(waiting.first(), waiting.count(), f"{page}?state__exact=open")


def _page_about(credential: ExpiringCredential) -> str:
    """Return the key of the page that decides who may know of ``credential``."""
    label = credential._meta.label_lower
    return label if label in ACCESS else "saml-and-scim"


def _people() -> dict[str, int]:
    people = User.objects.aggregate(all=Count("pk"), active=Count("pk", filter=Q(active=True)))
    return {**people, "inactive": people["all"] - people["active"]}


def _licences() -> list[dict[str, Any]]:
    return [
        {"key": each.pk, "product": each.product, "ends": each.ends, **subscription_use(each)}
        for each in subscriptions_with_use()
    ]


def _saml(tenant: Tenant, user: User) -> Iterator[Connection]:
    if not _sees(user, "sign-in-attempts"):
        return
    attempts = SignInAttempt.objects.all()
    last = attempts.first()
    success = attempts.filter(outcome=SignInAttempt.Outcome.ACCEPTED).first()
    refused = attempts.filter(outcome=SignInAttempt.Outcome.REFUSED)
    failure = refused.filter(place=None).first() or refused.first()
    state, kind = _saml_state(tenant)
    yield Connection(
        name=_("SAML sign-on"),
        state=state,
        kind=kind,
        url=_url("console:saml-and-scim") if _sees(user, "saml-and-scim") else "",
        last_request=last.at if last else None,
        last_success=success.at if success else None,
        last_error=failure.at if failure else None,
        error=f"{failure.reason} {failure.remedy}".strip() if failure else "",
        error_url=_url("console:saml-and-scim-attempt", failure.pk) if failure else "",
    )


def _saml_state(tenant: Tenant) -> tuple[str, str]:
    if not tenant.saml_active:
        return _("Off"), "off"
    return (_("Enforced"), "good") if tenant.saml_enforced else (_("On"), "good")


def _sources(tenant: Tenant, user: User) -> list[Connection]:
    if not _sees(user, "scim.source"):
        return []
    return [
        Connection(
            name=_("SCIM: %s") % source.name,
            state=_("On") if tenant.scim_active and source.enabled else _("Off"),
            kind="good" if tenant.scim_active and source.enabled else "off",
            url=_url("console:scim_source_change", source.pk),
            last_request=source.last_request_at,
            last_success=source.last_success_at,
            last_error=source.last_error_at,
            error=source.last_error,
        )
        for source in sources_seen_by(user)
    ]


def _url(name: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:  # The page belongs to an application that is not installed.
        return ""
