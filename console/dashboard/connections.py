"""Each connection as the dashboard tells of it: its state, and its last requests in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from console.applications.status import status_of
from console.dashboard.rights import sees, url
from provisioning.engine.troubles import LastHeard, last_heard_of
from saml_sso.models import SignInAttempt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from accounts.models import Tenant, User
    from provisioning.engine.troubles import Troubles
    from provisioning.models import Application
    from scim.models import Source
    from scim.services.silence import Rhythm


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


def of_saml(tenant: Tenant, user: User) -> Iterator[Connection]:
    """Yield the sign-on at the identity provider, for who sees its log; four statements."""
    if not sees(user, "sign-in-attempts"):
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
        url=url("saml-and-scim") if sees(user, "saml-and-scim") else "",
        last_request=last.at if last else None,
        last_success=success.at if success else None,
        last_error=failure.at if failure else None,
        error=f"{failure.reason} {failure.remedy}".strip() if failure else "",
        error_url=url("saml-and-scim-attempt", failure.pk) if failure else "",
    )


def of_sources(
    tenant: Tenant, sources: Sequence[Source], silent: Mapping[int, Rhythm]
) -> list[Connection]:
    """Return the sources, of which those that are ``silent`` say so."""
    return [
        Connection(
            name=_("SCIM: %s") % source.name,
            state=state,
            kind=kind,
            url=url("scim_source_change", source.pk),
            last_request=source.last_request_at,
            last_success=source.last_success_at,
            last_error=source.last_error_at,
            error=source.last_error,
        )
        for source in sources
        for state, kind in [_source_state(tenant, source, is_silent=source.pk in silent)]
    ]


def of_applications(
    tenant: Tenant, applications: Sequence[Application], troubles: Mapping[int, Troubles]
) -> list[Connection]:
    """Return the applications with the worst that is to be said of each; two statements."""
    heard = last_heard_of([application.pk for application in applications])
    return [
        _of_application(tenant, application, troubles[application.pk], heard[application.pk])
        for application in applications
    ]


def _of_application(
    tenant: Tenant, application: Application, troubles: Troubles, heard: LastHeard
) -> Connection:
    status = status_of(application, troubles)
    is_on = tenant.includes_saml_and_scim
    moments = [moment for moment in (heard.done, heard.refused) if moment is not None]
    return Connection(
        name=_("Application: %s") % application.name,
        state=status.text if is_on else _("Off"),
        kind=status.kind or "off" if is_on else "off",
        url=url("provisioning_application_change", application.pk),
        last_request=max(moments, default=None),
        last_success=heard.done,
        last_error=heard.refused,
        error=heard.reason,
    )


def _saml_state(tenant: Tenant) -> tuple[str, str]:
    if not tenant.saml_active:
        return _("Off"), "off"
    return (_("Enforced"), "good") if tenant.saml_enforced else (_("On"), "good")


def _source_state(tenant: Tenant, source: Source, *, is_silent: bool) -> tuple[str, str]:
    if not (tenant.scim_active and source.enabled):
        return _("Off"), "off"
    return (_("Silent"), "warn") if is_silent else (_("On"), "good")
