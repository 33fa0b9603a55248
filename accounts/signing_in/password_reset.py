"""Choosing a new password without the old one: for whoever reads the account's mail."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from axes.utils import reset as forget_failures
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AuditEntry, User
from accounts.services.users import set_password
from accounts.signing_in.sign_in import scope_of
from accounts.trail import audit
from accounts.trail.refusals import NOT_SIGNED_IN, record_refused_entry
from naming.addresses import compared_address

LOG = logging.getLogger(__name__)

ASKED: Final = "password_reset.asked"
MAILS_PER_HOUR: Final = 3
"""For one account, whoever asks: nobody's mailbox is flooded from here."""


def may_be_mailed(account: User) -> bool:
    """Tell whether the person gets a mail now; that they get none is noted in the trail.

    None get the accounts of a tenant that enforces SAML, accounts without a password or an e-mail
    address, and those that got three mails within the hour.
    """
    refusal = _refusal_of(account)
    if refusal:
        record_refused_entry("password_reset.refused", account, reason=refusal)
    return not refusal


def note_mail(account: User) -> None:
    """Note in the trail that a mail is out, which counts as one of the three."""
    with scope_of(account), audit.acting_as(NOT_SIGNED_IN):
        audit.record(ASKED, account)


def may_reset(user: User) -> bool:
    """Tell whether ``user`` may choose a new password without the old one."""
    is_refused = user.tenant is not None and user.tenant.refuses_passwords
    return user.active and user.has_usable_password() and not is_refused


@transaction.atomic
def reset_password(*, user: User, token: str, password: str) -> bool:
    """Use ``token`` up to give ``user`` a new password, which has been validated.

    All sessions of the person end, and failed attempts to sign in are forgotten: whoever comes
    now has read the account's mail.

    Returns:
        False when the token is no longer good, or the person may not; nothing has changed then.
        Of two who come with the same token at once, one gets True.
    """
    with scope_of(user), audit.acting_as(user.user_name):
        locked = User.objects.select_for_update(of=("self",)).select_related("tenant")
        stored = locked.filter(pk=user.pk).first()
        if stored is None or not may_reset(stored):
            return False
        if not default_token_generator.check_token(stored, token):
            return False
        set_password(user=stored, password=password)
        audit.record("password_reset.done", stored)
    for name in {compared_address(stored.user_name), compared_address(stored.email)} - {""}:
        forget_failures(username=name)
    return True


def _refusal_of(account: User) -> str:
    if account.tenant is not None and account.tenant.refuses_passwords:
        return _("Password sign-in is off: the company enforces SAML.")
    if not account.has_usable_password():
        return _("The account has no password: it is signed in otherwise, or was only invited.")
    if "@" not in account.mail_address:
        return _("No e-mail address is known of the account.")
    hour_ago = timezone.now() - timedelta(hours=1)
    with scope_of(account):
        mails = AuditEntry.objects.filter(
            tenant=account.tenant, target_id=str(account.pk), action=ASKED, at__gt=hour_ago
        ).count()
    return _("Three mails within an hour are enough.") if mails >= MAILS_PER_HOUR else ""
