"""Members who go are taken out, and nobody else, however a target wants it said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.groups.groups import GroupFields, update_group
from accounts.models import User
from provisioning.models import Link, LinkMember, Operation, OperationState
from tests.provisioning.engine.conftest import connected, join, leave, opened, people

if TYPE_CHECKING:
    from accounts.models import DirectoryGroup
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked, Fake

FOREIGN = "somebody of theirs"


class Strict:
    """Removes members as RFC 7644 has it, and refuses in one way or another."""

    def __init__(self, fake: Fake, *, refuses: str, shows: str) -> None:
        self.fake, self.refuses, self.shows = fake, refuses, shows
        fake.before, fake.after = self.before, self.after

    def before(self, asked: Asked) -> Answer | None:
        if asked.method != "PATCH" or not asked.path.startswith("/Groups/"):
            return None
        group = self.fake.held["Groups"][asked.path.removeprefix("/Groups/")]
        listed = {each["value"] for each in group.get("members", [])}
        for operation in asked.body["Operations"]:
            path, name = operation["path"], operation["op"]
            if name != "remove":
                continue
            if path == "members":  # Whatever stands in the value.
                group["members"] = []
                return 200, group, {}
            value = path.partition('"')[2].partition('"')[0]
            if self.refuses == "filters":
                return 400, {"scimType": "invalidPath", "detail": "No such path."}, {}
            if value not in listed:
                return 400, {"scimType": self.refuses, "detail": "Not a member."}, {}
        return None

    def after(self, asked: Asked, answer: Answer) -> Answer:
        status, body, headers = answer
        if self.shows == "no members" and isinstance(body, dict) and "members" in body:
            return status, {name: each for name, each in body.items() if name != "members"}, headers
        return answer


def staff_there(engine: Engine, staff: DirectoryGroup, fake: Fake) -> tuple[str, ...]:
    """Have three people in a group there with somebody else, who has lost one of them."""
    ann, ben, cal = people("ann", "ben", "cal")
    join(staff, [ann, ben, cal])
    application = connected(fake, staff)
    opened(engine, application)
    keys = tuple(fake.users()[f"{name}@acme.example"]["id"] for name in ("ann", "ben", "cal"))
    members = fake.group("Staff")["members"]
    members.append({"value": FOREIGN})
    members[:] = [each for each in members if each["value"] != keys[0]]
    return keys


def people_here(*names: str) -> list[User]:
    found = {each.user_name.partition("@")[0]: each for each in User.objects.all()}
    return [found[name] for name in names]


@pytest.mark.parametrize("shows", ["its members", "no members"])
@pytest.mark.parametrize("refuses", ["noTarget", "invalidValue", ""])
@pytest.mark.parametrize("count", [1, 2])
def test_one_who_is_gone_there_already_takes_nobody_along(  # noqa: PLR0913, PLR0917 - fixtures
    engine: Engine,
    tenant: object,
    staff: DirectoryGroup,
    fake: Fake,
    refuses: str,
    shows: str,
    count: int,
) -> None:
    if shows == "no members" and refuses != "noTarget":
        pytest.skip("It says nothing by which anybody could tell.")
    _ann, ben, cal = staff_there(engine, staff, fake)
    Strict(fake, refuses=refuses, shows=shows)

    leave(staff, people_here("ann", "ben")[:count])
    engine.work()
    engine.hurry()

    assert fake.members("Staff") == {FOREIGN, cal, *([ben] if count == 1 else [])}
    assert LinkMember.objects.count() == 3 - count
    assert not Link.objects.filter(quarantined_at__isnull=False).exists()


def test_where_filters_are_refused_the_list_is_replaced_by_who_stays(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake
) -> None:
    _ann, _ben, cal = staff_there(engine, staff, fake)
    Strict(fake, refuses="filters", shows="its members")

    leave(staff, people_here("ann", "ben"))
    engine.work()

    assert fake.members("Staff") == {FOREIGN, cal}
    assert not Operation.objects.exclude(state=OperationState.DONE).exists()


@pytest.mark.parametrize("config", ["no PATCH", "no add and remove"])
def test_a_group_that_shows_no_members_is_not_emptied_by_sending_it_back(
    engine: Engine,
    tenant: object,
    staff: DirectoryGroup,
    fake: Fake,
    config: str,
) -> None:
    if config == "no PATCH":
        fake.config = {"patch": {"supported": False}}
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    application = connected(fake, staff)
    opened(engine, application)
    if config != "no PATCH":
        application.refresh_from_db()
        learned = {**application.learned, "dialect": {"patch_ops": ["replace"]}}
        type(application).objects.filter(pk=application.pk).update(learned=learned)
    keys = {name: each["id"] for name, each in fake.users().items()}
    assert fake.members("Staff") == {*keys.values()}
    Strict(fake, refuses="", shows="no members")

    update_group(group=staff, values=GroupFields(display_name="Crew"))
    engine.work()
    assert fake.members("Crew") == {*keys.values()}

    leave(staff, [ann])
    engine.work()
    assert fake.members("Crew") == {keys["ben@acme.example"]}


@pytest.mark.parametrize("answers", ["as it was before", "as it is"])
def test_who_is_in_a_group_still_that_answers_as_done_is_taken_out_of_its_list(
    engine: Engine, tenant: object, staff: DirectoryGroup, fake: Fake, answers: str
) -> None:
    _ann, ben, cal = staff_there(engine, staff, fake)

    def ignore_filters(asked: Asked) -> Answer | None:
        if asked.method != "PATCH" or asked.body["Operations"][0]["op"] != "remove":
            return None
        group = fake.held["Groups"][asked.path.removeprefix("/Groups/")]
        before = {**group, "members": list(group["members"])}
        if answers == "as it was before":
            group["members"] = [each for each in group["members"] if each["value"] != ben]
        return 200, before, {}

    fake.before = ignore_filters
    leave(staff, people_here("ben"))
    engine.work()

    assert fake.members("Staff") == {FOREIGN, cal}
    replaced = [
        each
        for each in fake.writes
        if each.path.startswith("/Groups/") and each.body["Operations"][0]["op"] == "replace"
    ]
    assert len(replaced) == (answers == "as it is")
    assert not Link.objects.filter(quarantined_at__isnull=False).exists()
