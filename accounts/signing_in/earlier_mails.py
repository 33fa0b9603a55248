"""Kinds of mail that waited in the queue when mails became letters, in the words of then.

Workers send what was queued before an upgrade; nothing queues them any more.  They can go when
no installation is upgraded from a version that did, and none of their failed jobs is kept
(:mod:`accounts.jobs.pruning`).
"""

from __future__ import annotations

from typing import Any

from accounts.errors import InvalidLinkError
from accounts.jobs.kinds import MAIL, at_least_once
from accounts.mail import deliver_text
from accounts.signing_in.links import find_link, secret_of


@at_least_once(queue=MAIL, sealed=("subject", "body", "address"))
def send_mail_to(*, subject: str, body: str, address: str) -> dict[str, Any]:
    """Send one mail to one address."""
    return {"sent": deliver_text(subject=subject, body=body, address=address)}


@at_least_once(queue=MAIL, sealed=("url", "subject", "body", "address"))
def mail_invitation(*, url: str, subject: str, body: str, address: str) -> dict[str, Any]:
    """Mail an invitation, unless its link has ended while the mail waited."""
    try:
        find_link(secret=secret_of(url))
    except InvalidLinkError:
        return {"sent": False}
    return {"sent": deliver_text(subject=subject, body=body, address=address)}
