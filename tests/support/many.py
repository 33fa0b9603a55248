"""Runs an action on many rows as a person does: look at the page that asks, then press go."""

from __future__ import annotations

from typing import Any

from tests.support.html_forms import what_is_sent


def ask(browser: Any, url: str, action: str, rows: Any, **fields: Any) -> Any:
    """Return the page that asks; ``rows`` are keys."""
    return browser.post(url, {"action": action, "index": "0", **_chosen(rows), **fields})


def do(browser: Any, url: str, action: str, rows: Any, **fields: Any) -> Any:
    """Return the page that tells how it went; the page that asks, when it offers no button."""
    asked = ask(browser, url, action, rows, **fields)
    page = asked.content.decode()
    if asked.status_code != 200 or 'name="seen"' not in page:
        return asked
    return browser.post(url, {**what_is_sent(page, "seen"), **fields}, follow=True)


def _chosen(rows: Any) -> dict[str, Any]:
    return {"_selected_action": [str(row) for row in rows], "select_across": "0"}
