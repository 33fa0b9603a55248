"""Django's SMTP backend with a limit for a whole mail.

``EMAIL_TIMEOUT`` limits the wait for each byte only: a mail server that sends one every few
seconds would hold the thread of a worker, and the worker's stop with it, for hours.
"""

from __future__ import annotations

import smtplib
import socket
from contextlib import suppress
from threading import Timer
from typing import Any

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from typing_extensions import override


class DeadlineEmailBackend(EmailBackend):
    """Sends as Django does, and breaks the connection off after ``EMAIL_SECONDS``.

    What is broken off is raised as ``smtplib.SMTPServerDisconnected`` or another ``OSError``, as
    if the mail server had gone away.
    """

    @property
    @override
    def connection_class(self) -> type[smtplib.SMTP]:
        return _DeadlineOverTLS if self.use_ssl else _Deadline


class _Deadline(smtplib.SMTP):
    """A connection that breaks off; before it is one, ``EMAIL_TIMEOUT`` limits each step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._timer = Timer(settings.EMAIL_SECONDS, self._break_off)
        self._timer.daemon = True
        self._timer.start()
        try:
            super().__init__(*args, **kwargs)
        except BaseException:
            self._timer.cancel()
            raise

    @override
    def close(self) -> None:
        self._timer.cancel()
        super().close()

    def _break_off(self) -> None:
        if self.sock is not None:
            with suppress(OSError):  # It may have ended just now.
                self.sock.shutdown(socket.SHUT_RDWR)


class _DeadlineOverTLS(_Deadline, smtplib.SMTP_SSL):
    """The same over TLS."""
