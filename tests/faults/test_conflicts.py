"""A page's request that PostgreSQL breaks off in favour of another's is done once more."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import psycopg
import pytest
from psycopg import sql

from tests.faults.conftest import Product, try_password
from tests.support.html_forms import read_forms
from tests.support.installation import PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EMAIL = "admin@globex.example"
END_OTHERS = "/account/sessions/end-others/"
# What a sequence has given out is not taken back with the transaction.
LOSE = """
CREATE SEQUENCE times_lost;
CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('times_lost') <= {times} THEN
        RAISE EXCEPTION 'another was first' USING ERRCODE = {state};
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER lose BEFORE DELETE ON accounts_session FOR EACH STATEMENT EXECUTE FUNCTION lose();
"""
WIN = "DROP FUNCTION lose CASCADE; DROP SEQUENCE times_lost;"


@contextmanager
def losing(product: Product, state: str, *, times: int) -> Iterator[None]:
    """So many deletions of sessions are broken off with this SQLSTATE."""
    url = product.gatehouse.environment["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(sql.SQL(LOSE).format(times=sql.Literal(times), state=sql.Literal(state)))
        try:
            yield
        finally:
            owner.execute(WIN)


def end_others(product: Product) -> tuple[httpx2.Response, bool]:
    """The answer to ending the sessions of other browsers, and whether such a one lives on."""
    with product.browser() as here, product.browser() as there:
        for browser in (here, there):
            assert try_password(browser, EMAIL, PASSWORD).status_code == 302
        page = here.get("/account/")
        form = next(form for form in read_forms(page.text) if form.action == END_OTHERS)
        answer = here.post(END_OTHERS, data=form.fields)
        return answer, there.get("/account/").status_code == 200


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_a_conflict_is_not_seen(product: Product, state: str) -> None:
    with losing(product, state, times=1):
        answer, other_lives = end_others(product)

    assert answer.status_code == 302
    assert not other_lives


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_who_loses_twice_is_asked_to_come_again_and_nothing_has_changed(
    product: Product, state: str
) -> None:
    printed = len(product.printed())
    with losing(product, state, times=9):
        answer, other_lives = end_others(product)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert other_lives
    assert "Traceback" not in product.printed()[printed:]


@pytest.mark.parametrize("state", ["55P03", "57014"])
def test_what_would_only_wait_again_is_not_repeated(product: Product, state: str) -> None:
    with losing(product, state, times=1):
        answer, other_lives = end_others(product)

    assert answer.status_code == 503
    assert other_lives
