"""One caller's slow statements are not everybody else's wait."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from uuid import uuid4

import psycopg
import pytest

from tests.faults.conftest import Product, meanwhile, observe_beside, serving

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

PATCH = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [{"op": "replace", "path": "displayName", "value": "Another name"}],
}
# A statement that computes: as long as it takes, and 2 seconds.
BURN = """
CREATE FUNCTION burn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE over timestamptz := clock_timestamp() + interval '2 s';
BEGIN
    WHILE clock_timestamp() < over LOOP PERFORM sqrt(2); END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER burn BEFORE UPDATE ON accounts_user FOR EACH ROW
    WHEN (NEW.user_name LIKE 'burning%') EXECUTE FUNCTION burn();
"""
SLOW_SEATS = """
ALTER TABLE licenses_seat RENAME TO seats_aside;
CREATE FUNCTION slow_seats() RETURNS SETOF seats_aside LANGUAGE plpgsql AS $$
DECLARE over timestamptz := clock_timestamp() + interval '2 s';
BEGIN
    WHILE clock_timestamp() < over LOOP PERFORM sqrt(2); END LOOP;
    RETURN QUERY SELECT * FROM seats_aside;
END $$;
CREATE VIEW licenses_seat AS SELECT * FROM slow_seats();
"""
SEATS = """
DROP VIEW licenses_seat;
DROP FUNCTION slow_seats;
ALTER TABLE seats_aside RENAME TO licenses_seat;
"""
# Each finds the admin.
SEARCHES = ["a", "ad", "adm", "admi", "admin", "admin@", "acme", "example"]


@pytest.fixture(scope="module")
def product(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product of two workers that has as many threads as statements are slow."""
    folder = tmp_path_factory.mktemp("slow")
    with serving(folder, GATEHOUSE_WORKERS="2", GATEHOUSE_THREADS="4") as product:
        yield product


def database(product: Product) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(product.gatehouse.environment["DATABASE_URL"], autocommit=True)


def new_user(product: Product, kind: str) -> str:
    """The id of somebody new in Acme, whose name begins with ``kind``."""
    name = f"{kind}-{uuid4()}@acme.example"
    user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name}
    answer = product.call("POST", "/scim/v2/Users", product.acme, json=user)
    assert answer.status_code == 201
    return str(answer.json()["id"])


def patch(product: Product, user: str) -> int:
    """The status of a change of somebody in Acme."""
    path = f"/scim/v2/Users/{user}"
    answer = product.call("PATCH", path, product.acme, json=PATCH)
    if answer.status_code == 503:
        assert answer.headers["Retry-After"]
        assert answer.json()["status"] == "503"
    return answer.status_code


@contextmanager
def locked_row(product: Product) -> Iterator[Callable[[], int]]:
    """Changes that wait for a lock which is held all the time."""
    user = new_user(product, "locked")
    with database(product) as holder, holder.transaction():
        holder.execute("SELECT FROM accounts_user WHERE id = %s FOR UPDATE", [user])
        yield partial(patch, product, user)


@contextmanager
def burning_statements(product: Product) -> Iterator[Callable[[], int]]:
    """Changes that compute for two seconds each."""
    with database(product) as owner:
        owner.execute(BURN)
        users = iter([new_user(product, "burning") for _ in range(16)])
        yield lambda: patch(product, next(users))
        owner.execute("DROP FUNCTION burn CASCADE")


@pytest.mark.parametrize("slow", [locked_row, burning_statements])
def test_eight_slow_statements_of_a_tenant_hold_no_other_tenant_up(
    product: Product, slow: Callable[[Product], AbstractContextManager[Callable[[], int]]]
) -> None:
    with slow(product) as change:
        before = observe_beside(product, product.get, seconds=3)
        with meanwhile(change, times=8) as statuses:
            during = observe_beside(product, product.get, seconds=3)

    assert set(during.asked.statuses) == {200}
    assert during.is_as_quick_as(before)
    assert set(statuses) <= {200, 503}


@contextmanager
def seats_held(product: Product) -> Iterator[None]:
    """Searches by licence wait for a lock which is held all the time."""
    with database(product) as holder, holder.transaction():
        holder.execute("LOCK TABLE licenses_seat IN ACCESS EXCLUSIVE MODE")
        yield


@contextmanager
def seats_computed(product: Product) -> Iterator[None]:
    """Searches by licence compute for two seconds in each statement."""
    with database(product) as owner:
        owner.execute(SLOW_SEATS)
        try:
            yield
        finally:
            owner.execute(SEATS)


@pytest.mark.parametrize("slow", [seats_held, seats_computed])
def test_eight_slow_searches_by_one_person_hold_no_other_tenant_up(
    product: Product, slow: Callable[[Product], AbstractContextManager[None]]
) -> None:
    headers = {"Cookie": product.sign_in("admin@acme.example")}
    words = iter(SEARCHES)

    def search() -> int:
        path = f"/console/accounts/user/?licence=none&q={next(words)}"
        answer = product.call("GET", path, headers=headers)
        assert answer.status_code != 503 or answer.headers["Retry-After"]
        return answer.status_code

    before = observe_beside(product, product.get, seconds=3)
    with slow(product), meanwhile(search, times=len(SEARCHES)) as statuses:
        during = observe_beside(product, product.get, seconds=3)
        ended = len(statuses)

    assert set(during.asked.statuses) == {200}
    assert during.is_as_quick_as(before)
    assert ended < len(statuses) == len(SEARCHES)  # Some were at it all the time.
    assert set(statuses) <= {200, 503}


def test_other_people_of_the_tenant_get_through_too(product: Product) -> None:
    made = product.gatehouse.commands(["create_scim_token", "acme", "--source=Second"])[0]
    colleague = replace(product.acme, token=made["token"])
    assert product.get(colleague) == 200  # The server learns whose the token is.

    before = observe_beside(product, partial(product.get, colleague), seconds=3)
    with locked_row(product) as change, meanwhile(change, times=8):
        during = observe_beside(product, partial(product.get, colleague), seconds=3)

    assert set(during.asked.statuses) == {200}
    assert during.is_as_quick_as(before)


def test_a_wait_for_a_lock_ends_with_503_and_one_line_in_the_log(product: Product) -> None:
    printed = len(product.printed())

    with locked_row(product) as change:
        status = change()

    assert status == 503
    lines = product.printed()[printed:]
    assert "LockNotAvailable 55P03" in lines
    assert "Traceback" not in lines
