"""Names of groups, roles and profiles as they are compared (RFC 8266)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from naming.errors import NameObjectionError
from naming.precis import NICKNAME, enforced, of_storable_length, one_sigma

_PLAIN: Final = re.compile(r"[!-~]+(?: [!-~]+)*")
_SPACES: Final = re.compile(r" {2,}")
_PRESENTATION: Final = re.compile("[\ufe0e\ufe0f]")
_JOINER: Final = "\u200d"


def is_plain(text: str) -> bool:
    """Whether ``text`` is prepared by lower case alone, as nearly all names are.

    >>> is_plain("Sales team"), is_plain("Sales "), is_plain("Büro")
    (True, False, False)
    """
    return _PLAIN.fullmatch(text) is not None


def prepared_nickname(text: str) -> str:
    """Return the form in which the name of a group is compared.

    Spaces at the ends count for nothing, nor does how many there are between words.  So does what
    makes a picture out of a symbol, or one out of several, which the RFC did not think of.

    >>> prepared_nickname(" SALES  Team") == prepared_nickname("Sales team")
    True

    Raises:
        NameObjectionError: No group can be called so.
    """
    if is_plain(text):
        return of_storable_length(text.lower())
    return of_storable_length(one_sigma(enforced(NICKNAME, _without_joints(text))))


def compared_nickname(text: str) -> str:
    """Return what :func:`prepared_nickname` does, or for what cannot be prepared, the text folded.

    For what is looked for rather than given.
    """
    try:
        return prepared_nickname(text)
    except NameObjectionError:
        return folded(text).strip()


def folded(text: str) -> str:
    """Return part of a name as it is in the prepared form, whatever else would be refused."""
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in _without_joints(text))
    lower = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", spaced.lower()).lower())
    return one_sigma(_SPACES.sub(" ", lower))


def _without_joints(text: str) -> str:
    """Return the text without variation selectors, and without joiners that follow a symbol."""
    if text.isascii():
        return text
    text = _PRESENTATION.sub("", text)
    if _JOINER not in text:
        return text
    kept: list[str] = []
    for character in text:
        joins = character == _JOINER and kept and unicodedata.category(kept[-1]) in {"So", "Sk"}
        if not joins:
            kept.append(character)
    return "".join(kept)
