"""Domain names as they are compared and as DNS knows them (IDNA2008 with UTS #46's mapping)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

import idna

from naming.errors import NameObjectionError, Objection

_VISIBLE_ASCII: Final = re.compile(r"[!-~]*")
ENCODED: Final = "xn--"
"""How a label begins that encodes other letters than those of ASCII."""


@lru_cache(maxsize=4096)
def prepared_domain(domain: str) -> str:
    """Return the domain in lower case and in its own letters, however it was spelt.

    What is ASCII and encodes nothing is taken as it is: not all that follows an ``@`` is a domain
    of DNS, such as a name of a Windows domain.

    >>> prepared_domain("XN--MNCHEN-3YA.example") == prepared_domain("MÜNCHEN.example")
    True

    Raises:
        NameObjectionError: It is no internationalised domain name.
    """
    if _VISIBLE_ASCII.fullmatch(domain):
        lower = domain.lower()
        if ENCODED not in lower:
            return lower
        try:
            return idna.decode(lower, uts46=True)
        except idna.IDNAError:
            return lower
    for character in domain:
        # The mapping leaves out what nobody sees; a name must not hold it.
        if _is_control(character) or not _kept(character):
            raise NameObjectionError(Objection.INVISIBLE, character)
    try:
        return idna.decode(idna.encode(domain, uts46=True))
    except idna.IDNAError:
        raise NameObjectionError(Objection.DOMAIN) from None


def ascii_domain(domain: str) -> str:
    """Return the domain as DNS knows it.

    >>> ascii_domain("MÜNCHEN.example")
    'xn--mnchen-3ya.example'

    Raises:
        NameObjectionError: It is no internationalised domain name.
    """
    prepared = prepared_domain(domain)
    if prepared.isascii():
        return prepared
    return idna.encode(prepared).decode()


def _is_control(character: str) -> bool:
    # Two of them join letters in some scripts, where IDNA judges them by what is around them.
    return unicodedata.category(character) in {"Cc", "Cf"} and character not in "\u200c\u200d"


def _kept(character: str) -> bool:
    try:
        return bool(idna.uts46_remap(character, std3_rules=False))
    except idna.IDNAError:
        return True  # It is refused as no part of a domain name.
