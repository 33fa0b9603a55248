"""An invitation says of whom it is, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.services.invitations import invite_user
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit

if TYPE_CHECKING:
    from django.core.mail import EmailMessage
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from accounts.models import Tenant, User

WORDS = {
    "alice@acme.example": "Alice (alice@acme.example) of Acme made the account",
    audit.SYSTEM: "Acme made the account",
}


def test_an_invitation_names_the_company_and_who_invites(
    acme: Tenant,
    alice: User,
    bob: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    for actor, words in WORDS.items():
        with (
            django_capture_on_commit_callbacks(execute=True),
            tenant_scope(acme),
            audit.acting_as(actor),
        ):
            url = invite_user(user=bob)

        mail = mailoutbox.pop()
        assert mail.subject == "Acme invites you to Gatehouse"
        assert words in mail.body
        assert "bob@acme.example" in mail.body
        assert url in mail.body
