"""How often the ACS asks the database: pinned, so that a statement more is a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from saml_sso.remembered_trust import memory
from saml_sso.services.attempts import TRIMMED_EVERY
from tests.support.saml_party import Party, post_response

if TYPE_CHECKING:
    from accounts.models import User
    from tests.support.saml import Forge

FIRST = 3
ACCEPTED = 2
NOBODY = 2
UNSIGNED = 2


@pytest.fixture(autouse=True)
def _no_trimming(bob: User, idp: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge responses first, so that the settings are tested and remembered; never trim the log."""
    monkeypatch.setattr("saml_sso.services.attempts.TRIMMED_EVERY", TRIMMED_EVERY * 10**9)
    for _response in range(2):
        post_response(Client(), idp.forge.but())


def statements(message: Forge) -> tuple[int, list[str]]:
    """Post a response in a new browser: the status, and the statements that it took.

    Tests run inside a transaction; outside of one there are no savepoints.
    """
    with CaptureQueriesContext(connection) as captured:
        response = post_response(Client(), message)
    return response.status_code, [
        query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]
    ]


def test_an_accepted_response(idp: Party) -> None:
    status, made = statements(idp.forge.but())

    assert status == 303
    assert len(made) == ACCEPTED, "\n".join(made)


def test_the_first_accepted_response_of_a_process(idp: Party) -> None:
    memory.forget()

    status, made = statements(idp.forge.but())

    assert status == 303
    assert len(made) == FIRST, "\n".join(made)


def test_a_response_about_nobody_here(idp: Party) -> None:
    status, made = statements(idp.forge.but(name_id="stranger@elsewhere.example"))

    assert status == 403
    assert len(made) == NOBODY, "\n".join(made)


def test_a_response_that_nobody_signed(idp: Party) -> None:
    status, made = statements(idp.forge.but(sign="none"))

    assert status == 403
    assert len(made) == UNSIGNED, "\n".join(made)


def test_a_replayed_response(idp: Party) -> None:
    response = idp.forge.but()
    assert statements(response)[0] == 303

    status, made = statements(response)

    assert status == 403
    # The refusal is logged by itself: its session and what goes with it are not written.
    assert len(made) == ACCEPTED + 1, "\n".join(made)
