"""What admins are mailed of an application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.engine.letters import quarantine_letter

if TYPE_CHECKING:
    from provisioning.models import Application


def test_the_letter_of_a_quarantine_leads_to_the_connection_and_says_why(
    application: Application,
) -> None:
    application.quarantine_reason = "Token revoked."

    letter = quarantine_letter(application)

    assert "Token revoked." in letter.says[0]
    assert letter.action is not None
    assert letter.action.url.endswith(
        f"/console/provisioning/application/{application.pk}/connection/"
    )
