"""Inviting people: a link with which they choose a password."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import InvalidLinkError
from accounts.jobs.kinds import MAIL, at_least_once
from accounts.letters import Action, Letter, whose
from accounts.mail import deliver
from accounts.models import OneTimeLink, User
from accounts.signing_in.links import INVITATION_LIFETIME, find_link, make_link, secret_of
from accounts.storage.finding import meaning
from accounts.trail import audit

_BY_SOMEBODY: Final = gettext_lazy(
    "%(inviter)s of %(company)s made the account %(account)s for you. Open this page within "
    "%(days)s days and choose a password."
)
_BY_NOBODY: Final = gettext_lazy(
    "%(company)s made the account %(account)s for you. Open this page within %(days)s days and "
    "choose a password."
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
    }
    happened = _BY_NOBODY if words["inviter"] == audit.SYSTEM else _BY_SOMEBODY
    letter = Letter(
        subject=_("%(company)s invites you to Gatehouse") % words,
        says=(_("Hello %(name)s,") % words, happened % words),
        action=Action(_("Choose a password"), url),
        then=(_("If you do not expect this, do nothing: the link ends by itself."),),
        why=_("You get this, and nobody else does, because %(company)s made an account for you.")
        % words,
        **whose(user.tenant),
    )
    mail_invitation_to.defer(url=url, letter=letter.as_json(), address=user.mail_address)
    return url


@at_least_once(queue=MAIL, sealed=("url", "letter", "address"))
def mail_invitation_to(*, url: str, letter: str, address: str) -> dict[str, Any]:
    """Mail an invitation, unless its link has ended while the mail waited.

    It ends when it is used or expires, and when the person leaves, is invited anew, or gets another
    address or password; nobody is written to then.
    """
    try:
        find_link(secret=secret_of(url))
    except InvalidLinkError:
        return {"sent": False}
    return {"sent": deliver(letter=Letter.from_json(letter), address=address)}


def _inviter() -> str:
    """Return who invites, as the audit trail calls them, with the name if it is one of ours."""
    actor = audit.acting()
    found = User.objects.filter(meaning(actor), user_name=actor).first()
    name = "" if found is None else found.get_full_name()
    return f"{name} ({actor})" if name not in {"", actor} else actor
