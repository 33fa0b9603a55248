"""What is kept of a target is bounded, and of who was erased nothing is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from accounts.services.users import delete_user
from accounts.trail.retention import erase_person
from provisioning.engine.bounds import MOST_BYTES
from provisioning.engine.conflicting import MOST_CANDIDATES
from provisioning.engine.runs import start_full_run
from provisioning.models import Conflict, Exchange, Link
from tests.provisioning.engine.conftest import connected, join, opened, people

if TYPE_CHECKING:
    from accounts.models import DirectoryGroup, Tenant
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked, Fake

HUGE = "x" * 200_000


def swollen(asked: Asked, answer: Answer) -> Answer:
    """Show of every resource more than anybody wants to keep."""
    status, body, headers = answer
    if isinstance(body, dict) and asked.path.startswith("/Users"):
        more = {"photos": [{"value": HUGE}], "x509Certificates": [{"value": HUGE}]}
        if "Resources" in body:
            body = {**body, "Resources": [{**each, **more} for each in body["Resources"]]}
        elif "id" in body:
            body = {**body, **more, "phoneNumbers": [{"type": "work", "value": HUGE}]}
    return status, body, headers


def test_of_a_resource_no_more_is_kept_than_is_bounded_and_nothing_is_sent_for_it(
    engine: Engine, tenant: Tenant, staff: DirectoryGroup, fake: Fake
) -> None:
    application = connected(fake, staff, drift="overwrite")
    fake.after = swollen
    join(staff, people("ann", "ben"))
    opened(engine, application)

    for link in Link.objects.filter(kind="User"):
        assert link.seen["userName"]
        assert len(orjson.dumps(link.seen)) <= MOST_BYTES
        assert len(orjson.dumps(link.drift)) <= MOST_BYTES
    sent = len(fake.writes)
    start_full_run(application=application)
    engine.work()
    assert len(fake.writes) == sent


def test_of_a_conflict_so_many_accounts_are_kept_and_so_much_of_each(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    [ann] = people("ann")
    for number in range(40):
        fake.add("Users", userName=f"n{number}", externalId=str(ann.pk), photos=[HUGE])
    join(staff, [ann])
    opened(engine, application)

    conflict = Conflict.objects.get()
    assert len(conflict.candidates) == MOST_CANDIDATES
    assert all(each["id"] and "photos" not in each for each in conflict.candidates)


def test_of_who_was_erased_nothing_is_kept_unmasked(
    engine: Engine, tenant: Tenant, staff: DirectoryGroup, fake: Fake
) -> None:
    application = connected(fake, staff, keeps_bodies=True, on_deleted="deactivate")
    ann, ben = people("ann", "ben")
    key = ann.pk
    join(staff, [ann])
    opened(engine, application)
    theirs = Link.objects.get(object_id=str(key)).remote_id
    Conflict.objects.create(
        application=application,
        kind="User",
        object_id=str(ben.pk),
        why="taken",
        candidates=[{"id": theirs, "userName": "ann@acme.example"}, {"id": "other"}],
    )
    assert Exchange.objects.exclude(sealed="").exists()
    fake.before = lambda asked: (503, {}, {}) if asked.method == "PATCH" else None
    delete_user(user=ann)
    engine.work()
    before = set(Exchange.objects.values_list("pk", flat=True))
    erase_person(person_id=key)
    fake.before = lambda _asked: None
    engine.hurry()

    assert fake.users()["ann@acme.example"]["active"] is False
    of_ann = Exchange.objects.filter(operation__object_id=str(key))
    assert of_ann.exists()  # What was still to be done is in the log, masked.
    assert not of_ann.exclude(sealed="").exists()
    of_group = Exchange.objects.filter(operation__kind="Group", method="PATCH", pk__in=before)
    assert of_group.exists()
    assert not of_group.filter(operation__steps__icontains=str(key)).exclude(sealed="").exists()
    assert Conflict.objects.get().candidates == [{"id": "other"}]
    assert "ann@acme.example" not in str(list(Exchange.objects.values()))
