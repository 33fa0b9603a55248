"""From what the identity provider calls a person to the identifier a user is looked up by.

An identifier that looks like somebody else's is an attack wherever people compare with their
eyes, and wherever a database folds letters (PostgreSQL's upper-cases the dotless i to ``I``).
"""

import unicodedata
from typing import Final

from saml_sso.protocol.document import has_invisible
from saml_sso.protocol.errors import MessageError

MAX_LENGTH: Final = 320
_SEPARATORS: Final = frozenset(',;<>()[]"')
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
    """Return ``value`` trimmed and lower-cased.

    Args:
        value: The text of the NameID or of the attribute value.
        source: Where it comes from, such as ``NameID``; it is named in refusals.

    Raises:
        MessageError: Check ``identifier``: it is empty or too long, names several people, or has
            characters that are invisible or can be taken for others.
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
    return identifier.lower()


def _problem(identifier: str) -> str:
    if not identifier:
        return "empty"
    if len(identifier) > MAX_LENGTH:
        return f"longer than {MAX_LENGTH} characters"
    if has_invisible(identifier) or any(c.isspace() for c in identifier):
        return "white space, control or invisible characters inside"
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
