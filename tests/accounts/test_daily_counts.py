"""Counting the logs by the day: everything once, whatever runs beside it and whoever dies."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import AuditEntry, CountedLog, DailyCount
from accounts.storage import daily_counts
from accounts.tenancy.scoping import tenant_id_scope, tenant_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit, counting
from accounts.trail.counting import KINDS, count_trail
from saml_sso.models import SignInAttempt
from saml_sso.services.counting import count_refused_sign_ins
from scim.log.counting import count_requests
from scim.models import RequestLogEntry, Source, SourceDay
from tests.conftest import person
from tests.support.feed import older_transactions_ended

if TYPE_CHECKING:
    from accounts.models import Tenant, User

Kind = DailyCount.Kind


def counted(tenant: Tenant, days_ago: int = 0) -> dict[str, int]:
    """Count the trail to its end, as two runs do; return what is kept of a day."""
    older_transactions_ended()
    count_trail()
    count_trail()
    return kept(tenant, days_ago)


def kept(tenant: Tenant, days_ago: int = 0) -> dict[str, int]:
    day = timezone.localdate() - timedelta(days=days_ago)
    with tenant_scope(tenant):
        return dict(DailyCount.objects.filter(day=day).values_list("kind", "number"))


def test_every_kind_is_counted_on_its_day(acme: Tenant, globex: Tenant) -> None:
    before = counted(acme)
    with tenant_scope(acme):
        for action in KINDS:
            audit.record(action)
        audit.record("group.created")
    with tenant_scope(globex):
        audit.record("user.created")
        AuditEntry.objects.filter(action="user.created").update(
            at=timezone.now() - timedelta(days=3)
        )

    found = counted(acme)

    assert {kind: found[kind] - before.get(kind, 0) for kind in found} == {
        Kind.SIGNED_IN: 1,
        Kind.SIGN_IN_REFUSED: 3,
        Kind.CREATED: 1,
        Kind.CHANGED: 3,
        Kind.DEACTIVATED: 1,
        Kind.DELETED: 1,
    }
    assert kept(globex, days_ago=3) == {Kind.CREATED: 1}
    assert Kind.CREATED not in kept(globex)


def test_nothing_is_counted_twice(acme: Tenant) -> None:
    person(acme, "Carol")
    first = counted(acme)

    assert counted(acme) == first == {Kind.CREATED: 1}
    person(acme, "Dan")
    assert counted(acme) == {Kind.CREATED: 2}


def test_a_refusal_that_stands_for_others_counts_as_many(in_acme: Tenant, bob: User) -> None:
    audit.record("sign_in.refused", bob, reason="The password is wrong.")
    audit.record("sign_in.refused", bob, reason="The password is wrong.", folded=41)

    assert counted(in_acme)[Kind.SIGN_IN_REFUSED] == 43


def test_what_operators_did_for_nobody_and_who_is_gone_are_left_out(acme: Tenant) -> None:
    with every_tenant():
        audit.record("user.created")
    # As an entry that outlives its tenant: nothing refers to it.
    with tenant_id_scope(acme.pk + 1_000):
        audit.record("user.created")

    count_trail()
    count_trail()

    with every_tenant():
        assert not DailyCount.objects.exists()


def test_one_that_dies_leaves_its_portion_to_the_next(
    acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily_counts, "PORTION", 2)
    for name in ("Carol", "Dan", "Erin", "Frank", "Gina"):
        person(acme, name)
    older_transactions_ended()
    count_trail()
    add, calls = daily_counts.add_counts, []

    def dies_at_the_second(found: list[daily_counts.Counted]) -> None:
        calls.append(found)
        add(found)
        if len(calls) == 2:
            raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(counting, "add_counts", dies_at_the_second)
        with pytest.raises(OSError, match="killed"):
            count_trail()

    assert kept(acme).get(Kind.CREATED, 0) < 5
    assert counted(acme) == {Kind.CREATED: 5}


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_late_is_counted_all_the_same(acme: Tenant) -> None:
    """An entry gets its id while another transaction, with a later id, is counted already."""
    is_written, may_end = threading.Event(), threading.Event()

    def write_slowly() -> None:
        try:
            with tenant_scope(acme), transaction.atomic():
                audit.record("user.created")
                is_written.set()
                may_end.wait(30)
        finally:
            connection.close()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert is_written.wait(30)
    with tenant_scope(acme):
        audit.record("user.created")
    try:
        count_trail()
        count_trail()
        assert kept(acme) == {}  # It waits for the one that is under way.
        place = CountedLog.objects.get(log="accounts.auditentry")
        assert place.counted < place.seen
    finally:
        may_end.set()
        writer.join()

    assert counted(acme) == {Kind.CREATED: 2}


@pytest.mark.django_db(transaction=True)
def test_two_at_once_count_everything_once(acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily_counts, "PORTION", 3)
    with tenant_scope(acme):
        for _ in range(20):
            audit.record("user.created")
    count_trail()

    def count() -> None:
        try:
            count_trail()
        finally:
            connection.close()

    both = [threading.Thread(target=count) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()

    assert counted(acme) == {Kind.CREATED: 20}


def test_a_restored_dump_is_counted_on(acme: Tenant) -> None:
    """The number of a transaction that the dump brought is one that this server has yet to give."""
    counted(acme)
    person(acme, "Carol")
    count_trail()
    CountedLog.objects.update(seen_transaction=2**60)

    assert counted(acme) == {Kind.CREATED: 1}


def test_changes_that_sources_may_not_make_and_their_hours(acme: Tenant) -> None:
    noon = timezone.now().replace(hour=12, minute=0)
    asked = [("POST", "/Users", 409), ("PATCH", "/Users/{id}", 400), ("DELETE", "/Users/{id}", 404)]
    asked += [("GET", "/Users/{id}", 404), ("POST", "/Groups", 409), ("POST", "/Users", 201)]
    with tenant_scope(acme):
        source = Source.objects.create(name="Okta")
        for number, (method, route, status) in enumerate(asked):
            at = noon - timedelta(days=1, hours=number)
            RequestLogEntry.objects.create(
                source=source, at=at, method=method, route=route, status=status
            )
    for _ in range(3):
        count_requests()

    with tenant_scope(acme):
        hours = SourceDay.objects.get().hours
    assert kept(acme, days_ago=1) == {Kind.CALL_REFUSED: 2}
    assert hours == sum(1 << hour for hour in range(7, 13))


def test_refused_sign_ins_at_the_identity_provider(acme: Tenant) -> None:
    refused, kinds = SignInAttempt.Outcome.REFUSED, SignInAttempt.Kind
    with tenant_scope(acme):
        for number, kind in enumerate(kinds):
            SignInAttempt.objects.create(outcome=refused, kind=kind, reference=f"A{number}")
        SignInAttempt.objects.create(
            outcome=SignInAttempt.Outcome.ACCEPTED, kind=kinds.IDP_INITIATED, reference="B"
        )
        for place in SignInAttempt.Place:
            SignInAttempt.objects.create(
                outcome=refused, kind=kinds.IDP_INITIATED, reference="C", place=place, client="x"
            )
    for _ in range(3):
        count_refused_sign_ins()

    assert kept(acme) == {Kind.SIGN_IN_REFUSED: 3}
