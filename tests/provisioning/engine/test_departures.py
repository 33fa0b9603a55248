"""Whoever leaves has no access there, or pages and log say that they do, whatever is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from accounts.services.users import deactivate_user, delete_user
from provisioning.engine.figures import tiles
from provisioning.models import Application, Link, Operation, OperationState
from tests.provisioning.engine.conftest import connected, join, leave, opened, people
from tests.provisioning.engine.scim_fake import DropConnection

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import DirectoryGroup, User
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked, Fake

WAITS: Final = frozenset({"waiting", "unknown"})
STUCK: Final = frozenset({"quarantined"})
SAYS_DONE: Final = frozenset({"done"})


def dropped(_asked: Asked) -> Answer:
    raise DropConnection


def status(number: int, body: Any = None) -> Callable[[Asked], Answer]:
    return lambda _asked: (number, body, {})


BY_ITSELF: Final[dict[str, tuple[Callable[[Asked], Answer], frozenset[str]]]] = {
    "ok": (status(200, {}), SAYS_DONE),
    "nothing": (status(204), SAYS_DONE),
    "invalid": (status(400, {"detail": "No."}), STUCK),
    "forbidden": (status(403, {"detail": "No."}), STUCK),
    "gone": (status(404, {"detail": "No such user."}), SAYS_DONE),
    # A change is tried again: a name may be about to become free.
    "conflict": (status(409, {"detail": "Busy."}), STUCK | WAITS),
    "changed": (status(412, {"detail": "Other version."}), STUCK),
    "unprocessable": (status(422, {"detail": "No."}), STUCK),
    "broken": (status(500, {"detail": "Oops."}), WAITS),
    "dropped": (dropped, WAITS),
}
"""What is answered to a removal that is not done, about one person, and how its operation stands.

A target that says that it is done, or that nobody is there, is believed: what it says of somebody
who is active there still is seen by the next comparison.
"""
OF_ALL: Final = {
    "unauthorized": status(401, {"detail": "Who are you?"}),
    "page": status(404, b"<html>Not found</html>"),
    "slowly": lambda _asked: (429, {"detail": "Slow down."}, {"Retry-After": "60"}),
}
"""What is answered of the target as a whole: the removal waits."""


def gone(cause: str, group: DirectoryGroup, person: User) -> None:
    if cause == "left":
        leave(group, [person])
    elif cause == "deactivated":
        deactivate_user(user=person)
    else:
        delete_user(user=person)


def answering(fake: Fake, sayings: dict[str, Callable[[Asked], Answer]]) -> None:
    """Let it answer to the removal of each account as is said there, and do nothing."""

    def before(asked: Asked) -> Answer | None:
        key = asked.path.rpartition("/")[2]
        removes = asked.method in {"PATCH", "PUT", "DELETE"} and asked.path.startswith("/Users/")
        return sayings[key](asked) if removes and key in sayings else None

    fake.before = before


@pytest.mark.parametrize("verb", ["deactivate", "delete"])
@pytest.mark.parametrize("cause", ["left", "deactivated", "deleted"])
def test_of_one_person(
    engine: Engine, staff: DirectoryGroup, fake: Fake, cause: str, verb: str
) -> None:
    application = leaving_by(fake, staff, verb)
    everybody = dict(zip(BY_ITSELF, people(*BY_ITSELF), strict=True))
    keys = {name: str(person.pk) for name, person in everybody.items()}
    join(staff, list(everybody.values()))
    opened(engine, application)
    ids = {name: fake.users()[f"{name}@acme.example"]["id"] for name in BY_ITSELF}
    answering(fake, {ids[name]: saying for name, (saying, _stands) in BY_ITSELF.items()})

    for person in everybody.values():
        gone(cause, staff, person)
    engine.work()

    stands = {
        name: Operation.objects.filter(object_id=key).latest("pk").state
        for name, key in keys.items()
    }
    assert {name: (each, each in BY_ITSELF[name][1]) for name, each in stands.items()} == {
        name: (each, True) for name, each in stands.items()
    }
    kept = set(
        Link.objects.filter(leaving_refused_at__isnull=False).values_list("object_id", flat=True)
    )
    stuck = {name for name, state in stands.items() if state in STUCK}
    assert stuck >= {name for name, (_saying, how) in BY_ITSELF.items() if how is STUCK}
    assert kept == {keys[name] for name in stuck}
    assert tiles(application).kept == len(stuck)


@pytest.mark.parametrize("verb", ["deactivate", "delete"])
@pytest.mark.parametrize("says", OF_ALL)
def test_of_the_target_as_a_whole(
    engine: Engine, staff: DirectoryGroup, fake: Fake, says: str, verb: str
) -> None:
    application = leaving_by(fake, staff, verb)
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    answering(fake, {fake.users()["ann@acme.example"]["id"]: OF_ALL[says]})

    leave(staff, [ann])
    engine.work()

    last = Operation.objects.filter(object_id=str(ann.pk)).latest("pk")
    assert last.state == OperationState.WAITING
    assert last.last_error
    assert Link.objects.get(object_id=str(ann.pk)).remote_id


def leaving_by(fake: Fake, staff: DirectoryGroup, verb: str) -> Application:
    how = {f"on_{cause}": verb for cause in ("left_scope", "deactivated", "deleted")}
    return connected(fake, staff, removal_number=None, **how)
