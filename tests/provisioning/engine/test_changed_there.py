"""What somebody changes at a target: reported, shown, and put back when an admin says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import AuditEntry, DirectoryGroup
from provisioning.engine.drift import digest_of_drift, drifted, put_back
from provisioning.engine.runs import start_full_run
from provisioning.models import Application, Link
from tests.provisioning.engine.conftest import Engine, connected, join, leave, opened, people

if TYPE_CHECKING:
    from tests.provisioning.engine.scim_fake import Fake


def compared(engine: Engine, application: Application) -> None:
    start_full_run(application=application)
    engine.work()


def shown(application: Application) -> dict[int, str]:
    return {link.pk: digest_of_drift(link) for link in drifted(application)}


def test_members_that_somebody_took_out_are_reported_and_put_back_on_demand(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    opened(engine, application)
    there = fake.group("Staff")
    bens = fake.users()["ben@acme.example"]["id"]
    there["members"] = [each for each in there["members"] if each["value"] != bens]
    before = len(fake.writes)

    compared(engine, application)
    compared(engine, application)
    assert len(fake.writes) == before
    assert Link.objects.get(kind="Group").drift == {"members": [[bens], None]}

    assert put_back(application=application, shown=shown(application)) == 1
    engine.work()
    assert bens in fake.members("Staff")
    assert len(fake.writes) == before + 1
    assert not drifted(application).exists()
    assert AuditEntry.objects.filter(action="application.put_back").count() == 1
    compared(engine, application)
    assert len(fake.writes) == before + 1


def test_a_member_who_left_here_is_missed_there_no_more(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    opened(engine, application)
    fake.group("Staff")["members"] = []
    compared(engine, application)
    assert drifted(application).exists()

    leave(staff, [ben])
    engine.work()
    compared(engine, application)
    [[missing, _there]] = [link.drift["members"] for link in drifted(application)]
    assert missing == [fake.users()["ann@acme.example"]["id"]]


def test_every_kind_of_change_there_is_put_back(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    there = fake.users()["ann@acme.example"]
    there["displayName"] = "Theirs"
    there["active"] = False
    del there["name"]["familyName"]

    compared(engine, application)
    link = Link.objects.get(object_id=str(ann.pk))
    assert set(link.drift) == {"active", "displayName", "name.familyName"}
    assert put_back(application=application, shown=shown(application)) == 1
    engine.work()
    assert (there["displayName"], there["active"], there["name"]["familyName"]) == (
        *("Ann Example", True, "Example"),
    )
    compared(engine, application)
    assert not drifted(application).exists()


def test_what_was_changed_again_since_it_was_shown_is_left_alone(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    join(staff, [ann])
    opened(engine, application)
    there = fake.users()["ann@acme.example"]
    there["displayName"] = "Theirs"
    compared(engine, application)
    seen = shown(application)
    there["displayName"] = "Theirs again"
    compared(engine, application)
    before = len(fake.writes)

    assert put_back(application=application, shown=seen) == 0
    engine.work()
    assert len(fake.writes) == before
    assert drifted(application).count() == 1


@pytest.mark.parametrize(
    ("rules", "reported"),
    [
        ({"drift": "report", "drift_of": {"members": "accept"}}, set[str]()),
        ({"drift": "accept", "drift_of": {"members": "report"}}, {"members"}),
        ({"drift": "overwrite", "drift_of": {"members": "report"}}, {"members"}),
    ],
)
def test_a_rule_for_one_attribute_goes_before_that_of_the_application(
    engine: Engine,
    staff: DirectoryGroup,
    fake: Fake,
    rules: dict[str, Any],
    reported: set[str],
) -> None:
    application = connected(fake, staff, **rules)
    join(staff, people("ann"))
    opened(engine, application)
    fake.group("Staff")["members"] = []

    compared(engine, application)
    found = {path for link in drifted(application) for path in link.drift}
    assert found == reported
    assert fake.members("Staff") == set()
