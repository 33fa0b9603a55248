"""Many passwords at once take the memory of one hash in each worker."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.conftest import Product, try_password
from tests.support.installation import PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

AT_ONCE = 40
WORKERS = 2  # As the product is told in conftest.py.
OF_A_HASH = 100 * 2**20
"""Bytes; that is how Django sets Argon2."""


def test_forty_sign_ins_at_once_take_the_memory_of_one_hash_each_worker(
    product: Product, record_property: Callable[[str, object], None]
) -> None:
    with product.browser() as browser:
        assert try_password(browser, "admin@acme.example", PASSWORD).status_code == 302
    for worker in product.gatehouse.workers():
        Path(f"/proc/{worker}/clear_refs").write_text("5")  # The peak counts from now on.
    before = product.memory()["VmRSS"]
    together = threading.Barrier(AT_ONCE)

    def sign_in(_number: int) -> tuple[int, bool]:
        with product.browser() as browser:
            browser.get("/sign-in/?method=password")
            together.wait(60)
            answer = try_password(browser, "admin@acme.example", PASSWORD)
        return answer.status_code, "Retry-After" in answer.headers

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = Counter(pool.map(sign_in, range(AT_ONCE)))

    peak = product.memory()["VmHWM"]
    record_property("MiB before", before >> 20)
    record_property("MiB at most", peak >> 20)
    record_property("answers", str(dict(answers)))
    assert answers[302, False] > 0
    assert set(answers) <= {(302, False), (503, True)}
    assert peak - before < (WORKERS + 2) * OF_A_HASH
