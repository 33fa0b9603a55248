"""What the database can keep: text without NUL and without halves of surrogate pairs.

PostgreSQL stores neither (``text`` has no NUL, ``jsonb`` refuses ``\\u0000``, and a lone surrogate
has no UTF-8).  What is asked of us with them is refused at the door
(:class:`operations.requests.storable.StorableRequestMiddleware`, :mod:`scim.protocol.values`);
what is merely written down about a request, such as the browser's name, is made storable here.
"""

from __future__ import annotations

import re
from typing import Any, Final

import orjson

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can store ``text``.

    >>> is_storable("Zoë 🙂"), is_storable("a\\x00b"), is_storable("a\\ud800b")
    (True, False, False)
    """
    return (text.isascii() and "\x00" not in text) or _UNSTORABLE.search(text) is None


def storable(text: str) -> str:
    """Return ``text`` with the replacement character for what PostgreSQL cannot store.

    >>> storable("a\\x00b"), storable("a\\ud800b") == storable("a\\udfffb"), storable("Zoë")
    ('a�b', True, 'Zoë')
    """
    return text if is_storable(text) else _UNSTORABLE.sub(_REPLACEMENT, text)


def storable_json(value: Any) -> str:
    """Return JSON of ``value`` that ``jsonb`` takes, with :func:`storable` names and texts."""
    try:
        text = orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # Halves of surrogate pairs, which orjson does not write.
        return orjson.dumps(_mended(value)).decode()
    return text if "\\u0000" not in text else orjson.dumps(_mended(value)).decode()


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(name)): _mended(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_mended(each) for each in value]
    return value
