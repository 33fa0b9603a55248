"""The page of components is for developers: it is there where the settings say so."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from config.env import Environment

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import Settings

URL = "/console/components/"


@pytest.mark.parametrize(
    ("is_open", "answer"), [(True, HTTPStatus.OK), (False, HTTPStatus.NOT_FOUND)]
)
def test_the_page_is_there_where_the_settings_say_so(
    console: Client, settings: Settings, *, is_open: bool, answer: HTTPStatus
) -> None:
    settings.COMPONENTS_PAGE = is_open

    assert console.get(URL).status_code == answer


def test_production_does_not_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATEHOUSE_COMPONENTS", raising=False)

    assert Environment().components is False
