"""Mail to the system admins of a tenant about what they should know at once."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import TYPE_CHECKING

from django.core.mail import send_mail
from django.db import transaction

from accounts.models import Role, User
from accounts.scoping import tenant_scope

if TYPE_CHECKING:
    from accounts.models import Tenant

_log = logging.getLogger(__name__)


def notify_admins(*, tenant: Tenant, subject: str, body: str) -> None:
    """Mail every active system admin of ``tenant`` once the transaction has been committed.

    A mail server that is down is logged and changes nothing else.
    """
    with tenant_scope(tenant):
        addresses = [
            admin.email or admin.user_name
            for admin in User.objects.filter(role=Role.ADMIN, active=True)
        ]
    transaction.on_commit(lambda: _send(subject, body, addresses))


def _send(subject: str, body: str, addresses: list[str]) -> None:
    for address in addresses:
        try:
            send_mail(subject, body, None, [address])
        except (SMTPException, OSError):
            _log.exception("The notice %r could not be mailed.", subject)
