"""Mail as jobs: queued in the transaction that causes it, and sent at least once."""

from __future__ import annotations

from typing import Any

from accounts.jobs.kinds import MAIL, at_least_once
from accounts.letters import Letter
from accounts.mail import deliver


@at_least_once(queue=MAIL, sealed=("letter", "address"))
def send_letter_to(*, letter: str, address: str) -> dict[str, Any]:
    """Send one mail to one address; nothing of it is readable while it waits, nor kept when sent.

    An address that no mail can have is no failure: nobody could mend it by trying again.

    Args:
        letter: A :class:`~accounts.letters.Letter` as JSON.
        address: Where it goes.
    """
    return {"sent": deliver(letter=Letter.from_json(letter), address=address)}
