"""The feed of changes: in an order that holds, whoever commits when, and for one history only."""

from __future__ import annotations

import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts import models
from accounts.models import AuditEntry, Tenant
from accounts.storage.changes import (
    MOST_AT_ONCE,
    Change,
    Position,
    Reason,
    StartOverError,
    UnreadablePositionError,
    changes_since,
    first_position,
    lag,
    latest_position,
)
from accounts.tenancy.scoping import TenantScopeMissingError, tenant_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit
from tests.support.feed import feed_caught_up

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 700


def noted(name: str) -> None:
    """Write an entry of the active tenant that is told from others by ``name``."""
    audit.record("settings.saved", None, name=name)


def here() -> Position:
    """The position behind everything so far."""
    feed_caught_up()
    return latest_position()


def since(position: Position, limit: int = MOST_AT_ONCE) -> list[Change]:
    """What has been committed after a position."""
    feed_caught_up()
    return changes_since(position, limit=limit)


def names(position: Position) -> list[Any]:
    return [change.details.get("name") for change in since(position)]


def names_at_once(position: Position) -> list[Any]:
    return [change.details.get("name") for change in changes_since(position)]


def in_another_connection(tenant: Tenant, work: Callable[[], object]) -> None:
    """Do ``work`` on a connection of its own, and raise what it raises."""

    def run() -> None:
        try:
            with tenant_scope(tenant):
                work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result(PATIENCE)


WRITERS = "abcd"


def pairs(writer: str) -> list[str]:
    return [f"{writer}{step}{end}" for step in range(25) for end in ("", "'")]


def write_pairs(writer: str) -> None:
    """Write two entries in each transaction."""
    written = iter(pairs(writer))
    for first, second in zip(written, written, strict=True):
        with transaction.atomic():
            noted(first)
            noted(second)


class Reader:
    """Reads on and on, and once more after it is over."""

    def __init__(self, position: Position) -> None:
        self._position = position
        self.is_over = threading.Event()
        self.found: list[str] = []

    def read(self) -> None:
        while not self.is_over.is_set():
            self._read_on()
        feed_caught_up()
        self._read_on()

    def _read_on(self) -> None:
        while page := changes_since(self._position, limit=7):
            self.found += [change.details["name"] for change in page]
            self._position = page[-1].position


class TestOrder:
    @pytest.mark.parametrize("is_numbered_first", [True, False])
    def test_a_change_that_is_committed_late_is_late_and_not_lost(
        self, acme: Tenant, *, is_numbered_first: bool
    ) -> None:
        """Whether its entry has the lower id, or its transaction only the lower number."""
        with tenant_scope(acme):
            begun = here()
            with transaction.atomic():
                if is_numbered_first:
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT pg_current_xact_id()")
                else:
                    noted("slow")
                in_another_connection(acme, lambda: noted("quick"))
                if is_numbered_first:
                    noted("slow")
                seen: list[list[Any]] = []
                in_another_connection(acme, lambda: seen.append(names_at_once(begun)))
                ids: list[int] = []
                in_another_connection(acme, lambda: ids.append(AuditEntry.objects.latest("pk").pk))

            after = AuditEntry.objects.filter(pk__gt=ids[0])
            lost_by_id = "slow" not in [entry.details["name"] for entry in after]
            assert seen == [[]]
            assert names(begun) == ["slow", "quick"]
            # Who had read on by the id alone, would never have seen it.
            assert lost_by_id is not is_numbered_first

    def test_a_reader_beside_many_writers_misses_nothing_and_sees_nothing_twice(
        self, acme: Tenant
    ) -> None:
        with tenant_scope(acme):
            reader = Reader(here())
        with ThreadPoolExecutor(len(WRITERS) + 1) as pool:
            reading = pool.submit(in_another_connection, acme, reader.read)
            writing = [
                pool.submit(in_another_connection, acme, partial(write_pairs, name))
                for name in WRITERS
            ]
            for done in writing:
                done.result(PATIENCE)
            reader.is_over.set()
            reading.result(PATIENCE)

        assert sorted(reader.found) == sorted(each for name in WRITERS for each in pairs(name))
        for writer in WRITERS:
            assert [each for each in reader.found if each[0] == writer] == pairs(writer)

    def test_entries_of_one_transaction_have_one_number(self, acme: Tenant) -> None:
        with tenant_scope(acme):
            begun = here()
            with transaction.atomic():
                noted("a")
                with transaction.atomic():
                    noted("b")
            noted("c")
            numbers = [change.position.transaction for change in since(begun)]

        assert numbers[0] == numbers[1] < numbers[2]

    def test_a_page_goes_on_within_a_transaction(self, acme: Tenant) -> None:
        with tenant_scope(acme):
            begun = here()
            audit.record_all(audit.Event("settings.saved", None, {"name": str(n)}) for n in "abc")
            page = since(begun, limit=2)

            assert [change.details["name"] for change in page] == ["a", "b"]
            assert names(page[-1].position) == ["c"]

    def test_what_was_rolled_back_did_not_happen(self, acme: Tenant) -> None:
        with tenant_scope(acme):
            begun = here()
            with transaction.atomic():
                noted("never")
                transaction.set_rollback(True)
            noted("done")

            assert names(begun) == ["done"]

    def test_the_lag_is_the_age_of_what_is_held_back(self, acme: Tenant) -> None:
        feed_caught_up()
        with tenant_scope(acme), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")
            in_another_connection(acme, lambda: noted("held"))
            held = lag()

        assert held.entries == 1
        assert 0 < held.seconds < PATIENCE

    @pytest.mark.parametrize("limit", [0, -1, MOST_AT_ONCE + 1])
    def test_a_page_is_bounded(self, acme: Tenant, limit: int) -> None:
        with tenant_scope(acme), pytest.raises(ValueError, match="limit"):
            changes_since(latest_position(), limit=limit)


class TestTenants:
    def test_a_tenant_reads_its_own_and_an_operator_all(self, acme: Tenant, globex: Tenant) -> None:
        with every_tenant():
            begun = here()
        for tenant, name in ((acme, "ours"), (globex, "theirs")):
            with tenant_scope(tenant):
                noted(name)
        with every_tenant():
            noted("nobody's")

            assert names(begun) == ["ours", "theirs", "nobody's"]
            assert [change.tenant_id for change in since(begun)] == [
                acme.pk,
                globex.pk,
                None,
            ]
        with tenant_scope(acme):
            assert names(first_position())[-1:] == ["ours"]
        with tenant_scope(globex):
            assert names(first_position())[-1:] == ["theirs"]

    def test_nothing_is_read_outside_a_scope(self, acme: Tenant) -> None:
        with tenant_scope(acme):
            position = latest_position()

        for read in (latest_position, lambda: changes_since(position)):
            with pytest.raises(TenantScopeMissingError):
                read()


def scopes(acme: Tenant) -> list[Any]:
    return [tenant_scope(acme), every_tenant()]


class TestCost:
    def test_a_page_is_a_range_of_an_index(self, acme: Tenant, globex: Tenant) -> None:
        many = """
        INSERT INTO accounts_auditentry
          (tenant_id, at, actor, action, target_type, target_id, target, details)
        SELECT %s, now(), 'somebody', 'settings.saved', '', '', '', '{"name": "x"}'
        FROM generate_series(1, 5000)
        """
        for tenant in (acme, globex):
            with connection.cursor() as cursor:
                cursor.execute(many, [tenant.pk])
        with tenant_scope(acme):
            middle = since(first_position())[-1].position
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE accounts_auditentry")

        for scope, index in zip(scopes(acme), ("audit_feed_of_tenant", "audit_feed"), strict=True):
            asked: list[tuple[str, Any]] = []
            with scope, connection.execute_wrapper(_remembering(asked)):
                assert len(changes_since(middle, limit=50)) == 50
                latest_position()
                lag()
            plans = [_plan(*statement) for statement in asked]

            assert len(plans) == 4
            for plan in plans:
                nodes = list(_nodes(plan))
                whole = {each["Relation Name"] for each in nodes if is_whole(each)}
                assert whole <= {"accounts_trailstart"}, plan
                assert all(each["Actual Rows"] <= 2 for each in nodes if is_sort(each)), plan
                assert sum(each["Shared Hit Blocks"] for each in nodes[:1]) < 40, plan
            page = next(each for each in _nodes(plans[0]) if "Index Name" in each)
            assert page["Index Name"] == index
            assert "ROW(transaction, id)" in page["Index Cond"]
            assert page["Actual Rows"] == 50


def is_whole(node: dict[str, Any]) -> bool:
    return bool(node["Node Type"] == "Seq Scan")


def is_sort(node: dict[str, Any]) -> bool:
    return bool(node["Node Type"] == "Sort")


def _remembering(asked: list[tuple[str, Any]]) -> Any:
    def remember(execute: Any, sql: str, values: Any, *rest: Any) -> Any:
        asked.append((sql, values))
        return execute(sql, values, *rest)

    return remember


def _plan(statement: str, values: Any) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values)
        (answer,) = cursor.fetchone()
    plan: dict[str, Any] = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return plan


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", ()) for node in _nodes(part))]


class TestStartingOver:
    """A position that is not of this history is refused, in a tenant and over all of them."""

    def refused(self, tenant: Tenant, change: Callable[[Position], Position]) -> set[Reason]:
        reasons = set()
        for scope in scopes(tenant):
            with scope:
                noted("last")
                feed_caught_up()
                with pytest.raises(StartOverError, match="read everything anew") as caught:
                    changes_since(change(latest_position()))
                reasons.add(caught.value.reason)
        return reasons

    def test_from_the_future(self, acme: Tenant) -> None:
        assert self.refused(
            acme, lambda latest: latest._replace(transaction=latest.transaction + 1_000_000)
        ) == {Reason.FUTURE}

    def test_of_another_database(self, acme: Tenant) -> None:
        another = "11111111-2222-3333-4444-555555555555"
        assert self.refused(
            acme, lambda latest: latest._replace(generation=another + latest.generation[36:])
        ) == {Reason.ANOTHER_GENERATION}

    def test_of_this_database_before_it_was_restored(self, acme: Tenant) -> None:
        assert self.refused(
            acme, lambda latest: latest._replace(generation=latest.generation[:37] + "7")
        ) == {Reason.ANOTHER_GENERATION}

    def test_of_an_entry_that_this_history_does_not_have(self, acme: Tenant) -> None:
        assert self.refused(
            acme, lambda latest: latest._replace(entry_id=latest.entry_id + 1_000)
        ) == {Reason.UNKNOWN}

    def test_of_another_tenant(self, acme: Tenant, globex: Tenant) -> None:
        with tenant_scope(globex):
            noted("theirs")
            theirs = here()

        with tenant_scope(acme), pytest.raises(StartOverError) as caught:
            changes_since(theirs)
        assert caught.value.reason is Reason.UNKNOWN

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "0",
            "x:1:2",
            "{}:-1:2",
            "{}:1:2:3",
            "{}:1:" + "9" * 40,
            "{}:\uff11:2",
            "{}:1:2\n",
            "\0",
        ],
    )
    def test_what_is_no_position_is_told_so(self, acme: Tenant, text: str) -> None:
        with tenant_scope(acme):
            generation = latest_position().generation

        with pytest.raises(UnreadablePositionError, match="no position"):
            Position.from_text(text.format(generation))

    def test_a_position_is_kept_as_text(self, acme: Tenant) -> None:
        with tenant_scope(acme):
            noted("a")
            position = here()

        assert Position.from_text(str(position)) == position


def printed(*words: str) -> list[dict[str, Any]]:
    feed_caught_up()
    out = io.StringIO()
    call_command("changes", *words, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


class TestCommand:
    def test_it_prints_a_change_a_line_and_goes_on_from_each(
        self, acme: Tenant, globex: Tenant
    ) -> None:
        (latest,) = printed("--latest")
        with tenant_scope(acme), audit.acting_as("alice@acme.example"):
            noted("a")
            noted("b")
        with tenant_scope(globex):
            noted("c")

        lines = printed("--since", latest["position"], "--limit", "2")
        assert [line["details"] for line in lines] == [{"name": "a"}, {"name": "b"}]
        assert lines[0]["tenant"] == "acme"
        assert lines[0]["actor"] == "alice@acme.example"
        (last,) = printed("--since", lines[-1]["position"])
        assert (last["tenant"], last["details"]) == ("globex", {"name": "c"})
        assert printed("--since", last["position"]) == [{"position": last["position"]}]

    def test_one_tenant_s_are_asked_for_by_its_slug(self, acme: Tenant, globex: Tenant) -> None:
        with tenant_scope(globex):
            noted("theirs")

        assert {line["tenant"] for line in printed("globex")} == {"globex"}

    def test_without_a_position_it_begins_with_the_oldest(self, acme: Tenant) -> None:
        (first,) = printed("--limit", "1")

        assert first["action"] == "tenant.created"

    def test_a_reader_that_must_start_over_is_told_by_the_status(self, acme: Tenant) -> None:
        (latest,) = printed("--latest")
        generation, number, entry_id = latest["position"].split(":")

        with pytest.raises(CommandError, match="read everything anew") as caught:
            printed("--since", f"{generation}:{int(number) + 10**6}:{entry_id}")
        assert caught.value.returncode == 3

    @pytest.mark.parametrize("limit", ["0", "1001", "-1", "ten", "\uff11"])
    def test_a_limit_that_is_none_is_refused(self, acme: Tenant, limit: str) -> None:
        with pytest.raises(CommandError, match=r"no number from 1 to 1000|expected one"):
            printed(f"--limit={limit}")

    def test_text_that_is_no_position_is_refused(self, acme: Tenant) -> None:
        with pytest.raises(CommandError, match="is no position"):
            printed("--since", "yesterday")


def test_the_migration_rewrites_no_row(acme: Tenant) -> None:
    """The default is the same for all rows that are there, so PostgreSQL keeps it once."""
    field = models.AuditEntry._meta.get_field("transaction")
    with connection.cursor() as cursor, connection.schema_editor() as editor:
        cursor.execute("CREATE TABLE old_trail AS SELECT generate_series(1, 1000) AS id")
        cursor.execute("SELECT pg_relation_filenode('old_trail')")
        before = cursor.fetchone()
        definition, values = editor.column_sql(models.AuditEntry, field)
        cursor.execute(f"ALTER TABLE old_trail ADD COLUMN transaction {definition}", values)
        cursor.execute("SELECT pg_relation_filenode('old_trail')")
        after = cursor.fetchone()
        cursor.execute("SELECT count(DISTINCT transaction) FROM old_trail")
        (numbers,) = cursor.fetchone()
        cursor.execute("DROP TABLE old_trail")

    assert (after, numbers) == (before, 1)
