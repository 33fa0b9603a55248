"""What is sent of whoever leaves: each cause under each policy, with each switch and button.

The tables are what SPEC.md and OUTBOUND.md say, written down once more:

- The policy of the cause decides.  *Delete users* off makes a deactivation of every deletion.
- No other switch changes what is done with whoever leaves, *Update users* neither.
- *Add and remove group members* off leaves groups as they are there.
- Held beyond the limit are deletions, and deactivations of who left the scope; whoever was
  deactivated or deleted here is deactivated meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.utils import timezone

from accounts.services.users import deactivate_user, delete_user
from console.applications.frame import BUTTONS
from provisioning.desired.policies import SWITCHES
from provisioning.engine.deciding import allow_refused_removals, allow_removals, refuse_removals
from provisioning.engine.deletions import delete_who_is_due
from provisioning.engine.retrying import lift_quarantine, retry_stuck
from provisioning.engine.runs import start_full_run, stop_run
from provisioning.models import Application, Leaving, Link
from provisioning.models.runs import Run
from provisioning.services.applications import pause_application, resume_application
from provisioning.services.settings import set_leaving, set_switches
from tests.provisioning.engine.conftest import connected, join, leave, opened, people

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from accounts.models import DirectoryGroup, Tenant, User
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Fake

NOTHING, PATCH, DELETE = "", "PATCH", "DELETE"
CAUSES: Final = ("left_scope", "deactivated", "deleted")
SENT: Final[Mapping[str, str]] = {
    "nothing": NOTHING,
    "deactivate": PATCH,
    "delete": DELETE,
    "deactivate_then_delete": PATCH,
}
"""By policy: what is sent of the account, whatever the cause."""
WITHOUT_DELETE_USERS: Final = {**SENT, "delete": PATCH}
BEYOND_THE_LIMIT: Final[Mapping[str, tuple[str, str, str]]] = {
    "nothing": (NOTHING, NOTHING, NOTHING),
    "deactivate": (NOTHING, PATCH, PATCH),
    "delete": (NOTHING, PATCH, PATCH),
    "deactivate_then_delete": (NOTHING, PATCH, PATCH),
}
"""By policy and cause."""
policies = pytest.mark.parametrize("policy", Leaving.values)


def test_the_tables_are_about_everything_that_there_is() -> None:
    assert set(SENT) == set(BEYOND_THE_LIMIT) == set(Leaving.values)
    assert {f"on_{cause}" for cause in CAUSES} <= {
        field.name for field in Application._meta.get_fields()
    }
    assert set(PRESSED) == set(BUTTONS)


@dataclass
class Place:
    """Ann is to leave the scope, Ben to be deactivated, Cid to be deleted; Dan stays."""

    engine: Engine
    application: Application
    staff: DirectoryGroup
    fake: Fake
    who: Mapping[str, User]
    remote_ids: Mapping[str, str]
    seen: int = 0

    def go(self) -> None:
        """Let each of them leave for their cause, and have what follows done."""
        self.seen = len(self.fake.asked)
        leave(self.staff, [self.who["left_scope"]])
        deactivate_user(user=self.who["deactivated"])
        delete_user(user=self.who["deleted"])
        self.engine.work()

    def sent(self) -> dict[str, str]:
        """Return, by cause, what was sent of the account since; the last, if several."""
        found = dict.fromkeys(CAUSES, NOTHING)
        for asked in self.fake.asked[self.seen :]:
            for cause, key in self.remote_ids.items():
                if asked.method != "GET" and asked.path == f"/Users/{key}":
                    assert asked.method == DELETE or _deactivates(asked.body), asked
                    found[cause] = asked.method
        return found

    def groups_were_changed(self) -> bool:
        asked = self.fake.asked[self.seen :]
        return any(each.method != "GET" and each.path.startswith("/Groups") for each in asked)


def _deactivates(body: Any) -> bool:
    [operation] = body["Operations"]
    return bool(operation == {"op": "replace", "path": "active", "value": False})


@pytest.fixture
def place(engine: Engine, tenant: Tenant, staff: DirectoryGroup, fake: Fake) -> Place:
    application = connected(fake, staff, removal_number=None, compare_every="never")
    everybody = people("ann", "ben", "cid", "dan")
    join(staff, everybody)
    opened(engine, application)
    who = dict(zip(CAUSES, everybody, strict=False))
    remote_ids = {
        cause: Link.objects.get(object_id=str(user.pk)).remote_id for cause, user in who.items()
    }
    return Place(engine, application, staff, fake, who, remote_ids)


def under(place: Place, policy: str) -> None:
    """Let this be done for every cause."""
    values = {f"on_{cause}": policy for cause in CAUSES}
    set_leaving(application=place.application, values=values)
    place.engine.work()


def for_each(method: str) -> dict[str, str]:
    return dict.fromkeys(CAUSES, method)


# --- Switches --------------------------------------------------------------------------------


@policies
@pytest.mark.parametrize("switch", ["none", *SWITCHES])
def test_a_switch_that_is_the_other_way(place: Place, switch: str, policy: str) -> None:
    under(place, policy)
    if switch != "none":
        flipped = {switch: not getattr(place.application, switch)}
        set_switches(application=place.application, switches=flipped)
        place.engine.work()

    place.go()

    table = WITHOUT_DELETE_USERS if switch == "delete_users" else SENT
    assert place.sent() == for_each(table[policy])
    assert place.groups_were_changed() == (switch != "push_memberships")


@pytest.mark.parametrize("policy", ["deactivate", "deactivate_then_delete"])
@pytest.mark.parametrize("delete_users", ["on", "off"])
def test_when_the_days_are_over(place: Place, policy: str, delete_users: str) -> None:
    under(place, policy)
    switches = {"delete_users": delete_users == "on"}
    set_switches(application=place.application, switches=switches)
    place.go()
    place.seen = len(place.fake.asked)

    past = timezone.now() - timedelta(days=1)
    Link.objects.filter(delete_due__isnull=False).update(delete_due=past)
    delete_who_is_due()
    place.engine.work()

    deletes = policy == "deactivate_then_delete" and delete_users == "on"
    assert place.sent() == for_each(DELETE if deletes else NOTHING)


@pytest.mark.parametrize("cause", CAUSES)
@policies
def test_each_cause_has_its_own_policy(place: Place, cause: str, policy: str) -> None:
    set_leaving(
        application=place.application,
        values={**{f"on_{each}": "nothing" for each in CAUSES}, f"on_{cause}": policy},
    )
    place.engine.work()

    place.go()

    assert place.sent() == {**for_each(NOTHING), cause: SENT[policy]}


# --- Buttons ---------------------------------------------------------------------------------


def _pause(place: Place, policy: str) -> dict[str, str]:
    pause_application(application=place.application, reason="")
    place.go()
    return for_each(NOTHING)


def _resume(place: Place, policy: str) -> dict[str, str]:
    _pause(place, policy)
    resume_application(application=place.application)
    place.engine.work()
    return for_each(SENT[policy])


def _retry(place: Place, policy: str) -> dict[str, str]:
    place.fake.before = lambda asked: (
        (400, {"detail": "Not today."}, {}) if asked.method in {PATCH, DELETE} else None
    )
    place.go()
    place.fake.before = lambda _asked: None
    place.seen = len(place.fake.asked)
    retry_stuck(application=place.application)
    place.engine.work()
    return for_each(SENT[policy])


def _lift(place: Place, policy: str) -> dict[str, str]:
    place.fake.before = lambda asked: (401, {}, {}) if asked.method != "GET" else None
    place.go()
    place.fake.before = lambda _asked: None
    place.seen = len(place.fake.asked)
    place.application.refresh_from_db()
    assert place.application.quarantined_at is not None
    lift_quarantine(application=place.application)
    place.engine.work()
    return for_each(SENT[policy])


def _held(place: Place) -> None:
    set_leaving(application=place.application, values={"removal_number": 0})
    place.engine.work()
    place.go()


def _allow(place: Place, policy: str) -> dict[str, str]:
    _held(place)
    beyond = dict(zip(CAUSES, BEYOND_THE_LIMIT[policy], strict=True))
    assert place.sent() == beyond
    allow_removals(application=place.application)
    place.engine.work()
    return for_each(SENT[policy])


def _refuse(place: Place, policy: str) -> dict[str, str]:
    _held(place)
    refuse_removals(application=place.application)
    start_full_run(application=place.application)
    place.engine.work()
    return dict(zip(CAUSES, BEYOND_THE_LIMIT[policy], strict=True))


def _allow_after_all(place: Place, policy: str) -> dict[str, str]:
    _refuse(place, policy)
    allow_refused_removals(application=place.application)
    place.engine.work()
    return for_each(SENT[policy])


PRESSED: Final[Mapping[str, Callable[[Place, str], dict[str, str]]]] = {
    "pause": _pause,
    "resume": _resume,
    "retry": _retry,
    "lift": _lift,
    "allow_removals": _allow,
    "refuse_removals": _refuse,
    "allow_refused_removals": _allow_after_all,
}
"""By button: brings it about, and tells what is to have been sent then."""


@policies
@pytest.mark.parametrize("button", BUTTONS)
def test_a_button(place: Place, button: str, policy: str) -> None:
    under(place, policy)

    assert PRESSED[button](place, policy) == place.sent()


@policies
def test_a_run_that_is_stopped_holds_what_is_held_beyond_a_limit(place: Place, policy: str) -> None:
    under(place, policy)
    place.fake.before = lambda asked: (
        (503, {"detail": "Later."}, {}) if asked.method in {PATCH, DELETE} else None
    )
    pause_application(application=place.application, reason="")
    place.go()
    resume_application(application=place.application)
    run = start_full_run(application=place.application)
    place.engine.work()
    place.fake.before = lambda _asked: None
    place.seen = len(place.fake.asked)
    run = Run.objects.get(pk=run.pk)
    if run.state not in {Run.State.READING, Run.State.SENDING}:
        return  # There was nothing to be sent.
    stop_run(run=run)
    place.engine.hurry()

    assert set(place.sent().values()) <= {NOTHING, PATCH}
