"""Gives licences by a file as a person does: upload it, look, then press the button."""

from __future__ import annotations

from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support.html_forms import what_is_sent

LICENCE_FILE_PAGE: Final = "/console/licenses/csv/"


def look_at_file(browser: Any, content: bytes) -> Any:
    """Return the page that says what the file would do, or what is wrong with it.

    It is the one that asks for the columns, where the titles do not say them.
    """
    file = SimpleUploadedFile("licences.csv", content, content_type="text/csv")
    return browser.post(LICENCE_FILE_PAGE, {"file": file}, follow=True)


def name_columns(browser: Any, asked: Any, **chosen: Any) -> Any:
    """Return the page that follows the columns; ``chosen`` are fields of the form."""
    sent = {**what_is_sent(asked.content.decode(), "column-0"), **chosen}
    return browser.post(asked.request["PATH_INFO"], sent, follow=True)


def press_apply(browser: Any, looked: Any, **how: Any) -> Any:
    """Return the answer to the button of a page that says what would happen."""
    sent = what_is_sent(looked.content.decode(), "seen")
    return browser.post(looked.request["PATH_INFO"], sent, **how)


def apply_file(browser: Any, text: str, **how: Any) -> Any:
    """Return the answer to the button."""
    return press_apply(browser, look_at_file(browser, text.encode()), **how)
