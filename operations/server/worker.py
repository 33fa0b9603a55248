"""A worker process: what granian loads there (``operations.server.worker:worker``, RSGI)."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host
from django.urls import Resolver404, resolve, reverse
from django.utils.module_loading import import_string

from accounts.addresses import CONSOLE, PLATFORM
from accounts.posted_forms.kept_forms import may_be_kept
from operations.server.answers import prepare_pages
from operations.server.callers import Callers
from operations.server.front import Front
from operations.server.parent import end_with_parent
from scim.addresses import PATH
from scim.http.authentication import has_bearer
from scim.http.middleware import is_scim
from scim.log import request_log

if TYPE_CHECKING:
    import asyncio

    from operations.server.rsgi import HTTPProtocol, Scope

_PASSWORDS = ("sign-in", "sign-in-choose", "sign-in-recovery", "account-password")
_BULK = f"{PATH}/bulk"


class Worker:
    """The front of the application, with the names that granian calls."""

    def __init__(self) -> None:
        self._front = Front(
            import_string(settings.WSGI_APPLICATION),
            settings.BOUNDS,
            Callers(
                trusted_proxies=settings.TRUSTED_PROXIES,
                session_cookie=settings.SESSION_COOKIE_NAME,
                password_paths=[reverse(name) for name in _PASSWORDS],
            ),
            _Rules(),
        )

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to serve."""
        self._front.start(loop)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Finish what was begun: the request log."""
        self._front.stop()
        request_log.finish()

    async def __rsgi__(self, scope: Scope, proto: HTTPProtocol) -> None:
        """Serve one request."""
        await self._front.serve(scope, proto)


class _Rules:
    """What is known of the application without asking it."""

    def __init__(self) -> None:
        self._long = CONSOLE.path(), PLATFORM.path()
        self._signed_in = (*self._long, reverse("account"))
        self._cookie = f"{settings.SESSION_COOKIE_NAME}="

    def refuses_unread(self, environ: dict[str, Any]) -> bool:
        """Whether no credential came where one is needed, or no view serves the path."""
        path = environ["PATH_INFO"]
        if is_scim(path):
            return not has_bearer(environ.get("HTTP_AUTHORIZATION", ""))
        if not validate_host(_host(environ), settings.ALLOWED_HOSTS):
            return True
        cookies = environ.get("HTTP_COOKIE", "")
        if path.startswith(self._signed_in) and self._cookie not in cookies:
            # What somebody entered whose session has ended is read, to be kept for them.
            return not may_be_kept(parse_cookie(cookies))
        try:
            resolve(path)
        except Resolver404:
            return True
        return False

    def takes_long(self, path: str) -> bool:
        """Whether it is Bulk, or a page on which many rows may be changed at once."""
        return path.lower().startswith(_BULK) or path.startswith(self._long)

    def replace_worker(self) -> None:
        """Let granian put another worker in the place of this one."""
        last = threading.Timer(settings.BOUNDS.stop_seconds, os.kill, [os.getpid(), signal.SIGKILL])
        last.daemon = True
        last.start()
        os.kill(os.getpid(), signal.SIGTERM)


def _host(environ: dict[str, Any]) -> str:
    return split_domain_port(environ.get("HTTP_HOST", environ["SERVER_NAME"]))[0]


end_with_parent()
prepare_pages()
worker = Worker()
