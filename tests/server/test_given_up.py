"""An answer that was given up asks the database nothing more, and keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from django.db import connection, transaction

from accounts.models import Tenant
from accounts.requests.awaited import NobodyWaitsError, answering
from accounts.requests.outages import outage_of
from accounts.storage.prepared import insert_row, prepared_cursor
from accounts.tenancy.unscoped import every_tenant

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db


@dataclass
class Request:
    """A request, and whether it was given up."""

    over: bool


def ask_as_django_does() -> None:
    list(Tenant.objects.all())


def ask_for_rows_in_parts() -> None:
    next(Tenant.objects.iterator(), None)


def ask_by_hand() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def ask_by_a_prepared_statement() -> None:
    with prepared_cursor() as cursor:
        cursor.execute("SELECT 1")


def write_a_row() -> None:
    insert_row(Tenant(slug="late", name="Late"))


def begin_a_transaction() -> None:
    with transaction.atomic():
        pass


WAYS: Final[list[Callable[[], None]]] = [
    ask_as_django_does,
    ask_for_rows_in_parts,
    ask_by_hand,
    ask_by_a_prepared_statement,
    write_a_row,
    begin_a_transaction,
]


@pytest.mark.parametrize("way", WAYS)
def test_no_statement_begins_for_an_answer_that_was_given_up(way: Callable[[], None]) -> None:
    with every_tenant(), answering(Request(over=True)):
        with pytest.raises(NobodyWaitsError) as caught:
            way()
        assert outage_of(caught.value) is not None  # One line in the log, and no traceback.


@pytest.mark.parametrize("way", WAYS)
def test_every_statement_begins_while_somebody_waits(way: Callable[[], None]) -> None:
    with every_tenant(), answering(Request(over=False)):
        way()


def test_what_was_written_before_it_was_given_up_is_not_kept() -> None:
    own = connection.copy()
    request = Request(over=False)
    try:
        with answering(request):
            own.set_autocommit(False)
            with own.cursor() as cursor:
                cursor.execute("CREATE TABLE written_late (id int)")
            request.over = True
            with pytest.raises(NobodyWaitsError):
                own.commit()
        own.rollback()
        with own.cursor() as cursor:
            cursor.execute("SELECT to_regclass('written_late')")
            assert cursor.fetchone() == (None,)
    finally:
        own.close()
