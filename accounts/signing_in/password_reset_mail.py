"""The mail for a new password, sent by a worker: the answer does not say what came of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.utils import translation
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.addresses import new_password_url
from accounts.jobs.kinds import MAIL, at_least_once, exactly_once
from accounts.jobs.rows import is_waiting, waiting
from accounts.letters import Action, Letter, whose
from accounts.mail import deliver
from accounts.signing_in.password_reset import may_be_mailed, note_mail
from accounts.signing_in.sign_in import scope_of
from accounts.storage.finding import account_with, accounts_of

if TYPE_CHECKING:
    from accounts.models import User

LOG = logging.getLogger(__name__)

MOST_WAITING: Final = 1_000
"""Strangers cause these jobs: so many may wait, and no more, if no worker runs."""
_PAUSES: Final = (10, 60, 600)
"""Seconds; the link works for an hour, and somebody waits for it."""


def ask_for_links(*, address: str, language: str) -> None:
    """Have the links mailed soon to whom ``address`` belongs.

    The address is not looked up before: whoever it belongs to, the same statements are made.  It
    is stored sealed, for what is typed into that field may be anything.
    """
    if waiting(kind=mail_password_links.name, at_most=MOST_WAITING) >= MOST_WAITING:
        LOG.error("Too many mails for a new password wait; one is left out. Does a worker run?")
        return
    mail_password_links.defer(address=address, language=language)


@exactly_once(queue=MAIL, sealed=("address",), pauses=_PAUSES)
def mail_password_links(*, address: str, language: str) -> None:
    """Have each account of ``address`` mailed a link, by a job of its own: none repeats another.

    For whom a mail waits already, as while the mail server is away, no other is queued.
    """
    for account in accounts_of(address):
        user_id = str(account.pk)
        with scope_of(account):
            if not is_waiting(kind=mail_password_link.name, arguments={"user_id": user_id}):
                mail_password_link.defer(user_id=user_id, language=language)


@at_least_once(queue=MAIL, pauses=_PAUSES)
def mail_password_link(*, user_id: str, language: str) -> None:
    """Mail a link to an account if its person may choose a new password."""
    account = account_with(user_id)
    if account is None or not may_be_mailed(account):
        return
    with translation.override(language):
        letter = _letter(account)
        deliver(letter=letter, address=account.mail_address)
    note_mail(account)


def _letter(account: User) -> Letter:
    uid = urlsafe_base64_encode(str(account.pk).encode())
    token = default_token_generator.make_token(account)
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    company = whose(account.tenant)
    words = {
        "name": account.get_short_name(),
        "account": account.user_name,
        "minutes": minutes,
        "company": company.get("company", "Gatehouse"),
    }
    open_it = ngettext(
        "Open this page within %(minutes)d minute and choose it.",
        "Open this page within %(minutes)d minutes and choose it.",
        minutes,
    )
    return Letter(
        subject=_("Choose a new password for %(company)s") % words,
        says=(
            _("Hello %(name)s,") % words,
            _("Somebody, you perhaps, asked for a new password for the account %(account)s.")
            % words,
            open_it % words,
        ),
        action=Action(_("Choose a new password"), new_password_url(uid, token)),
        then=(
            _(
                "If it was not you, do nothing: your password stays as it is, and the link ends by "
                "itself."
            ),
        ),
        why=_("You get this, and nobody else does, because you have an account at %(company)s.")
        % words,
        **company,
    )
