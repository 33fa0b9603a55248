"""Pages of a server on which ``collectstatic`` has not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.test import Client

from config.settings import STORAGES

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings


def test_pages_are_shown_without_collected_files(
    db: None, settings: Settings, tmp_path: Path
) -> None:
    settings.STORAGES = STORAGES
    settings.STATIC_ROOT = tmp_path

    page = Client().get("/sign-in/")

    assert page.status_code == 200
    assert b"/static/console/tokens.css" in page.content
