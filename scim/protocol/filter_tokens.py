"""Filters as text: split into a *shape* and the literals taken out of it.

Every request compares with another value, so a tree cached per filter text is never found again.
The shape of ``userName eq "bjensen"`` is ``userName eq "0"``: there are few shapes, and their
trees can be kept.  Taking the literals out first also accepts what the grammar does not: an
unquoted word as a literal, as Entra ID's documentation shows (``externalId eq jyoung``).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from scim.protocol.errors import InvalidFilterError
from scim.protocol.values import is_storable

MAX_LENGTH: Final = 8_192
"""Characters in a filter."""

MAX_DEPTH: Final = 32
"""Brackets and parentheses open at one place."""

MAX_CONDITIONS: Final = 100
"""Comparisons and presence tests in one filter."""

COMPARISONS: Final = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"})
_TOKEN: Final = re.compile(r'\s*(?:([()\[\]])|("(?:[^"\\]|\\.)*")|([^\s()\[\]"]+))', re.DOTALL)


class Literal(NamedTuple):
    """A comparison value as it was written; ``quoted`` tells ``"true"`` from ``true``."""

    text: str
    quoted: bool


@dataclass(slots=True)
class Shape:
    """A filter without its literals: the tokens, where each was, and the literals."""

    tokens: list[str]
    positions: list[int]
    literals: list[Literal]

    @property
    def text(self) -> str:
        """The shape in the grammar's own notation; a literal is its quoted index."""
        return " ".join(self.tokens)

    def token_at(self, column: int) -> int | None:
        """Return the index of the token at a one-based column of :attr:`text`, if any."""
        start = 1
        for index, token in enumerate(self.tokens):
            if column < start + len(token) + 1:
                return index
            start += len(token) + 1
        return None


def read_shape(text: str) -> Shape:
    """Split a filter into its shape and literals.

    ``null`` stays in the shape: what it means depends on the operator alone.

    Raises:
        InvalidFilterError: The filter is too long, too deep, has too many conditions, an open
            quote or a value where none can be.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidFilterError(f"The filter is longer than {MAX_LENGTH} characters.")
    return _Scanner(text).scan()


class _Scanner:
    """Follows just enough of the grammar to know which words are literals."""

    def __init__(self, text: str) -> None:
        self.source = text
        self.shape = Shape([], [], [])
        self.expected = "term"
        self.depth = 0
        self.conditions = 0

    def scan(self) -> Shape:
        source, match_token = self.source.rstrip(), _TOKEN.match
        position = 0
        while position < len(source):
            match = match_token(source, position)
            if match is None:
                raise InvalidFilterError(
                    f"The filter has a quote that is not closed, at character {position + 1}."
                )
            bracket, quoted, word = match.groups()
            start = match.end() - len(bracket or quoted or word)
            if bracket:
                token = self._bracket(bracket)
            elif quoted:
                token = self._quoted(quoted, start)
            else:
                token = self._word(word)
            self.shape.tokens.append(token)
            self.shape.positions.append(start)
            position = match.end()
        return self.shape

    def _bracket(self, bracket: str) -> str:
        if bracket in "([":
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise InvalidFilterError(f"The filter nests deeper than {MAX_DEPTH} brackets.")
            self.expected = "term"
        else:
            self.depth -= 1
            self.expected = "joiner"
        return bracket

    def _quoted(self, quoted: str, start: int) -> str:
        if self.expected != "literal":
            raise InvalidFilterError(
                f"The filter has a value at character {start + 1} where an attribute or an "
                "operator belongs."
            )
        text = quoted[1:-1]
        if "\\" in text:
            text = _unescape(quoted)
        if not is_storable(text):
            raise InvalidFilterError("The filter has a NUL or half of a surrogate pair in it.")
        return self._literal(Literal(text, quoted=True))

    def _word(self, word: str) -> str:
        lowered = word.lower()
        if self.expected == "literal":
            if lowered == "null":
                self.expected = "joiner"
                return "null"
            if not is_storable(word):
                raise InvalidFilterError("The filter has a NUL or half of a surrogate pair in it.")
            return self._literal(Literal(word, quoted=False))
        if self.expected == "operator":
            self._operator(lowered)
        elif self.expected == "joiner":
            # ``emails[…].value eq``: after a bracket a sub-attribute may go on.
            self.expected = "operator" if word.startswith(".") else "term"
        elif lowered != "not":
            self.expected = "operator"
        return word

    def _operator(self, lowered: str) -> None:
        self.conditions += 1
        if self.conditions > MAX_CONDITIONS:
            raise InvalidFilterError(f"The filter has more than {MAX_CONDITIONS} conditions.")
        self.expected = "literal" if lowered in COMPARISONS else "joiner"

    def _literal(self, literal: Literal) -> str:
        self.expected = "joiner"
        self.shape.literals.append(literal)
        return f'"{len(self.shape.literals) - 1}"'


def _unescape(quoted: str) -> str:
    try:
        text = json.loads(quoted, strict=False)
    except ValueError:
        raise InvalidFilterError(
            "The filter has a backslash that JSON strings do not know; write \\\\ for a backslash."
        ) from None
    return str(text)
