"""Servers on two machines that share a database: what a token may send, and to whom."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.conftest import Product, serving
from tests.support.databases import migrated_database
from tests.support.installation import serving_gatehouse

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

AT_ONCE = 30
TRIES = 80
LIMITS = {
    "GATEHOUSE_REQUESTS_AT_ONCE": str(AT_ONCE),
    "GATEHOUSE_REQUESTS_PER_SECOND": "1",
    "GATEHOUSE_WORKERS": "2",
}
SLACK = 30
"""What may flow in again while the test runs: seconds, at one a second."""


def flood(product: Product) -> Counter[int]:
    """The statuses of many requests with one token, over many connections."""
    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(lambda _number: product.get(product.acme), range(TRIES)))


def test_a_token_gets_through_as_many_times_as_there_are_machines_and_no_more(
    tmp_path: Path,
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    with (
        migrated_database() as database,
        serving(here, database_url=database, **LIMITS) as first,
        serving_gatehouse(there, database_url=database, **LIMITS) as other,
    ):
        second = Product(other, first.acme, first.globex)
        counts = [flood(first), flood(second)]

    for count in counts:
        assert AT_ONCE <= count[200] <= AT_ONCE + SLACK  # The workers of a machine count together.
        assert count[200] + count[429] == TRIES
    assert sum(count[200] for count in counts) <= 2 * (AT_ONCE + SLACK)
