"""Inviting people: a link with which they choose a password."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import OneTimeLink, User
from accounts.services.mails import send_mail_to
from accounts.signing_in.links import INVITATION_LIFETIME, make_link
from accounts.storage.finding import meaning
from accounts.trail import audit

_BY_SOMEBODY: Final = gettext_lazy(
    "Hello %(name)s,\n\n"
    "%(inviter)s of %(company)s made the account %(account)s for you. Open this page within "
    "%(days)s days and choose a password:\n\n%(url)s\n\n"
    "If you do not expect this, do nothing: the link ends by itself.\n"
)
_BY_NOBODY: Final = gettext_lazy(
    "Hello %(name)s,\n\n"
    "%(company)s made the account %(account)s for you. Open this page within %(days)s days and "
    "choose a password:\n\n%(url)s\n\n"
    "If you do not expect this, do nothing: the link ends by itself.\n"
)


@transaction.atomic
def invite_user(*, user: User) -> str:
    """Mail ``user`` an invitation and return its URL; the one before it stops working.

    A job sends the mail if the transaction is committed; the URL waits there sealed.  It works
    whatever becomes of the mail, and whoever invites can hand it over.

    Raises:
        SignInRefusedError: The person is not active.
    """
    url = make_link(user=user, purpose=OneTimeLink.Purpose.INVITATION)
    company = "Gatehouse" if user.tenant is None else user.tenant.name
    words = {
        "name": user.get_full_name(),
        "company": company,
        "inviter": _inviter(),
        "account": user.user_name,
        "days": INVITATION_LIFETIME.days,
        "url": url,
    }
    subject = _("%(company)s invites you to Gatehouse") % words
    body = (_BY_NOBODY if words["inviter"] == audit.SYSTEM else _BY_SOMEBODY) % words
    send_mail_to.defer(subject=subject, body=body, address=user.mail_address)
    return url


def _inviter() -> str:
    """Return who invites, as the audit trail calls them, with the name if it is one of ours."""
    actor = audit.acting()
    found = User.objects.filter(meaning(actor), user_name=actor).first()
    name = "" if found is None else found.get_full_name()
    return f"{name} ({actor})" if name not in {"", actor} else actor
