"""Reading a document from an address that an admin typed."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from accounts.outgoing.connections import SECONDS, Connection
from accounts.outgoing.errors import FetchError

_SUCCESS: Final = range(200, 300)
_REDIRECTS: Final = range(300, 400)


def fetch_document(url: str, *, most_bytes: int, accept: str, seconds: float = SECONDS) -> bytes:
    """Return the document at ``url``, whose media type is one of ``accept`` or another.

    Raises:
        FetchError: The URL is not https, leads into a private network or elsewhere, does not
            answer within ``seconds``, or answers with more than ``most_bytes``.
    """
    parts = urlsplit(url.strip())
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    with Connection(url, most_bytes=most_bytes, seconds=seconds) as connection:
        received = connection.ask("GET", path, headers={"Accept": f"{accept}, */*"})
    if received.status in _REDIRECTS and "location" in received.headers:
        raise FetchError(
            _("The address redirects to “%(target)s”. Enter that address, if you trust it.")
            % {"target": received.headers.get("location", "")[:200]}
        )
    if received.status not in _SUCCESS:
        raise FetchError(
            _("The server answered with status %(status)s. Check the address.")
            % {"status": received.status}
        )
    return received.body
