"""Two tenants of one installation, each of which may push to the other's ``/scim/v2``.

Needs Django set up with their database.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from accounts.models import DirectoryGroup, Plan, Tenant
from accounts.services.tenants import create_tenant
from accounts.tenancy.scoping import tenant_scope
from benchmarks.server import ServerError
from provisioning.engine.errors import InputsChangedError
from provisioning.engine.runs import make_plan, send_plan, start_full_run
from provisioning.mapping.rows import How, Row
from provisioning.models import IN_FLIGHT, Application, Exchange, Operation, Run
from provisioning.protocol.steps import Kind
from provisioning.services.applications import create_application
from provisioning.services.assignments import set_assignments
from provisioning.services.connections import Connection, change_connection
from provisioning.services.mappings import mapping_rows, set_application_mapping
from provisioning.services.roles import RoleFields, create_application_role
from provisioning.services.settings import set_switches
from scim.models import BearerToken, Source
from scim.protocol.urns import ENTERPRISE_USER

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_NO_LIMIT: Final = 1_000_000_000
_OPEN: Final = (Run.State.READING, Run.State.SENDING)
_BESIDE: Final = (
    *("active", "nickName", "title", "userType", "locale", "timezone", "preferredLanguage"),
    *("phoneNumbers", "addresses", "emails"),
    *(f"{ENTERPRISE_USER}:{name}" for name in ("department", "employeeNumber", "manager")),
)
"""What is sent besides that with which a mapping begins; ``emails`` in place of the work one."""


@dataclass(frozen=True, slots=True)
class Side:
    """A tenant, and the token with which another one may change it."""

    tenant: Tenant
    token: str


def make_side(slug: str) -> Side:
    """Make a tenant that takes SCIM, as fast as it comes."""
    tenant = create_tenant(slug=slug, name=slug.title(), plan=Plan.ENTERPRISE)
    Tenant.objects.filter(pk=tenant.pk).update(saml_enabled=True, scim_enabled=True)
    token = f"scim_benchmark_{secrets.token_urlsafe(32)}"
    digest = hashlib.sha256(token.encode()).hexdigest()
    with tenant_scope(tenant):
        source = Source.objects.create(name="Other side", rate_limit_per_minute=_NO_LIMIT)
        BearerToken.objects.create(source=source, name="Load", prefix="benchmark", digest=digest)
    return Side(tenant, token)


def connect(base_url: str, token: str, *, groups: Collection[DirectoryGroup]) -> Application:
    """Make an application of the active tenant for everybody of these groups; send everything."""
    made = create_application(catalogue_key="generic", name="Other side")
    change_connection(
        application=made, connection=Connection(base_url=f"{base_url}/scim/v2", token=token)
    )
    first = mapping_rows(application=made, resource=Kind.USER)
    rows = [row for row in first if not row.target.startswith("emails")]
    rows += [Row(target=path, how=How.DIRECT, source=path) for path in _BESIDE]
    set_application_mapping(application=made, resource=Kind.USER, rows=rows)
    switches = dict.fromkeys(("push_roles", "push_permissions"), True)
    set_switches(application=made, switches=switches)
    set_assignments(application=made, groups=groups, roles=[], profiles=[])
    return made


def give_roles(application: Application, roles: Mapping[str, tuple[str, Sequence[str]]]) -> None:
    """Give the people of a group, by its name, a role and its permissions, by the role's key."""
    for key, (group, permissions) in roles.items():
        fields = RoleFields(
            key=key,
            name=key.title(),
            permissions=permissions,
            groups=[DirectoryGroup.objects.get(display_name=group)],
        )
        create_application_role(application=application, fields=fields)


def send_first_plan(application: Application, *, patience: float) -> Run:
    """Make the first plan, send it, and wait until all of it is there.

    What is still written beside it changes what was planned; then another one is made.
    """
    deadline = time.monotonic() + patience
    while True:
        run = _ended(make_plan(application=application), patience, until=Run.State.PLANNED)
        try:
            send_plan(run=run)
        except InputsChangedError:
            if time.monotonic() > deadline:
                raise
            continue
        application.refresh_from_db()
        return _ended(run, patience, until=Run.State.DONE)


def reconcile(application: Application, *, patience: float) -> Run:
    """Compare everything with the target, and wait until what has to be sent is there."""
    return _ended(start_full_run(application=application), patience, until=Run.State.DONE)


def writes() -> int:
    """Count the requests of the active tenant that may have changed something."""
    return Exchange.objects.exclude(method="GET").count()


def in_flight() -> int:
    """Count the operations of the active tenant that are under way."""
    return Operation.objects.filter(state__in=IN_FLIGHT).count()


def stuck() -> list[tuple[str, str, str]]:
    """Return the operations of the active tenant that did not come to their end."""
    left = Operation.objects.exclude(state__in=("done", "cancelled", *IN_FLIGHT))
    return list(left.values_list("name", "state", "last_error")[:10])


def _ended(run: Run, patience: float, *, until: Run.State) -> Run:
    """Wait until a run is as it should be.

    Raises:
        ServerError: It ended otherwise, or is not so in time.
    """
    deadline = time.monotonic() + patience
    while True:
        run.refresh_from_db()
        if run.state == until:
            return run
        if run.state not in _OPEN and run.state != Run.State.PLANNED:
            raise ServerError(f"The run ended as {run.state}: {run.why}")
        if time.monotonic() > deadline:
            raise ServerError(f"The run is {run.state} after {patience:.0f} seconds.")
        time.sleep(0.2)
