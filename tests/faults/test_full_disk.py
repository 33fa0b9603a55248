"""No room for what is written aside: the disk is full, or files may be no longer."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.urls import reverse

from tests.faults.conftest import Product, try_password
from tests.faults.test_slow_readers import crowded
from tests.support.installation import PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

__all__ = ["crowded"]  # A fixture.
ROOM = 1_000_000
"""Bytes that a file of the server may have: more than its log, and less than the export."""


@contextmanager
def files_no_longer_than(product: Product, size: int) -> Iterator[None]:
    """Let the server's workers write no file beyond ``size``, as on a disk that is full."""
    before = {
        pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in product.gatehouse.workers()
    }
    for pid, (_soft, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def test_an_export_without_room_is_503_and_comes_once_there_is(crowded: Product) -> None:
    path = reverse("console:accounts_user_export")
    cookie = {"Cookie": crowded.sign_in("admin@acme.example")}
    printed = len(crowded.printed())

    with files_no_longer_than(crowded, ROOM):
        full = crowded.call("GET", path, headers=cookie)
        others = [crowded.get(), crowded.call("GET", "/account/", headers=cookie).status_code]
    log = crowded.printed()[printed:]
    whole = crowded.call("GET", path, headers=cookie)

    assert (full.status_code, full.headers["Retry-After"]) == (503, "60")
    assert full.headers["Content-Type"].startswith("text/html")
    assert "reader" not in full.text
    assert others == [200, 200]
    assert len([line for line in log.splitlines() if "could not be made" in line]) == 1
    assert "Traceback" not in log
    assert whole.status_code == 200
    assert len(whole.content) > ROOM


def test_a_file_that_is_uploaded_needs_no_room(product: Product) -> None:
    with product.browser() as browser:
        try_password(browser, "admin@acme.example", PASSWORD)
        url = reverse("console:user-licenses-csv")
        assert browser.get(url).status_code == 200
        token = {"X-CSRFToken": browser.cookies["gatehouse_csrf"]}

        with files_no_longer_than(product, ROOM):
            answer = browser.post(
                url, headers=token, files={"file": ("people.csv", b"x," * 2_000_000)}
            )

    assert answer.status_code == 200
