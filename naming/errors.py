"""Why a name cannot be one."""

from __future__ import annotations

from enum import Enum


class Objection(Enum):
    """What is wrong with a name; the value says it in English, of the name as subject."""

    EMPTY = "is empty"
    EDGES = "begins or ends with white space, as a whole or beside its @"
    INVISIBLE = "holds control or invisible characters"
    CHARACTER = "holds a character that names may not have (RFC 8264)"
    DIRECTIONS = "mixes right-to-left and left-to-right writing, or begins with a digit before it"
    DOMAIN = "has after its @ what is no internationalised domain name (RFC 5891)"
    LENGTH = "is too long in the form in which names are compared"


class NameObjectionError(ValueError):
    """The text cannot be prepared.

    ``character`` is the one that is objected to, if it is a single one.
    """

    def __init__(self, objection: Objection, character: str = "") -> None:
        self.objection = objection
        self.character = character
        named = f": U+{ord(character):04X}" if character else ""
        super().__init__(f"{objection.value}{named}")
