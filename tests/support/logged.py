"""Something in every log of a company: of connections that a profile lists, and of others."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.utils import timezone

from accounts.models import AccessProfile, ActionResult
from accounts.trail import audit
from provisioning.models import Application, Operation, Run
from provisioning.services.applications import create_application
from provisioning.services.visibility import set_profile_applications
from saml_sso.models import SignInAttempt
from scim.models import RequestLogEntry, Source
from scim.services import SourceOptions, create_source
from scim.services.visibility import set_profile_sources

if TYPE_CHECKING:
    from accounts.models import User

LISTED: Final = "Borough"
HIDDEN: Final = "Whitechapel"
ADDRESS: Final = "198.51.100.7"
REFERENCE: Final = "7KQ2-M4XB"


class Connections(NamedTuple):
    """A source and an application."""

    source: Source
    application: Application


def connect_both() -> dict[str, Connections]:
    """Make two sources and two applications; the default profile lists one of each."""
    made = {
        name: Connections(
            create_source(options=SourceOptions(name=f"{name} directory")),
            create_application(catalogue_key="generic", name=f"{name} planner"),
        )
        for name in (LISTED, HIDDEN)
    }
    default = AccessProfile.objects.get(is_default=True)
    set_profile_sources(profile=default, sources=[made[LISTED].source])
    set_profile_applications(profile=default, applications=[made[LISTED].application])
    return made


def log_of_each_kind(person: User, maker: User, connections: Connections, number: int = 1) -> None:
    """Write ``number`` rows of each state into every log, about ``person``; nobody's tenant but it.

    ``maker`` did something to many rows.
    """
    now = timezone.now()
    for each in range(number):
        at = now - timedelta(minutes=each)
        _asked(person, connections.source, at)
        _sent(person, connections.application, at)
        _came_in(person, at)
        with audit.acting_as(f"SCIM: {connections.source.name}"):
            audit.record("user.updated", person, changes={"given_name": [f"Was {each}", "Is"]})
        audit.record("user.signed_in", person, method="password")
        audit.record("sign_in.refused", person, reason="The password is wrong.")
        for state in ActionResult.State.values:
            ActionResult.objects.create(
                tenant_id=person.tenant_id,
                maker=maker.pk,
                site="console",
                about="accounts.user",
                action="deactivate",
                title=f"Deactivate {each}",
                file_name="deactivate",
                back="/console/",
                state=state,
                created=at,
            )


def _asked(person: User, source: Source, at: Any) -> None:
    asked = (("PATCH", 200, ""), ("GET", 404, ""), ("PATCH", 409, "uniqueness"), ("PUT", 500, ""))
    for method, status, scim_type in asked:
        RequestLogEntry.objects.create(
            at=at,
            source=source,
            source_name=source.name,
            method=method,
            route="/Users/{id}",
            resource_id=str(person.pk),
            status=status,
            scim_type=scim_type,
            detail="Somebody is called so already." if status == 409 else "",
            request_body={"secret": "Never shown"},
        )


def _sent(person: User, application: Application, at: Any) -> None:
    run = Run.objects.create(application=application, kind="plan", state="planned", created=at)
    for state in ("planned", "done", "held", "failed", "cancelled"):
        Operation.objects.create(
            application=application,
            run=run if state == "planned" else None,
            kind="User",
            object_id=str(person.pk) if state != "held" else f"{person.pk}-held-{at.timestamp()}",
            name=person.display_name,
            state=state,
            main_action="update",
            steps=[{"action": "update", "before": {"title": "A"}, "after": {"title": "B"}}],
            last_error="It does not know the cost centre 4410." if state == "failed" else "",
            created=at,
        )


def _came_in(person: User, at: Any) -> None:
    signed: dict[str, Any] = {"at": at, "identifier": "b•••@acme.example", "ip_address": ADDRESS}
    SignInAttempt.objects.create(
        **signed, kind="sp_initiated", outcome="accepted", reference="AAAA-BBBB", user=person
    )
    SignInAttempt.objects.create(
        **signed,
        kind="sp_initiated",
        outcome="refused",
        reference=REFERENCE,
        check_name="signature",
        reason="Expected a certificate, got none.",
        remedy="Add the certificate that the identity provider uses now.",
    )
