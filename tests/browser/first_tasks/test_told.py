"""The document tells of the tasks that are walked, and of no others."""

from __future__ import annotations

from tests.browser.first_tasks import test_deciding, test_finding_out, test_setting_up
from tests.browser.first_tasks.walking import NOT_WALKED, told_rows, told_ways, walked

MODULES = (test_finding_out, test_setting_up, test_deciding)


def test_the_document_has_a_row_and_a_way_for_each_task() -> None:
    tests = [name for module in MODULES for name in vars(module) if name.startswith("test_")]

    assert len(tests) == len(walked) == 10
    assert set(told_rows()) == set(walked)
    assert list(told_ways()) == list(told_rows())


def test_the_document_counts_on_a_phone_what_is_walked_there() -> None:
    told = {title: row["phone"] != NOT_WALKED for title, row in told_rows().items()}

    assert told == walked
