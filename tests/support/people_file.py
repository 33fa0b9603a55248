"""Imports people from a file as a person does: upload, name columns, look, press."""

from __future__ import annotations

from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support.html_forms import what_is_sent

IMPORT_PAGE: Final = "/console/people/import/"


def upload_people(browser: Any, content: bytes | str, name: str = "people.csv") -> Any:
    """Return the page with the columns of the file, or what is wrong with it."""
    data = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name, data, content_type="text/csv")
    return browser.post(IMPORT_PAGE, {"file": file}, follow=True)


def look_at_people(browser: Any, content: bytes | str, **chosen: Any) -> Any:
    """Return the page that says what would happen; ``chosen`` are fields of the form."""
    page = upload_people(browser, content)
    address = page.request["PATH_INFO"]
    sent = {**what_is_sent(page.content.decode(), "match"), **chosen}
    return browser.post(address, sent, follow=True)


def press_import(browser: Any, looked: Any, **how: Any) -> Any:
    """Return the answer to the button of a page that says what would happen."""
    sent = what_is_sent(looked.content.decode(), "seen")
    return browser.post(looked.request["PATH_INFO"], sent, **how)


def import_people(browser: Any, content: bytes | str, **chosen: Any) -> Any:
    """Return the page that tells what became of each line."""
    return press_import(browser, look_at_people(browser, content, **chosen), follow=True)
