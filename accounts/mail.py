"""The one door through which mail leaves: to one address each, and never in the way of the rest.

An identity provider may give a person any text as e-mail address, and a user name is no address at
all, so that a mail may be impossible to write as well as to send.  Whoever else is to be told is
told all the same, and what was saved is not answered with an error.
"""

from __future__ import annotations

import logging
from email.mime.image import MIMEImage
from typing import TYPE_CHECKING, Final

from django.core.mail import EmailMessage, EmailMultiAlternatives

from accounts.letters import LOGO, write

if TYPE_CHECKING:
    from accounts.letters import Letter

_IMPOSSIBLE: Final = (ValueError, IndexError)
"""An address, subject or text that no mail can have; a name for which the parser of the standard
library has no answer."""

_log = logging.getLogger(__name__)


class Mail(EmailMultiAlternatives):
    """A text, the same as HTML, and the pictures in it (RFC 2387)."""

    mixed_subtype = "related"


def deliver(*, letter: Letter, address: str) -> bool:
    """Send a mail; return whether it is one that can be sent at all.

    Raises:
        OSError: The mail server is away, or refuses it (``SMTPException``).
    """
    written = write(letter)
    mail = Mail(letter.news, written.text, None, [address])
    mail.attach_alternative(written.html, "text/html")
    if written.logo is not None:
        picture = MIMEImage(written.logo, "png")
        picture.add_header("Content-ID", f"<{LOGO}>")
        picture.add_header("Content-Disposition", "inline", filename="logo.png")
        mail.attach(picture)
    return _send(mail)


def deliver_text(*, subject: str, body: str, address: str) -> bool:
    """Send a mail that is text alone; return whether it is one that can be sent at all.

    White space in ``subject``, line breaks among it, becomes single spaces.

    Raises:
        OSError: As :func:`deliver` does.
    """
    return _send(EmailMessage(" ".join(subject.split()), body, None, [address]))


def _send(mail: EmailMessage) -> bool:
    try:
        mail.send()
    except _IMPOSSIBLE as error:
        _log.error("No mail can be sent to %r: %r", mail.to[0], error)
        return False
    return True
