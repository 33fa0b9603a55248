"""The ruler that every page is held to finds what it is there for, and no fault in a right one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.support.page_layout import faults_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

LONG: Final = "Wilhelmina-Theodora"
IN_ORDER: Final = f"""<h1>Groups</h1><section><h2>Members</h2><table><tbody>
<tr><th scope="row">{LONG}</th><td>Active</td></tr></tbody></table></section>
<div class="gh-field"><label><input type="checkbox"> CRM: 0 of 2 seats used</label></div>"""
FAULTS: Final = {
    "scrolls sideways": '<div style="width: 3000px">x</div>',
    "cut at its side": f'<div style="width: 40px; overflow: hidden"><b>{LONG}</b></div>',
    "cut below": f'<div style="width: 60px; height: 20px; overflow-y: hidden">{"a b " * 90}</div>',
    "runs out of its box": f'<p style="width: 30px; white-space: nowrap">{LONG}</p>',
    "lies over another": '<p>Under it</p><p style="margin-top: -34px">Over it</p>',
    "of a row out of the window": (
        '<div style="overflow: auto; width: 900px"><table><tbody><tr>'
        f'<td><div style="width: 2000px">x</div></td><th scope="row">{LONG}</th>'
        "</tr></tbody></table></div>"
    ),
    "a text of": (
        '<table><tbody><tr><td><div style="width: 90px; overflow-wrap: anywhere">'
        f"{'one two ' * 200}</div></td></tr></tbody></table>"
    ),
    "set vertically": f'<p style="width: 8px; overflow-wrap: anywhere">{LONG}</p>',
    "a box's text is broken though there is room": (
        '<div class="gh-field"><label style="display: block; width: 90px"><input type="checkbox"> '
        "CRM: 0 of 2 seats used, and free for everybody</label></div>"
    ),
    "a column is left out that nothing tells": (
        f'<table><tbody><tr><th scope="row">{LONG}</th><td style="display: none">Sales</td></tr>'
        "</tbody></table>"
    ),
    "a pick box stands apart": (
        '<table><tbody><tr><th scope="row">Sales</th>'
        '<td class="action-checkbox"><input type="checkbox"></td></tr></tbody></table>'
    ),
    "an address is shortened though there is room": (
        '<table><tbody><tr><th scope="row"><span class="gh-address" style="display: flex">'
        f'<span style="width: 40px; overflow: hidden">{LONG}</span><span>@acme.example</span>'
        '</span></th><td class="field-row_menu" style="width: 200px"><button>x</button></td></tr>'
        "</tbody></table>"
    ),
    "the open tab is out of sight": (
        '<nav class="gh-tabs" style="width: 90px; overflow: auto; white-space: nowrap">'
        f'<a href="#a">{LONG}</a> <a href="#b" aria-current="page">Members</a></nav>'
    ),
    "a placeholder is cut": f'<input style="width: 40px" placeholder="{LONG}">',
    "heading skips a level": "<h4>Deep</h4>",
    "heading under its table": (
        "<section><table><tbody><tr><td>x</td></tr></tbody></table><h2>Late</h2></section>"
    ),
}
"""What the ruler says, and a part of a page that has just this fault."""


def faults(page: Page, body: str) -> list[str]:
    page.set_content(f"<!doctype html><html lang=en><body>{body}</body></html>")
    return faults_of(page)


def test_a_page_in_order_has_no_fault(page: Page) -> None:
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert faults(page, IN_ORDER) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(page: Page, fault: str) -> None:
    found = faults(page, f"<h1>Groups</h1>{FAULTS[fault]}")

    assert any(each.startswith(fault) for each in found), found
