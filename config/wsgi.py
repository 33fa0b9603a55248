"""The WSGI entry point, which ``manage.py serve`` serves (:mod:`operations.server`)."""

from __future__ import annotations

import gc
import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from accounts.postgresql import limits
from operations.requests.charsets import read_as_utf_8
from operations.requests.request_bodies import take_body

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_wsgi_application()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Serve one request.

    A body that is whole is handed over as a list.  The server then sends it at once and says how
    long it is; anything else it would ask for piece by piece, and send in chunks.
    """
    take_body(environ)
    read_as_utf_8(environ)
    response: Any = _django(environ, start_response)
    if getattr(response, "streaming", True):
        stream: Iterable[bytes] = response
        return stream
    body = [response.content]
    response.close()
    return body


limits.put_in_force(
    limits.Limits(
        statement=settings.BOUNDS.statement_seconds,
        lock=settings.BOUNDS.lock_seconds,
        idle_transaction=settings.BOUNDS.idle_transaction_seconds,
    )
)
# The views are read now, so that nobody's first request waits for them (some seconds).
import_module(settings.ROOT_URLCONF)
# What was read until here stays for ever: no collection needs to look at it again.
gc.collect()
gc.freeze()
# A request makes thousands of objects and next to no cycles: Python's default of 700 has the
# collector look at the same living objects several times in each.  Much more than this, and the
# workers' memory grows while large lists are read.
gc.set_threshold(5_000, 5, 5)
