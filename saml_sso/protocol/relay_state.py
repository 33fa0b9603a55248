"""RelayState comes back from a stranger; it may only choose among this tenant's own pages."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote, urlsplit

MAX_LENGTH: Final = 2000
_MAX_ENCODINGS: Final = 4


def safe_path(relay_state: str | None, *, prefixes: Iterable[str]) -> str | None:
    """Return ``relay_state`` when it is a path below one of ``prefixes``, else nothing.

    Other hosts, schemes, ``//host``, backslashes, control characters, dot segments, and each of
    these behind any number of percent-encodings, give nothing; so does the bare text that Okta
    sends. Nothing means: the default page.

    Args:
        relay_state: The form field or parameter as it came.
        prefixes: Paths of this tenant that end in ``/``.
    """
    if not relay_state or len(relay_state) > MAX_LENGTH:
        return None
    decoded = relay_state
    for _ in range(_MAX_ENCODINGS):
        if not _is_local_path(decoded):
            return None
        further = unquote(decoded)
        if further == decoded:
            break
        decoded = further
    else:
        return None
    path, decoded_path = urlsplit(relay_state).path, urlsplit(decoded).path
    for prefix in prefixes:
        if path.startswith(prefix) and decoded_path.startswith(prefix):
            return relay_state
    return None


def _is_local_path(text: str) -> bool:
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    segments = parts.path.split("/")
    has_odd_segments = "" in segments[1:-1] or any(one in {".", ".."} for one in segments)
    return not parts.scheme and not parts.netloc and text.startswith("/") and not has_odd_segments
