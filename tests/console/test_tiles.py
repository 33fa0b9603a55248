"""A tile whose figure is nothing warns of nothing."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string

from tests.support.html_forms import lxml_html


def mark_of(**tile: object) -> str:
    """The kind of the mark of a tile with these values."""
    page = lxml_html.fromstring(
        render_to_string("components/tiles.html", {"tiles": [{"label": "Failed", **tile}]})
    )
    [mark] = page.xpath("//*[contains(@class, 'gh-mark')]/@class")
    return str(mark).rpartition("--")[2]


@pytest.mark.parametrize("figure", [0, "0"], ids=["number", "text"])
@pytest.mark.parametrize("kind", ["bad", "warn", "busy", "off"])
def test_nothing_has_the_mark_of_what_is_off(kind: str, figure: object) -> None:
    assert mark_of(kind=kind, figure=figure) == "off"


def test_nothing_may_be_good() -> None:
    assert mark_of(kind="good", figure=0) == "good"


@pytest.mark.parametrize("figure", [1, "10", "1,000"])
def test_what_is_there_has_its_own_mark(figure: object) -> None:
    assert mark_of(kind="bad", figure=figure) == "bad"
