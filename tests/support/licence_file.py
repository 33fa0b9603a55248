"""Gives licences by a file as a person does: upload it, look, then press the button."""

from __future__ import annotations

from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support.html_forms import what_is_sent

LICENCE_FILE_PAGE: Final = "/console/licenses/csv/"


def look_at_file(browser: Any, content: bytes) -> Any:
    """Return the page that says what the file would do, or what is wrong with it."""
    file = SimpleUploadedFile("licences.csv", content, content_type="text/csv")
    return browser.post(LICENCE_FILE_PAGE, {"file": file}, follow=True)


def apply_file(browser: Any, text: str, **how: Any) -> Any:
    """Return the answer to the button."""
    page = look_at_file(browser, text.encode()).content.decode()
    return browser.post(LICENCE_FILE_PAGE, what_is_sent(page, "content"), **how)
