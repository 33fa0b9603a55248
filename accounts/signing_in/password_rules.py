"""What a new password may not be, beside Django's own rules (``AUTH_PASSWORD_VALIDATORS``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.secrets.passwords import prepare

if TYPE_CHECKING:
    from accounts.models import User

_SHORTEST_WORD: Final = 3
_LEAST_OF_ONES_OWN: Final = 6
_FEWEST_CHARACTERS: Final = 5
_LONGEST_PATTERN: Final = 11  # A longer one is long enough for a password by itself.


class PermittedCharactersValidator:
    """Refuses what no keyboard types reliably (RFC 8265, Section 4.2)."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for control characters, joiners and characters not assigned."""
        try:
            prepare(password)
        except UnicodeError as error:
            raise ValidationError(
                _(
                    "The password holds a character that cannot be typed everywhere, such as a "
                    "control character or a combined emoji. Choose another one."
                ),
                code="password_characters",
            ) from error

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return _("Your password can hold letters, digits, spaces and signs of any language.")


class RepetitionValidator:
    """Refuses one character or a short pattern, repeated."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for ``aaaaaaaaaaaa``, ``abcabcabcabc`` or ``121212121212``."""
        folded = password.casefold()
        is_pattern = any(
            folded == (folded[:length] * len(folded))[: len(folded)]
            for length in range(1, min(_LONGEST_PATTERN, len(folded) // 2) + 1)
        )
        if is_pattern or len(set(folded)) < _FEWEST_CHARACTERS:
            raise ValidationError(
                _("The password repeats a few characters. Choose one that does not."),
                code="password_repeats",
            )

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return _("Your password can’t be a few characters repeated, such as “abcabcabcabc”.")


class OwnWordsValidator:
    """Refuses what is little more than the person's name, address or company."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError if less than six characters are left without those words."""
        rest = password.casefold()
        for word in sorted(_words_of(user), key=len, reverse=True) if user else ():
            rest = rest.replace(word, "")
        if len(rest) < min(_LEAST_OF_ONES_OWN, len(password)):
            raise ValidationError(
                _(
                    "The password is little more than your name, address or company. Choose one "
                    "that nobody who knows you would try."
                ),
                code="password_of_own_words",
            )

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return _("Your password can’t be made of your name, your address or your company’s name.")


def _words_of(user: User) -> set[str]:
    known = (
        *(
            user.user_name,
            user.email,
            user.user_name.partition("@")[0],
            user.email.partition("@")[0],
        ),
        *(user.given_name, user.family_name, user.display_name, user.company),
    )
    whole = {text.casefold() for text in known}
    parts = {part for text in whole for part in re.split(r"[\W_]+", text)}
    return {word for word in whole | parts if len(word) >= _SHORTEST_WORD}
