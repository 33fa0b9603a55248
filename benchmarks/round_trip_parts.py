"""The parts of a round trip between two tenants.  Needs Django set up with their database."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from accounts.models import DirectoryGroup, User
from accounts.services.users import UserFields, update_user
from accounts.tenancy.scoping import tenant_scope
from benchmarks import two_tenants
from benchmarks.mirror import Mirror, Reader
from benchmarks.round_trip_population import ROLES, ROOT, fill, roles_of_groups
from benchmarks.server import ServerError
from provisioning.models import Exchange, Link
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from accounts.models import Tenant
    from benchmarks.databases import Database

_QUIET_SECONDS: Final = 5.0
"""So long nothing is sent or under way, and it is over: the feed is looked at twice a second."""
_CHANGE_SECONDS: Final = 120.0


class Trip:
    """Tenant *acme* with people and groups, and tenant *globex* with none.

    ``compared`` says how many values were compared last.
    """

    def __init__(self, database: Database, url: str, people: int, groups: int) -> None:
        self.compared = 0
        self._url = url
        self._groups = groups
        self._here = two_tenants.make_side("acme")
        self._there = two_tenants.make_side("globex")
        fill(database, slug="acme", people=people, groups=groups)
        with tenant_scope(self._here.tenant):
            root = DirectoryGroup.objects.get(display_name=ROOT)
            self._to_there = two_tenants.connect(url, self._there.token, groups=[root])
            two_tenants.give_roles(self._to_there, ROLES)

    def __enter__(self) -> Trip:
        with ExitStack() as stack:
            self._read_here = stack.enter_context(Reader(self._url, self._here.token))
            self._read_there = stack.enter_context(Reader(self._url, self._there.token))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def push(self, patience: float) -> int:
        """Push everything; return how many requests it took."""
        with tenant_scope(self._here.tenant):
            two_tenants.send_first_plan(self._to_there, patience=patience)
            return Exchange.objects.count()

    def differences(self) -> list[str]:
        """Return in what the two sides differ, and what is stuck."""
        here, there = (
            {kind: reader.everything(kind) for kind in ("Users", "Groups")}
            for reader in (self._read_here, self._read_there)
        )
        mirror = Mirror(
            here,
            there,
            roles_of_groups=roles_of_groups(self._groups),
            permissions={key: given for key, (_group, given) in ROLES.items()},
        )
        found = mirror.differences()
        self.compared = mirror.compared
        return [*found, *self._stuck()]

    def reconcile(self, patience: float) -> int:
        """Compare everything with the other side; return how many requests change something."""
        with tenant_scope(self._here.tenant):
            before = two_tenants.writes()
            two_tenants.reconcile(self._to_there, patience=patience)
            return two_tenants.writes() - before

    def change(self, number: int) -> float:
        """Change a person; return the seconds until the other side shows it."""
        return self._change(_key(number))

    def _change(self, key: str) -> float:
        title = f"Changed {time.time()}"
        with tenant_scope(self._here.tenant):
            user = User.objects.get(pk=key)
            link = Link.objects.get(application=self._to_there, object_id=key)
            begun = time.monotonic()
            update_user(user=user, values=replace(UserFields.of(user), display_name=title))
        while self._read_there.one("Users", link.remote_id).get("displayName") != title:
            if time.monotonic() - begun > _CHANGE_SECONDS:
                raise ServerError("A change did not come to the other side.")
            time.sleep(0.02)
        return time.monotonic() - begun

    def push_back(self, group: str, patience: float) -> int:
        """Have the other side push a group to this one; return how many requests it took."""
        with tenant_scope(self._there.tenant):
            groups = [DirectoryGroup.objects.get(display_name=group)]
            back = two_tenants.connect(self._url, self._here.token, groups=groups)
            two_tenants.send_first_plan(back, patience=patience)
        self._until_quiet(patience)
        return self._counted(self._there.tenant)[0]

    def change_and_settle(self) -> str:
        """Change a person once both push to each other; say what was sent until all is quiet."""
        before = [self._counted(side.tenant) for side in (self._here, self._there)]
        with tenant_scope(self._there.tenant):
            link = Link.objects.filter(kind=Kind.USER).exclude(remote_id="").earliest("pk")
        self._change(link.remote_id)
        self._until_quiet(_CHANGE_SECONDS)
        after = [self._counted(side.tenant) for side in (self._here, self._there)]
        there, back = (now[1] - was[1] for was, now in zip(before, after, strict=True))
        return f"{there} writes there, {back} back, and then none"

    def goes_on(self) -> list[str]:
        """Return whether anything is sent although all was quiet."""
        sides = (self._here, self._there)
        before = [self._counted(side.tenant) for side in sides]
        time.sleep(2 * _QUIET_SECONDS)
        after = [self._counted(side.tenant) for side in sides]
        return [] if before == after else [f"It goes on: {before} became {after}."]

    def _until_quiet(self, patience: float) -> None:
        """Wait until neither side has sent anything, or has anything under way, for a while.

        Raises:
            ServerError: There is no end to it.
        """
        deadline = time.monotonic() + patience
        seen, since = self._standing(), time.monotonic()
        while time.monotonic() - since < _QUIET_SECONDS:
            if time.monotonic() > deadline:
                raise ServerError("The two sides do not come to rest.")
            time.sleep(0.2)
            now = self._standing()
            if now != seen or any(now[1]):
                seen, since = now, time.monotonic()

    def _standing(self) -> tuple[list[tuple[int, int]], list[int]]:
        sent, under_way = [], []
        for side in (self._here, self._there):
            sent.append(self._counted(side.tenant))
            with tenant_scope(side.tenant):
                under_way.append(two_tenants.in_flight())
        return sent, under_way

    @staticmethod
    def _counted(tenant: Tenant) -> tuple[int, int]:
        """Return how many requests a tenant has sent, and how many of them change something."""
        with tenant_scope(tenant):
            return Exchange.objects.count(), two_tenants.writes()

    def _stuck(self) -> list[str]:
        found = []
        for side in (self._here, self._there):
            with tenant_scope(side.tenant):
                found += [f"{side.tenant}: {line}" for line in two_tenants.stuck()]
        return found


def _key(number: int) -> str:
    """Return the id of a person of the population."""
    return f"01900000-0000-7000-8000-{number:012x}"
