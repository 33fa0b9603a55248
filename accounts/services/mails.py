"""Mail as jobs: queued in the transaction that causes it, and sent at least once."""

from __future__ import annotations

from typing import Any

from accounts.jobs.kinds import MAIL, at_least_once
from accounts.mail import deliver


@at_least_once(queue=MAIL, sealed=("subject", "body", "address"))
def send_mail_to(*, subject: str, body: str, address: str) -> dict[str, Any]:
    """Send one mail to one address; nothing of it is readable while it waits, nor kept when sent.

    An address that no mail can have is no failure: nobody could mend it by trying again.
    """
    return {"sent": deliver(subject=subject, body=body, address=address)}
