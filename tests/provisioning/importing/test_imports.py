"""What a target holds is read as a whole, sorted, and taken in only as somebody decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import (
    AuditEntry,
    DirectoryGroup,
    DirectoryGroupMember,
    Plan,
    Role,
    Tenant,
    User,
)
from accounts.services.users import UserFields, delete_user, update_user
from provisioning.client.time_limit import time_limit
from provisioning.engine.runs import start_full_run
from provisioning.importing import reading
from provisioning.importing.asking import Asking
from provisioning.importing.deciding import create_found, ignore_found, link_found
from provisioning.importing.errors import NotDecidedError, NotReadNowError
from provisioning.importing.starting import begin_import
from provisioning.models import Import, ImportRow, Link
from provisioning.protocol.steps import Kind
from provisioning.services.applications import delete_application
from tests.provisioning.engine.conftest import join, leave, opened, people
from tests.provisioning.importing.conftest import (
    buckets,
    create,
    imported,
    link,
    row_of,
    there,
)

if TYPE_CHECKING:
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked, Fake


class TestBuckets:
    def test_each_account_there_is_in_one_of_four(
        self, engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
    ) -> None:
        ann, ben, _cal = people("ann", "ben", "cal")
        join(staff, [ann, ben])
        opened(engine, application)
        application.on_left_scope = "nothing"
        application.save()
        leave(staff, [ben])
        engine.work()
        there(fake, "cal")
        there(fake, "dan")

        batch = imported(engine, application)

        assert batch.state == Import.State.READ
        assert buckets(batch) == {
            "Ann Example": "linked",
            "Ben Example": "unassigned",
            "Cal": "candidate",
            "Dan": "orphan",
        }
        assert batch.counts == {"linked": 1, "unassigned": 1, "candidate": 1, "orphan": 1}
        assert fake.methods()["DELETE"] == 0

    def test_who_matches_several_here_is_nobodys_candidate(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        people("ann", "ben")
        there(fake, "ann", emails=[{"type": "work", "value": "ben@acme.example"}])

        row = row_of(imported(engine, application), "Ann")

        assert (row.bucket, row.doubt, len(row.matches)) == ("orphan", "several_here", 2)

    def test_two_accounts_of_one_person_are_nobodys_candidate(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        people("ann")
        there(fake, "ann")
        there(fake, "ann.old", emails=[{"type": "work", "value": "ANN@acme.example"}])

        batch = imported(engine, application)

        assert set(buckets(batch).values()) == {"orphan"}
        assert row_of(batch, "Ann").doubt == "several_there"

    def test_our_id_in_the_external_id_finds_whom_it_names(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        [ann] = people("ann")
        there(fake, "somebody", externalId=str(ann.pk))

        assert row_of(imported(engine, application), "Somebody").object_id == str(ann.pk)

    def test_groups_are_found_by_their_name(
        self, engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
    ) -> None:
        fake.add("Groups", displayName="STAFF")
        fake.add("Groups", displayName="Climbers")

        batch = imported(engine, application, Kind.GROUP)

        assert buckets(batch) == {"STAFF": "candidate", "Climbers": "orphan"}


def _page_two_repeats(asked: Asked, answer: Answer) -> Answer:
    if asked.query.get("startIndex", "1") != "1" and "Resources" in (answer[1] or {}):
        first = {"id": "r1", "userName": "again@acme.example"}
        return answer[0], {**answer[1], "Resources": [first]}, answer[2]
    return answer


def _says_more(_asked: Asked, answer: Answer) -> Answer:
    if "totalResults" in (answer[1] or {}):
        return answer[0], {**answer[1], "totalResults": answer[1]["totalResults"] + 5}, answer[2]
    return answer


def _html(asked: Asked, answer: Answer) -> Answer:
    return (200, b"<html>Please sign in</html>", {}) if asked.path == "/Users" else answer


def _never_ends(asked: Asked, answer: Answer) -> Answer:
    if asked.path != "/Users":
        return answer
    start = int(asked.query["startIndex"])
    made = [{"id": f"x{n}", "userName": f"x{n}@there.example"} for n in range(start, start + 100)]
    return 200, {"totalResults": 10**9, "Resources": made}, {}


class TestReading:
    @pytest.mark.parametrize(
        "misbehaves", [_page_two_repeats, _says_more, _html, _never_ends], ids=lambda f: f.__name__
    )
    def test_what_is_not_whole_is_offered_to_nobody(
        self,
        engine: Engine,
        application: Application,
        fake: Fake,
        misbehaves: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(reading, "MOST_ROWS", 1_000)
        for number in range(150):
            there(fake, f"n{number}")
        fake.after = misbehaves

        batch = imported(engine, application)

        assert batch.state == Import.State.INCOMPLETE
        assert batch.why
        assert not ImportRow.objects.filter(batch=batch).exists()

    def test_the_import_before_counts_until_another_is_whole(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        there(fake, "ann")
        first = imported(engine, application)
        fake.after = _html
        imported(engine, application)
        first.refresh_from_db()
        assert first.state == Import.State.READ

        fake.after = lambda _asked, answer: answer
        imported(engine, application)
        first.refresh_from_db()
        assert first.state == Import.State.REPLACED

    def test_two_admins_at_once_read_once(self, application: Application) -> None:
        [one] = begin_import(application=application, kinds=[Kind.USER])
        [other] = begin_import(application=application, kinds=[Kind.USER])

        assert one == other

    def test_without_the_plan_nothing_is_read(
        self, engine: Engine, application: Application, tenant: Tenant, fake: Fake
    ) -> None:
        Tenant.objects.filter(pk=tenant.pk).update(plan=Plan.STARTER)

        with pytest.raises(NotReadNowError):
            begin_import(application=application, kinds=[Kind.USER])
        assert not fake.asked

    def test_what_was_ignored_stays_ignored(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        there(fake, "ann")
        ignore_found(row=row_of(imported(engine, application), "Ann"))

        assert row_of(imported(engine, application), "Ann").state == ImportRow.State.IGNORED

    def test_an_import_of_a_deleted_application_ends(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        for number in range(250):
            there(fake, f"n{number}")
        begin_import(application=application, kinds=[Kind.USER])
        pages = 0

        def deletes(asked: Asked, answer: Answer) -> Answer:
            nonlocal pages
            pages += asked.path == "/Users"
            return answer

        fake.after = deletes
        delete_application(application=application)
        engine.do_jobs()

        assert pages == 0
        assert not ImportRow.objects.exists()


class TestTakingIn:
    def test_a_candidate_is_linked_and_nothing_of_ours_is_changed(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        [ann] = people("ann")
        before = UserFields.of(ann)
        key = there(fake, "ann", title="Climber")

        link(row_of(imported(engine, application), "Ann"))

        ann.refresh_from_db()
        assert UserFields.of(ann) == before
        assert Link.objects.get(object_id=str(ann.pk)).remote_id == key
        assert not fake.writes

    def test_what_is_ticked_is_filled_where_it_is_empty(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        [ann] = people("ann")
        values = {**{n: getattr(ann, n) for n in ("user_name", "email")}, "given_name": "Anna"}
        update_user(user=ann, values=UserFields(**values))
        there(fake, "ann", title="Climber", nickName="A")

        row = row_of(imported(engine, application), "Ann")
        link(row, fill=["given_name", "family_name", "title"])

        ann.refresh_from_db()
        assert (ann.given_name, ann.family_name) == ("Anna", "There")
        assert ann.attributes == {"title": "Climber"}

    def test_who_is_only_there_becomes_a_member_without_a_licence_or_a_password(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        there(fake, "dan", roles=[{"value": "admin"}], externalId="77")

        create(row_of(imported(engine, application), "Dan"))

        dan = User.objects.get(user_name="dan@acme.example")
        assert (dan.role, dan.given_name, dan.active) == (Role.MEMBER, "Dan", True)
        assert not dan.has_usable_password()
        assert (dan.external_id, "roles" in dan.attributes) == ("", False)
        assert not dan.seats.exists()
        assert AuditEntry.objects.filter(action="application.found_decided").count() == 1

    def test_who_came_from_there_is_not_pushed_back_as_new(
        self, engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
    ) -> None:
        opened(engine, application)
        key = there(fake, "dan")
        create(row_of(imported(engine, application), "Dan"))
        engine.work()
        dan = User.objects.get(user_name="dan@acme.example")

        join(staff, [dan])
        engine.work()

        assert [each.path for each in fake.writes if each.path == "/Users"] == []
        assert list(fake.held["Users"]) == [key]
        assert Link.objects.get(object_id=str(dan.pk)).is_taken_in is False

    def test_who_was_taken_in_and_never_assigned_is_left_alone_there(
        self, engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
    ) -> None:
        opened(engine, application)
        key = there(fake, "dan")
        create(row_of(imported(engine, application), "Dan"))
        engine.work()
        asked = len(fake.writes)

        for _run in range(2):
            start_full_run(application=application)
            engine.work()
        delete_user(user=User.objects.get(user_name="dan@acme.example"))
        engine.work()

        assert len(fake.writes) == asked
        assert fake.held["Users"][key]["active"] is True

    def test_who_was_taken_in_assigned_and_left_leaves_there(
        self, engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
    ) -> None:
        opened(engine, application)
        key = there(fake, "dan")
        create(row_of(imported(engine, application), "Dan"))
        engine.work()
        dan = User.objects.get(user_name="dan@acme.example")
        join(staff, [dan])
        engine.work()

        leave(staff, [dan])
        engine.work()

        assert fake.held["Users"][key]["active"] is False

    def test_a_group_is_made_with_those_of_its_members_who_are_linked(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        people("ann")
        ann, dan = there(fake, "ann"), there(fake, "dan")
        fake.add("Groups", displayName="Climbers", members=[{"value": ann}, {"value": dan}])
        link(row_of(imported(engine, application), "Ann"))

        create(row_of(imported(engine, application, Kind.GROUP), "Climbers"))

        made = DirectoryGroup.objects.get(display_name="Climbers")
        members = DirectoryGroupMember.objects.filter(group=made)
        assert [str(each.user_id) for each in members] == [
            row_of(Import.objects.get(kind="User"), "Ann").object_id
        ]


class TestRefusals:
    def test_twice_is_once(self, engine: Engine, application: Application, fake: Fake) -> None:
        there(fake, "dan")
        row = row_of(imported(engine, application), "Dan")
        create(row)

        with pytest.raises(NotDecidedError):
            create(row)
        assert User.objects.filter(user_name="dan@acme.example").count() == 1

    def test_the_same_account_of_two_imports_is_taken_in_once(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        there(fake, "dan")
        first = row_of(imported(engine, application), "Dan")
        second = row_of(imported(engine, application), "Dan")
        create(second)

        with pytest.raises(NotDecidedError, match="decided about it already"):
            link(first, object_id=str(User.objects.get(user_name="dan@acme.example").pk))
        assert Link.objects.count() == 1

    def test_who_is_gone_there_is_refused(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        key = there(fake, "dan")
        row = row_of(imported(engine, application), "Dan")
        del fake.held["Users"][key]

        with pytest.raises(NotDecidedError, match="not at the application any more"):
            create(row)
        assert not User.objects.filter(user_name="dan@acme.example").exists()

    def test_who_was_changed_there_is_refused_and_the_attribute_named(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        key = there(fake, "dan")
        row = row_of(imported(engine, application), "Dan")
        fake.held["Users"][key]["userName"] = "boss@acme.example"

        with pytest.raises(NotDecidedError, match="userName"):
            create(row)

    def test_who_is_gone_here_is_refused(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        [ann] = people("ann")
        there(fake, "ann")
        row = row_of(imported(engine, application), "Ann")
        delete_user(user=ann)

        with pytest.raises(NotDecidedError, match="not here any more"):
            link(row)

    def test_a_lower_plan_or_a_deleted_application_refuses(
        self, engine: Engine, application: Application, tenant: Tenant, fake: Fake
    ) -> None:
        there(fake, "dan")
        row = row_of(imported(engine, application), "Dan")
        with time_limit(60.0), Asking() as asking:
            seen = asking.look_at(row.pk)
        Tenant.objects.filter(pk=tenant.pk).update(plan=Plan.STARTER)
        with pytest.raises(NotDecidedError, match="plan"):
            create_found(row=row, seen=seen)

        Tenant.objects.filter(pk=tenant.pk).update(plan=Plan.ENTERPRISE)
        delete_application(application=application)
        with pytest.raises(NotDecidedError, match="not there any more"):
            link_found(row=row, seen=seen)
        assert not Link.objects.exists()

    def test_nobody_is_made_of_who_matches_somebody(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        people("ann")
        there(fake, "ann")

        with pytest.raises(NotDecidedError):
            create(row_of(imported(engine, application), "Ann"))
