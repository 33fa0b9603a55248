"""Inviting people: a link with which they choose a password."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import TYPE_CHECKING

from django.core.mail import send_mail
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import OneTimeLink
from accounts.services.links import INVITATION_LIFETIME, make_link

if TYPE_CHECKING:
    from accounts.models import User

_log = logging.getLogger(__name__)


@transaction.atomic
def invite_user(*, user: User) -> str:
    """Mail ``user`` an invitation and return its URL; the one before it stops working.

    The mail goes out when the transaction has been committed.  A mail server that is down is
    logged; the URL still works, and whoever invites can hand it over.

    Raises:
        SignInRefusedError: The person is not active.
    """
    url = make_link(user=user, purpose=OneTimeLink.Purpose.INVITATION)
    address = user.mail_address
    subject = _("You are invited to Gatehouse")
    body = _(
        "Hello %(name)s,\n\n"
        "an account was made for you. Open this page within %(days)s days and choose a "
        "password:\n\n%(url)s\n"
    ) % {"name": user.get_short_name(), "days": INVITATION_LIFETIME.days, "url": url}
    transaction.on_commit(lambda: _send(subject, body, address))
    return url


def _send(subject: str, body: str, address: str) -> None:
    try:
        send_mail(subject, body, None, [address])
    except (SMTPException, OSError):
        _log.exception("An invitation could not be mailed.")
