"""Imports by a schedule take in what an admin allowed, and let the rest wait."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, DirectoryGroup, User
from provisioning.importing.by_itself import begin_due_imports
from provisioning.importing.deciding import ignore_found
from provisioning.importing.pruning import prune_imports
from provisioning.importing.rules import rule_of, set_import_rule
from provisioning.models import Import, ImportRow, Link
from provisioning.protocol.steps import Kind
from tests.provisioning.engine.conftest import people
from tests.provisioning.importing.conftest import imported, row_of, there

if TYPE_CHECKING:
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Fake


def rule(application: Application, **values: Any) -> None:
    """Import every day by a rule that allows nothing but what is said."""
    first: dict[str, Any] = {"every": "day", "users": True, "groups": False}
    nothing = {"link_matches": False, "create_people": False}
    set_import_rule(application=application, values={**first, **nothing, **values})


def on_the_next_day(engine: Engine) -> Import:
    """Let a day pass, and have done what is due then; return the latest import."""
    Import.objects.update(created=timezone.now() - timedelta(days=1))
    begin_due_imports()
    while engine.do_jobs():
        pass
    return Import.objects.order_by("-id")[0]


def states(batch: Import) -> dict[str, str]:
    return dict(ImportRow.objects.filter(batch=batch).values_list("name", "state"))


@pytest.fixture
def three(application: Application, fake: Fake) -> None:
    """Ann, who is here as well; Ben, who matches two here; Dan, who is only there."""
    people("ann", "ben", "cal")
    there(fake, "ann")
    there(fake, "ben", emails=[{"type": "work", "value": "cal@acme.example"}])
    there(fake, "dan")


@pytest.mark.usefixtures("three")
class TestRules:
    def test_what_is_not_allowed_waits(self, engine: Engine, application: Application) -> None:
        rule(application)

        batch = on_the_next_day(engine)

        assert states(batch) == {"Ann": "waiting", "Ben": "waiting", "Dan": "waiting"}
        assert not Link.objects.exists()

    def test_exact_matches_are_linked(self, engine: Engine, application: Application) -> None:
        rule(application, link_matches=True)

        batch = on_the_next_day(engine)

        assert states(batch) == {"Ann": "linked", "Ben": "waiting", "Dan": "waiting"}
        assert User.objects.filter(family_name="There").count() == 0

    def test_new_people_are_created(self, engine: Engine, application: Application) -> None:
        rule(application, create_people=True)

        batch = on_the_next_day(engine)

        assert states(batch) == {"Ann": "waiting", "Ben": "waiting", "Dan": "created"}
        assert User.objects.filter(user_name="dan@acme.example").exists()

    def test_the_next_day_finds_them_linked_and_makes_nobody_twice(
        self, engine: Engine, application: Application
    ) -> None:
        rule(application, link_matches=True, create_people=True)
        on_the_next_day(engine)
        people_here = User.objects.count()

        batch = on_the_next_day(engine)

        assert batch.counts == {"unassigned": 2, "orphan": 1}
        assert User.objects.count() == people_here

    def test_who_is_left_alone_is_not_taken_in(
        self, engine: Engine, application: Application
    ) -> None:
        ignore_found(row=row_of(imported(engine, application), "Dan"))
        rule(application, create_people=True)

        assert states(on_the_next_day(engine))["Dan"] == "ignored"

    def test_an_incomplete_import_takes_nobody_in(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        rule(application, link_matches=True, create_people=True)
        fake.after = lambda _asked, _answer: (500, {}, {})

        assert on_the_next_day(engine).state == Import.State.INCOMPLETE
        assert not Link.objects.exists()

    def test_groups_are_linked_and_never_created(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        fake.add("Groups", displayName="Staff")
        fake.add("Groups", displayName="Climbers")
        rule(application, users=False, groups=True, link_matches=True, create_people=True)

        assert states(on_the_next_day(engine)) == {"Staff": "linked", "Climbers": "waiting"}
        assert not DirectoryGroup.objects.filter(display_name="Climbers").exists()


def test_it_is_due_once_a_day(engine: Engine, application: Application) -> None:
    rule(application)

    assert [begin_due_imports()["imports"] for _ in range(2)] == [1, 0]


def test_a_rule_is_told_once(application: Application) -> None:
    rule(application, link_matches=True)
    rule(application, link_matches=True)

    entry = AuditEntry.objects.get(action="application.import_rule_changed")
    assert entry.details["changes"]["import_link_matches"] == [False, True]
    assert rule_of(application).every == "day"


def test_what_counts_no_more_is_forgotten_after_a_day(
    engine: Engine, application: Application, fake: Fake
) -> None:
    there(fake, "dan")
    imported(engine, application)
    latest = imported(engine, application)
    Import.objects.update(ended=timezone.now() - timedelta(days=2))

    assert prune_imports() == {"rows": 1}
    assert ImportRow.objects.get().batch == latest


def test_what_was_read_is_kept_no_longer_than_the_log(
    engine: Engine, application: Application, fake: Fake
) -> None:
    there(fake, "dan")
    imported(engine, application)
    Import.objects.update(created=timezone.now() - timedelta(days=31))
    prune_imports()
    Import.objects.update(ended=timezone.now() - timedelta(days=2))
    prune_imports()

    assert not ImportRow.objects.exists()
    assert not Import.objects.exists()


def test_an_import_that_nobody_reads_is_ended(engine: Engine, application: Application) -> None:
    Import.objects.create(
        application=application,
        kind=Kind.USER,
        created=timezone.now() - timedelta(days=1),
    )
    begin_due_imports()

    assert Import.objects.get().state == Import.State.INCOMPLETE
