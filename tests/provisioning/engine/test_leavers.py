"""Nobody who leaves keeps access silently: refused, reactivated there, stopped, or unmapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts.models import Job, Role
from accounts.services.users import (
    UserFields,
    deactivate_user,
    delete_user,
    reactivate_user,
    update_user,
)
from provisioning.engine.deciding import allow_removals
from provisioning.engine.figures import tiles
from provisioning.engine.leavers import try_leavers_again
from provisioning.engine.runs import start_full_run, stop_run
from provisioning.engine.state import state_at_applications
from provisioning.models import ApplicationMapping, Link, Operation, OperationState, Run
from tests.conftest import person, signed_in
from tests.provisioning.engine.conftest import connected, join, leave, opened, people
from tests.support.html_forms import text_of

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import DirectoryGroup, Tenant
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Fake

LETTERS = "accounts.send_letter_to"


def refuse(fake: Fake, status: int) -> None:
    """Let it refuse to deactivate or delete anybody."""
    fake.before = lambda asked: (
        (status, {"detail": "They own things."}, {})
        if asked.method in {"PATCH", "PUT", "DELETE"} and asked.path.startswith("/Users/")
        else None
    )


def said(console: Client, application: Application) -> str:
    url = reverse("console:provisioning_application_change", args=[application.pk])
    return text_of(console.get(url))


def is_active(fake: Fake, name: str) -> bool:
    return fake.users()[f"{name}@acme.example"].get("active") is not False


class TestRefused:
    @pytest.mark.parametrize("status", [400, 403, 422])
    def test_it_is_tried_again_each_day_and_told(
        self,
        engine: Engine,
        application: Application,
        staff: DirectoryGroup,
        fake: Fake,
        status: int,
    ) -> None:
        console = signed_in(person(application.tenant, "Adele", Role.ADMIN))
        ann, ben = people("ann", "ben")
        join(staff, [ann, ben])
        opened(engine, application)
        refuse(fake, status)
        deactivate_user(user=ann)
        engine.work()

        link = Link.objects.get(object_id=str(ann.pk))
        assert link.leaving_refused_at is not None
        assert Job.objects.filter(kind=LETTERS).count() == 1
        assert "1 person has left here and keeps access there." in said(console, application)
        page = reverse("console:accounts_user_change", args=[ann.pk])
        assert "Left here, keeps access there" in text_of(console.get(page))
        assert [each.state for each in state_at_applications(ann)] == ["kept"]

        asked = len(fake.writes)
        for day in (1, 2):
            assert try_leavers_again() == {"leavers": 1}
            engine.work()
            assert len(fake.writes) == asked + day
        assert Job.objects.filter(kind=LETTERS).count() == 1
        assert is_active(fake, "ann")

        fake.before = lambda _asked: None
        try_leavers_again()
        engine.work()
        assert not is_active(fake, "ann")
        assert tiles(application).kept == 0
        assert try_leavers_again() == {"leavers": 0}
        assert [each.state for each in state_at_applications(ann)] == ["left"]

    def test_a_deletion_that_is_refused_is_tried_until_it_is_done_and_counts_once(
        self, engine: Engine, tenant: Tenant, staff: DirectoryGroup, fake: Fake
    ) -> None:
        application = connected(fake, staff, on_left_scope="delete", removal_number=2)
        everybody = people("ann", "ben", "cid", "dan", "eve")
        join(staff, everybody)
        opened(engine, application)
        refuse(fake, 403)
        for each in everybody[:4]:
            leave(staff, [each])
            engine.work()
            Operation.objects.filter(is_removal=True).update(created="2020-01-01T00:00Z")
        assert tiles(application).kept == 4

        fake.before = lambda _asked: None
        assert try_leavers_again() == {"leavers": 4}
        engine.work()

        assert set(fake.users()) == {"eve@acme.example"}
        assert not Operation.objects.filter(state=OperationState.HELD).exists()

    def test_whoever_comes_back_is_kept_no_more(
        self, engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
    ) -> None:
        [ann] = people("ann")
        join(staff, [ann])
        opened(engine, application)
        refuse(fake, 403)
        deactivate_user(user=ann)
        engine.work()
        reactivate_user(user=ann)
        engine.work()

        link = Link.objects.get(object_id=str(ann.pk))
        assert (link.leaving_refused_at, link.quarantined_at) == (None, None)
        assert tiles(application).in_step == 1

    def test_a_group_that_cannot_be_deleted_is_no_person_with_access(
        self, engine: Engine, tenant: Tenant, staff: DirectoryGroup, fake: Fake
    ) -> None:
        application = connected(fake, staff, on_left_scope="delete")
        opened(engine, application)
        fake.before = lambda asked: (
            (403, {"detail": "No."}, {}) if asked.method == "DELETE" else None
        )
        application.assignments.all().delete()
        start_full_run(application=application)
        engine.work()

        assert Link.objects.get(kind="Group").quarantined_at is not None
        assert tiles(application).kept == 0
        assert not Job.objects.filter(kind=LETTERS).exists()


class TestReactivatedThere:
    @pytest.mark.parametrize("policy", ["report", "overwrite", "accept"])
    def test_it_is_never_ignored(
        self,
        engine: Engine,
        tenant: Tenant,
        staff: DirectoryGroup,
        fake: Fake,
        policy: str,
    ) -> None:
        console = signed_in(person(tenant, "Adele", Role.ADMIN))
        application = connected(fake, staff, drift=policy)
        [ann] = people("ann")
        join(staff, [ann])
        opened(engine, application)
        deactivate_user(user=ann)
        engine.work()
        fake.users()["ann@acme.example"]["active"] = True

        start_full_run(application=application)
        engine.work()

        if policy == "overwrite":
            assert not is_active(fake, "ann")
            assert tiles(application).active_again == 0
        else:
            assert is_active(fake, "ann")
            assert "1 person has left here and is active there again." in said(console, application)
            assert [each.state for each in state_at_applications(ann)] == ["active_again"]
            fake.users()["ann@acme.example"]["active"] = False
        start_full_run(application=application)
        engine.work()
        assert tiles(application).active_again == 0
        assert [each.state for each in state_at_applications(ann)] == ["left"]


class TestStopped:
    def test_leavers_of_a_run_that_is_stopped_are_held_or_deactivated(
        self, engine: Engine, tenant: Tenant, staff: DirectoryGroup, fake: Fake
    ) -> None:
        application = connected(fake, staff)
        ann, ben, cid = people("ann", "ben", "cid")
        join(staff, [ann, ben, cid])
        opened(engine, application)
        application.is_paused = True
        application.save()
        deactivate_user(user=ann)
        leave(staff, [ben])
        update_user(user=cid, values=UserFields(user_name="cid@acme.example", display_name="C."))
        engine.work()
        run = Run.objects.create(
            application=application, kind=Run.Kind.FULL, state=Run.State.SENDING, actor="x"
        )
        Operation.objects.filter(state=OperationState.WAITING).update(run=run)

        stop_run(run=run)
        application.is_paused = False
        application.save()
        engine.work()

        assert not is_active(fake, "ann")
        assert is_active(fake, "ben")
        assert fake.users()["cid@acme.example"]["displayName"] == "Cid Example"
        assert Operation.objects.get(state=OperationState.HELD).object_id == str(ben.pk)
        assert allow_removals(application=application) == 1
        engine.work()
        assert not is_active(fake, "ben")

    def test_a_leaver_whose_operation_runs_when_it_is_stopped_leaves(
        self, engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
    ) -> None:
        ann, ben = people("ann", "ben")
        join(staff, [ann, ben])
        opened(engine, application)
        fake.before = lambda asked: (503, {}, {}) if asked.method == "PATCH" else None
        deactivate_user(user=ann)
        engine.work()
        run = Run.objects.create(
            application=application, kind=Run.Kind.FULL, state=Run.State.STOPPED, actor="x"
        )
        Operation.objects.filter(state=OperationState.WAITING).update(run=run)
        fake.before = lambda _asked: None
        engine.hurry()

        assert not is_active(fake, "ann")


class TestMappingThatCannotBeUsed:
    def broken(self, application: Application, resource: str) -> None:
        self.fill(application, resource, how="expression", source="no_more_there(displayName)")

    @staticmethod
    def fill(application: Application, resource: str, **columns: str) -> None:
        """Fill displayName otherwise, as another version of this program may find it."""
        rows = ApplicationMapping.objects.filter(application=application, resource=resource)
        rows.filter(target="displayName").update(**columns)
        application.mapping_revision += 1
        application.save()

    @pytest.mark.parametrize("by", ["feed", "run"])
    def test_everybody_is_refused_with_the_reason_and_leavers_leave(
        self, engine: Engine, tenant: Tenant, staff: DirectoryGroup, fake: Fake, by: str
    ) -> None:
        application = connected(fake, staff, on_deleted="delete")
        ann, ben, cid = people("ann", "ben", "cid")
        join(staff, [ann, ben, cid])
        opened(engine, application)
        self.broken(application, "User")
        deactivate_user(user=ann)
        delete_user(user=ben)
        update_user(user=cid, values=UserFields(user_name="cid@acme.example", display_name="C."))
        if by == "run":
            start_full_run(application=application)
        engine.work()

        assert not is_active(fake, "ann")
        assert "ben@acme.example" not in fake.users()
        link = Link.objects.get(object_id=str(cid.pk))
        assert link.quarantine_reason.startswith("Row 3 of the mapping cannot be used: ")
        assert not Run.objects.exclude(state=Run.State.DONE).exists()

        self.fill(application, "User", how="direct", source="displayName")
        start_full_run(application=application)
        engine.work()
        assert fake.users()["cid@acme.example"]["displayName"] == "C."
        link.refresh_from_db()
        assert link.quarantined_at is None

    def test_a_table_of_groups_stops_no_person(
        self, engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
    ) -> None:
        ann, ben = people("ann", "ben")
        join(staff, [ann])
        opened(engine, application)
        self.broken(application, "Group")
        join(staff, [ben])
        deactivate_user(user=ann)
        engine.work()

        assert not is_active(fake, "ann")
        assert is_active(fake, "ben")
        assert Link.objects.get(kind="Group").quarantine_reason.startswith("Row 1 of the mapping")
