"""The audit trail is kept for a time, and what it holds of people for another."""

from __future__ import annotations

import io
import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Role, Tenant, User
from accounts.services.roles import change_role
from accounts.services.users import UserFields, delete_user, update_user
from accounts.storage import retention
from accounts.storage.changes import (
    Position,
    Reason,
    StartOverError,
    changes_since,
    first_position,
    latest_position,
)
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit
from accounts.trail.retention import erase_people_who_left, erase_person, prune_trail
from tests.conftest import person
from tests.support.feed import feed_caught_up
from tests.support.overlap import overlap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PORTION", 3)


def written(tenant: Tenant | None, days_ago: int, name: str) -> None:
    """Write an entry as if so long ago."""
    with tenant_scope(tenant) if tenant else every_tenant():
        AuditEntry.objects.create(
            tenant=tenant,
            action="settings.saved",
            at=timezone.now() - timedelta(days=days_ago),
            details={"name": name},
        )


def kept(tenant: Tenant | None) -> list[str]:
    with every_tenant():
        entries = AuditEntry.objects.filter(tenant=tenant, action="settings.saved").order_by("pk")
        return [entry.details["name"] for entry in entries]


def names_since(position: Position) -> list[str]:
    return [change.details["name"] for change in changes_since(position)]


def pruned() -> dict[str, Any]:
    feed_caught_up()
    return prune_trail()


@pytest.fixture
def _no_entries_yet(acme: Tenant, globex: Tenant) -> None:
    """Forget that the tenants were made: the first entry that stays ends what is deleted."""
    with every_tenant():
        AuditEntry.objects.all().delete()


@pytest.mark.usefixtures("_no_entries_yet")
class TestPruning:
    def test_each_tenant_s_entries_are_kept_as_long_as_it_says(
        self, acme: Tenant, globex: Tenant, settings: Settings
    ) -> None:
        settings.TRAIL_DAYS = 100
        Tenant.objects.filter(pk=globex.pk).update(trail_days=10)
        for tenant in (acme, globex, None):
            for days in (120, 101, 99, 11, 9, 0):
                written(tenant, days, str(days))

        assert pruned()["deleted"] == 2 + 4 + 2

        assert kept(acme) == kept(None) == ["99", "11", "9", "0"]
        assert kept(globex) == ["9", "0"]
        assert pruned()["deleted"] == 0

    def test_more_than_a_portion_goes_in_one_run(self, acme: Tenant) -> None:
        for number in range(10):
            written(acme, 10_000, str(number))

        assert pruned()["deleted"] == 10

    def test_the_first_entry_that_stays_is_never_passed(self, acme: Tenant) -> None:
        """So that what is missing is always all before one position."""
        for days in (5_000, 1, 5_000):
            written(acme, days, str(days))

        pruned()

        assert kept(acme) == ["1", "5000"]

    def test_nobody_waits_for_it(self, acme: Tenant) -> None:
        """A portion that is not committed yet keeps nobody from writing, or from its tenant."""
        for number in range(3):
            written(acme, 10_000, str(number))
        feed_caught_up()
        refused: list[Exception] = []

        def write() -> None:
            try:
                with tenant_scope(acme), transaction.atomic():
                    with connection.cursor() as cursor:
                        cursor.execute("SET LOCAL lock_timeout = '2s'")
                    Tenant.objects.select_for_update().get(pk=acme.pk)
                    audit.record("settings.saved", None, name="new")
            except Exception as error:  # noqa: BLE001 - whatever it is, the test fails
                refused.append(error)
            finally:
                connection.close()

        with transaction.atomic():
            before = timezone.now() - timedelta(days=9_000)
            assert retention.prune_portion(tenant_id=acme.pk, before=before) == 3
            other = threading.Thread(target=write)
            other.start()
            other.join(30)

        assert refused == []
        assert kept(acme) == ["new"]

    def test_a_run_that_is_slower_than_another_does_not_set_back_where_the_trail_begins(
        self, acme: Tenant
    ) -> None:
        """Otherwise a reader behind it would be handed the rest as if nothing were missing."""
        for days in (5_000, 4_000, 3_000, 1):
            written(acme, days, str(days))
        feed_caught_up()
        with tenant_scope(acme):
            positions = [change.position for change in changes_since(first_position())]

        def prune(days: int) -> None:
            before = timezone.now() - timedelta(days=days)
            retention.prune_portion(tenant_id=acme.pk, before=before)

        assert overlap(acme, lambda: prune(2_000), lambda: prune(4_500)) == [None, None]

        assert kept(acme) == ["1"]
        with tenant_scope(acme):
            assert names_since(positions[2]) == ["1"]
            for behind in positions[:2]:
                with pytest.raises(StartOverError):
                    changes_since(behind)

    def test_it_is_part_of_the_daily_work(self, acme: Tenant) -> None:
        written(acme, 10_000, "old")
        feed_caught_up()
        out = io.StringIO()

        call_command("run_daily", "--json", stdout=out)

        assert json.loads(out.getvalue())["prune_trail"] == {"deleted": 1}


@contextmanager
def reading(tenant: Tenant, *, of_one: bool) -> Iterator[None]:
    """As a reader of one tenant's changes, or of all."""
    feed_caught_up()
    with tenant_scope(tenant) if of_one else every_tenant():
        yield


@pytest.mark.usefixtures("_no_entries_yet")
class TestReadersBehindRetention:
    @pytest.mark.parametrize("of_one", [True, False])
    def test_who_has_read_all_that_was_deleted_goes_on(self, acme: Tenant, *, of_one: bool) -> None:
        written(acme, 10_000, "old")
        with reading(acme, of_one=of_one):
            read = latest_position()
        pruned()
        written(acme, 0, "new")

        with reading(acme, of_one=of_one):
            assert names_since(read) == ["new"]

    @pytest.mark.parametrize("of_one", [True, False])
    def test_who_has_not_is_told(self, acme: Tenant, *, of_one: bool) -> None:
        written(acme, 10_000, "read")
        with reading(acme, of_one=of_one):
            read = latest_position()
        written(acme, 10_000, "missed")
        pruned()
        written(acme, 0, "new")

        with reading(acme, of_one=of_one):
            with pytest.raises(StartOverError, match="deleted in part") as caught:
                changes_since(read)
            assert caught.value.reason is Reason.PRUNED
            assert changes_since(latest_position()) == []
            assert names_since(first_position()) == ["new"]

    def test_one_tenant_s_retention_is_not_another_reader_s_gap(
        self, acme: Tenant, globex: Tenant
    ) -> None:
        written(acme, 10_000, "read")
        feed_caught_up()
        with tenant_scope(acme):
            read = latest_position()
        Tenant.objects.filter(pk=acme.pk).update(trail_days=36_500)
        written(globex, 10_000, "gone")
        written(acme, 0, "new")
        pruned()

        with tenant_scope(acme):
            assert names_since(read) == ["new"]
        with every_tenant(), pytest.raises(StartOverError):
            changes_since(read)

    def test_entries_of_a_restored_dump_come_before_all_others(self, acme: Tenant) -> None:
        """Their numbers are those of another server, and not reached here for long."""
        written(acme, 10_000, "restored")
        written(acme, 5, "also restored")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_auditentry SET transaction = '9000000000000'")
        written(acme, 0, "new")
        feed_caught_up()
        with tenant_scope(acme):
            begun = latest_position()

        pruned()

        assert kept(acme) == ["also restored", "new"]
        written(acme, 0, "newer")
        feed_caught_up()
        with tenant_scope(acme):
            assert names_since(begun) == ["newer"]
            assert names_since(first_position()) == ["also restored", "new", "newer"]


SECRETS = ("Lena", "Novak", "lena.old", "lena.new", "Night shift", "10.9.8.7")


@pytest.fixture
def lena(acme: Tenant, alice: User) -> User:
    """Somebody who was renamed, signed in, did something to another, and was deleted."""
    lena = person(acme, "Lena.Old", Role.ADMIN)
    with tenant_scope(acme), audit.acting_as(alice.user_name):
        update_user(
            user=lena,
            values=UserFields(
                user_name="lena.new@acme.example",
                email="lena.new@acme.example",
                given_name="Lena",
                family_name="Novak",
                display_name="Lena Novak",
                attributes={"title": "Night shift"},
            ),
        )
        with audit.acting_as("lena.new@acme.example"):
            audit.record("user.signed_in", lena, method="password", ip_address="10.9.8.7")
            change_role(user=person(acme, "Kim"), role=Role.EDITOR)
        key = lena.pk
        delete_user(user=lena)
    lena.pk = key
    return lena


def trail(tenant: Tenant) -> str:
    with tenant_scope(tenant):
        return json.dumps([str(row) for row in AuditEntry.objects.order_by("pk").values_list()])


def age_the_deletion(days: int) -> None:
    with every_tenant():
        entries = AuditEntry.objects.filter(action="user.deleted")
        assert entries.update(at=timezone.now() - timedelta(days=days))


class TestErasingPeople:
    def test_who_left_long_ago_is_named_nowhere(
        self, acme: Tenant, lena: User, console: Client
    ) -> None:
        before = trail(acme)
        age_the_deletion(91)
        with tenant_scope(acme):
            count = AuditEntry.objects.count()

        assert erase_people_who_left() == {"people": 1}

        after = trail(acme)
        for secret in SECRETS:
            assert secret.lower() in before.lower()
            assert secret.lower() not in after.lower(), secret
        with tenant_scope(acme):
            assert AuditEntry.objects.count() == count + 1
            actions = AuditEntry.objects.filter(target_id=str(lena.pk)).order_by("pk")
            assert [entry.action for entry in actions] == [
                *("user.created", "user.updated", "user.signed_in", "user.deleted", "user.erased"),
            ]
            of_kim = AuditEntry.objects.get(action="user.role_changed")
            assert (of_kim.actor, of_kim.target) == ("erased", "Kim (kim@acme.example)")
        page = console.get("/console/accounts/auditentry/").content.decode()
        assert "Somebody who was deleted gave Kim" in page.replace("\n", " ")
        assert "Alice deleted somebody" in page or "deleted somebody who was deleted" in page

    def test_who_left_lately_or_is_there_is_named(self, acme: Tenant, lena: User) -> None:
        age_the_deletion(89)

        assert erase_people_who_left() == {"people": 0}

        assert "Lena Novak" in trail(acme)

    def test_it_is_done_once(self, acme: Tenant, lena: User) -> None:
        age_the_deletion(91)
        erase_people_who_left()

        assert erase_people_who_left() == {"people": 0}

    def test_others_of_the_same_name_are_not_touched(
        self, acme: Tenant, globex: Tenant, lena: User
    ) -> None:
        """In another tenant, and whoever was given the name afterwards."""
        for tenant in (acme, globex):
            again = person(tenant, "Again")
            with tenant_scope(tenant), audit.acting_as("lena.new@acme.example"):
                audit.record("user.updated", again)
        age_the_deletion(91)

        erase_people_who_left()

        for tenant in (acme, globex):
            with tenant_scope(tenant):
                last = AuditEntry.objects.filter(action="user.updated").latest("pk")
                assert last.actor == "lena.new@acme.example"

    def test_somebody_called_like_gatehouse_itself_takes_no_other_actor_along(
        self, acme: Tenant, alice: User
    ) -> None:
        with tenant_scope(acme), audit.acting_as(alice.user_name):
            values = UserFields(user_name=audit.SYSTEM, display_name=audit.SYSTEM)
            named = person(acme, "Sys")
            update_user(user=named, values=values)
            with audit.acting_as(audit.SYSTEM):
                audit.record("credential.expiry_mail_sent", acme, days=7, credential="x")
            delete_user(user=named)
        age_the_deletion(91)

        erase_people_who_left()

        with tenant_scope(acme):
            mailed = AuditEntry.objects.get(action="credential.expiry_mail_sent")
        assert mailed.actor == audit.SYSTEM

    def test_the_daily_work_does_it(self, acme: Tenant, lena: User) -> None:
        age_the_deletion(91)
        out = io.StringIO()

        call_command("run_daily", "--json", stdout=out)

        assert json.loads(out.getvalue())["erase_people_who_left"] == {"people": 1}

    def test_whoever_dies_at_it_leaves_the_rest_to_the_next_and_it_is_told_once(
        self, acme: Tenant, lena: User
    ) -> None:
        """Before each of the statements that come after those of the attempt before."""
        age_the_deletion(91)
        deaths = 0
        while self._died(at=deaths):
            deaths += 1

        assert deaths >= 5
        assert "Novak" not in trail(acme)
        with tenant_scope(acme):
            assert AuditEntry.objects.filter(action="user.erased").count() == 1

    @staticmethod
    def _died(at: int) -> bool:
        """Run it until statement number ``at``; tell whether it came so far."""
        left = iter(range(at))

        def die(execute: Any, *arguments: Any) -> Any:
            if next(left, None) is None:
                raise SystemExit
            return execute(*arguments)

        try:
            with connection.execute_wrapper(die):
                erase_people_who_left()
        except SystemExit:
            return True
        return False

    def test_of_two_who_do_it_at_once_one_tells_of_it(self, acme: Tenant, lena: User) -> None:
        def erase() -> None:
            erase_person(person_id=lena.pk)

        assert overlap(acme, erase, erase) == [None, None]

        with tenant_scope(acme):
            assert AuditEntry.objects.filter(action="user.erased").count() == 1

    def test_an_operator_erases_at_once(self, acme: Tenant, lena: User) -> None:
        call_command("erase_person", "acme", str(lena.pk), stdout=io.StringIO())

        assert "Novak" not in trail(acme)
        with pytest.raises(CommandError, match="names them no longer"):
            call_command("erase_person", "acme", str(lena.pk))

    def test_nobody_is_erased_who_was_not_deleted_or_is_another_tenant_s(
        self, acme: Tenant, globex: Tenant, lena: User, bob: User
    ) -> None:
        for slug, pk in (("acme", bob.pk), ("globex", lena.pk), ("acme", uuid4())):
            with pytest.raises(CommandError, match="Delete the person first"):
                call_command("erase_person", slug, str(pk))

        assert "Novak" in trail(acme)
        assert "bob@acme.example" in trail(acme)

    def test_a_reader_of_the_feed_learns_of_it(self, acme: Tenant, lena: User) -> None:
        feed_caught_up()
        with tenant_scope(acme):
            begun = latest_position()

        call_command("erase_person", "acme", str(lena.pk), stdout=io.StringIO())

        feed_caught_up()
        with tenant_scope(acme):
            (change,) = changes_since(begun)
        assert (change.action, change.target_id) == ("user.erased", str(lena.pk))
