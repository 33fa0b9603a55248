"""The one door through which mail leaves: to one address each, and never in the way of the rest.

An identity provider may give a person any text as e-mail address, and a user name is no address at
all, so that a mail may be impossible to write as well as to send.  Whoever else is to be told is
told all the same, and what was saved is not answered with an error.
"""

from __future__ import annotations

import logging
from typing import Final

from django.core.mail import send_mail

_IMPOSSIBLE: Final = (ValueError, IndexError)
"""An address, subject or text that no mail can have; a name for which the parser of the standard
library has no answer."""

_log = logging.getLogger(__name__)


def deliver(*, subject: str, body: str, address: str) -> bool:
    """Send a mail; return whether it is one that can be sent at all.

    White space in ``subject``, line breaks among it, becomes single spaces.

    Raises:
        OSError: The mail server is away, or refuses it (``SMTPException``).
    """
    try:
        send_mail(" ".join(subject.split()), body, None, [address])
    except _IMPOSSIBLE as error:
        _log.error("No mail can be sent to %r: %r", address, error)
        return False
    return True
