"""The one place that asks the PRECIS library (RFC 8264), and puts its refusals into our words."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from precis_i18n import get_profile

from naming.errors import NameObjectionError, Objection

if TYPE_CHECKING:
    from precis_i18n.profile import Profile

USERNAME: Final = get_profile("UsernameCaseMapped")
NICKNAME: Final = get_profile("NicknameCaseMapped")
LONGEST: Final = 2000
"""Bytes of a prepared form: PostgreSQL's indexes take a few more."""

_OBJECTIONS: Final = {
    "controls": Objection.INVISIBLE,
    "precis_ignorable_properties": Objection.INVISIBLE,
    "bidi_rule": Objection.DIRECTIONS,
    "empty": Objection.EMPTY,
}


def enforced(profile: Profile, text: str) -> str:
    """Return ``text`` as the profile prepares it.

    Raises:
        NameObjectionError: The profile does not allow it.
    """
    try:
        return profile.enforce(unicodedata.normalize("NFC", text))
    except UnicodeEncodeError as error:
        kind = error.reason.partition("/")[2]
        objection = _OBJECTIONS.get(kind, Objection.CHARACTER)
        single = objection in {Objection.INVISIBLE, Objection.CHARACTER}
        raise NameObjectionError(objection, error.object[error.start] if single else "") from None


def of_storable_length(prepared: str) -> str:
    """Return a prepared form that an index can hold.

    Raises:
        NameObjectionError: It is longer than that.
    """
    if len(prepared) * 4 > LONGEST and len(prepared.encode()) > LONGEST:
        raise NameObjectionError(Objection.LENGTH)
    return prepared


def one_sigma(text: str) -> str:
    """Return lower-case ``text`` with one form of the small sigma.

    Which of the two a capital one becomes depends on what follows it; whether two spellings are
    one name must not.
    """
    return text.replace("\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}")
