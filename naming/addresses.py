"""User names and e-mail addresses as they are compared (RFC 8265, RFC 7644, Section 5).

A user name may be an address.  What stands before the last ``@`` and what follows it are prepared
each by itself: the first by UsernameCaseMapped, for every userpart between spaces (RFC 8265,
Section 3.1), the other as a domain.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from naming.domains import ENCODED, prepared_domain
from naming.errors import NameObjectionError, Objection
from naming.precis import USERNAME, enforced, of_storable_length, one_sigma

_VISIBLE_ASCII: Final = re.compile(r"[!-~]+")
_SPACES: Final = re.compile("  +")


def is_plain(text: str) -> bool:
    """Whether ``text`` is prepared by lower case alone, as nearly all names are.

    >>> is_plain("Babs@Acme.example"), is_plain("jörg@acme.example"), is_plain("a@xn--p1ai")
    (True, False, False)
    """
    return _VISIBLE_ASCII.fullmatch(text) is not None and ENCODED not in text.lower()


def prepared_address(text: str) -> str:
    """Return the form in which a user name or an address is compared.

    >>> prepared_address("Jo\\u0308RG@MÜNCHEN.example") == prepared_address("jörg@münchen.example")
    True

    Raises:
        NameObjectionError: Nobody can be called so.
    """
    if is_plain(text):
        return text.lower()
    mapped = _mapped(text)
    if mapped != mapped.strip():
        raise NameObjectionError(Objection.EDGES)
    local, _at, domain = mapped.rpartition("@")
    if not local or not domain:
        return of_storable_length(_prepared_parts(mapped))
    if local != local.strip() or domain != domain.strip():
        raise NameObjectionError(Objection.EDGES)
    return of_storable_length(f"{_prepared_parts(local)}@{prepared_domain(domain)}")


def compared_address(text: str) -> str:
    """Return what :func:`prepared_address` does, or for what cannot be prepared, the text folded.

    For what is looked for rather than given: it may be what somebody has been called since before
    names were prepared.
    """
    try:
        return prepared_address(text)
    except NameObjectionError:
        return folded(text)


def folded(text: str) -> str:
    """Return part of a name as it is in the prepared form, whatever else would be refused.

    >>> folded("JÖ")
    'jö'
    """
    mapped = _mapped(text)
    local, at, domain = mapped.rpartition("@")
    if not at:
        return _folded_part(mapped)
    try:
        return f"{_folded_part(local)}@{prepared_domain(domain)}"
    except NameObjectionError:
        return f"{_folded_part(local)}@{_folded_part(domain)}"


def _folded_part(text: str) -> str:
    lower = unicodedata.normalize("NFC", text.lower())
    return one_sigma(_SPACES.sub(" ", lower))


def _mapped(text: str) -> str:
    """Return the text composed, with full-width and half-width characters as ordinary ones."""
    if text.isascii():
        return text
    return USERNAME.width_mapping_rule(unicodedata.normalize("NFC", text))


def _prepared_parts(text: str) -> str:
    parts = [enforced(USERNAME, part) for part in text.split(" ") if part]
    if not parts:
        raise NameObjectionError(Objection.EMPTY)
    return one_sigma(" ".join(parts))
