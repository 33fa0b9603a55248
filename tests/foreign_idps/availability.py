"""Whether a foreign identity provider is installed on this machine."""

import os
from typing import NoReturn

import pytest


def refuse_or_skip(what: str, how_to_install: str) -> NoReturn:
    """Fail under ``CI=true``, where everything must be there; skip elsewhere, saying why."""
    reason = f"{what} is not installed. To run these tests: {how_to_install}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
