"""From what the identity provider calls a person to the identifier a user is looked up by.

Whoever has an account is found by whatever name it has.  An account is made at sign-in only for
an identifier that cannot be taken for somebody else's, which is an attack wherever people compare
with their eyes.
"""

import unicodedata
from typing import Final

from naming.addresses import prepared_address
from naming.errors import NameObjectionError
from saml_sso.protocol.document import has_invisible
from saml_sso.protocol.errors import MessageError

MAX_LENGTH: Final = 320
_SEPARATORS: Final = frozenset(' ,;<>()[]"')
_LATIN_EXTENDED_A_END: Final = "\u017f"
# Scripts whose letters nobody takes for Latin ones.
_DISTINCT_SCRIPTS: Final = (
    "CJK UNIFIED",
    "HIRAGANA",
    "KATAKANA",
    "HANGUL",
    "ARABIC LETTER",
    "HEBREW LETTER",
    "DEVANAGARI",
    "THAI CHARACTER",
)


def normalize_identifier(value: str, *, source: str) -> str:
    """Return ``value`` trimmed; names are compared in their prepared form (:mod:`naming`).

    Args:
        value: The text of the NameID or of the attribute value.
        source: Where it comes from, such as ``NameID``; it is named in refusals.

    Raises:
        MessageError: Check ``identifier``: it is empty or too long, or has characters that are
            invisible or white space other than between words.
    """
    identifier = value.strip()
    problem = _problem(identifier)
    if problem:
        raise MessageError(
            "identifier",
            expected=f"one email address in {source}",
            got=f"{identifier} ({problem})" if identifier else problem,
            remedy=f"Map the person's email address, and nothing else, to {source} at the "
            "identity provider.",
        )
    return identifier


def require_unmistakable(identifier: str) -> None:
    """Refuse to make an account of this name at a sign-in.

    Raises:
        MessageError: Check ``identifier``: it cannot be a name, names several people, or has
            letters that can be taken for others.
    """
    problem = _danger(identifier)
    if problem:
        raise MessageError(
            "identifier",
            expected="one email address for a new user, in letters that cannot be mistaken",
            got=f"{identifier} ({problem})",
            remedy="Create the user in the user list or over SCIM; then the sign-in finds them by "
            "this very name. Or map another identifier of the person.",
        )


def _problem(identifier: str) -> str:
    if not identifier:
        return "empty"
    if len(identifier) > MAX_LENGTH:
        return f"longer than {MAX_LENGTH} characters"
    if has_invisible(identifier) or any(c.isspace() and c != " " for c in identifier):
        return "white space, control or invisible characters inside"
    return ""


def _danger(identifier: str) -> str:
    try:
        prepared_address(identifier)
    except NameObjectionError as error:
        return str(error)
    if _SEPARATORS & set(identifier) or identifier.count("@") > 1:
        return "more than one address"
    if not all(_is_unmistakable(character) for character in identifier):
        return "letters that look like others"
    return ""


def _is_unmistakable(character: str) -> bool:
    if character.isascii():
        return True
    if unicodedata.normalize("NFKC", character) != character:
        return False
    folded = character.lower() + character.upper() + character.casefold()
    if any(letter.isascii() for letter in folded):
        return False
    if character <= _LATIN_EXTENDED_A_END:
        return character.isalpha()
    return unicodedata.name(character, "").startswith(_DISTINCT_SCRIPTS)
