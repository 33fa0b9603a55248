"""An invitation says of whom it is, and for what; nobody gets one that leads nowhere."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.jobs import queueing, rows
from accounts.models import Job, OneTimeLink, User
from accounts.services.users import deactivate_user, delete_user, set_password
from accounts.signing_in.invitations import invite_user
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from tests.conftest import PASSWORD, do_at_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.mail import EmailMessage
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from accounts.models import Tenant

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


def _leaves(bob: User) -> None:
    deactivate_user(user=bob)


def _is_deleted(bob: User) -> None:
    delete_user(user=bob)


def _has_another_address(bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(email="robert@acme.example")


def _has_a_password(bob: User) -> None:
    set_password(user=bob, password=PASSWORD)


def _was_invited_anew(bob: User) -> None:
    invite_user(user=bob)


def _came_already(_bob: User) -> None:
    OneTimeLink.objects.update(used=timezone.now())


def _waited_too_long(_bob: User) -> None:
    OneTimeLink.objects.update(expires=timezone.now() - timedelta(seconds=1))


ENDS: tuple[Callable[[User], None], ...] = (
    *(_leaves, _is_deleted, _has_another_address, _has_a_password),
    *(_was_invited_anew, _came_already, _waited_too_long),
)
"""What ends the link of an invitation."""


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_an_invitation_that_has_ended_while_it_waited_is_not_mailed(
    acme: Tenant,
    bob: User,
    mailoutbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
    end: Callable[[User], None],
) -> None:
    waiting: list[Job] = []
    monkeypatch.setattr(queueing, "hand_over", lambda job, **_lock: waiting.append(job))
    with tenant_scope(acme):
        invite_user(user=bob)
        end(bob)

    do_at_once(waiting[0], lock=None)

    assert not mailoutbox
    [done] = rows.jobs_now([waiting[0].pk])
    assert (done.state, done.result, done.sealed) == (Job.State.DONE, {"sent": False}, "")
