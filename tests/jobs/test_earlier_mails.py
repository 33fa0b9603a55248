"""Mail that an earlier version queued is sent after the upgrade, as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.models import OneTimeLink, User
from accounts.signing_in.earlier_mails import mail_invitation, send_mail_to
from accounts.signing_in.links import make_link
from accounts.tenancy.scoping import tenant_scope

if TYPE_CHECKING:
    from django.core.mail import EmailMessage
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db


def test_a_mail_is_sent_with_its_subject_on_one_line(
    acme: Tenant,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True), tenant_scope(acme):
        send_mail_to.defer(subject="It\nends", body="Look.", address="bob@acme.example")

    assert [(mail.subject, mail.body, mail.to) for mail in mailoutbox] == [
        ("It ends", "Look.", ["bob@acme.example"])
    ]


@pytest.mark.parametrize("is_open", [True, False])
def test_an_invitation_is_sent_as_long_as_its_link_is_open(
    acme: Tenant,
    bob: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    *,
    is_open: bool,
) -> None:
    with tenant_scope(acme):
        url = make_link(user=bob, purpose=OneTimeLink.Purpose.INVITATION)
        if not is_open:
            OneTimeLink.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True), tenant_scope(acme):
        mail_invitation.defer(url=url, subject="Come", body=url, address="bob@acme.example")

    assert [mail.body for mail in mailoutbox] == [url] * is_open
