"""Names as the rows hold them: the maker's refusals in words, and rows from before there was one.

Beside each name that must be unique stands the form in which it is compared, made by
:mod:`naming`.  Somebody whose name was given before names were prepared, and cannot be prepared
now or is one name with somebody else's, is *marked*: their compared form begins with
:data:`MARK`, which no prepared form holds, and their id.  They go on under what they are called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NameNotPermittedError
from naming.addresses import folded as folded_address
from naming.addresses import prepared_address
from naming.errors import NameObjectionError, Objection
from naming.nicknames import prepared_nickname

if TYPE_CHECKING:
    from collections.abc import Callable

MARK: Final = "\x1f"
IS_MARKED: Final = r"{column} LIKE E'\x1f%%'"
"""SQL for rows that are marked; an index knows them."""
FOLDED: Final = "split_part({column}, chr(31), -1)"
"""SQL for what part of a name is looked for in, of marked rows and of others."""

_SENTENCES: Final = {
    Objection.EMPTY: gettext_lazy("%(name)s must not be empty."),
    Objection.EDGES: gettext_lazy(
        "%(name)s begins or ends with white space, as a whole or beside its “@”. Remove it."
    ),
    Objection.INVISIBLE: gettext_lazy(
        "%(name)s holds a control character or one that nobody sees, %(character)s. Remove it."
    ),
    Objection.CHARACTER: gettext_lazy(
        "%(name)s holds %(character)s, which names may not have. Use letters, digits and the "
        "signs of a keyboard."
    ),
    Objection.DIRECTIONS: gettext_lazy(
        "%(name)s mixes writing from right to left with writing from left to right. Use one."
    ),
    Objection.DOMAIN: gettext_lazy("%(name)s has no valid domain after its “@”. Correct it."),
    Objection.LENGTH: gettext_lazy("%(name)s is too long. Shorten it."),
}


def user_name_key(user_name: str) -> str:
    """Return the form in which a user name is compared.

    Raises:
        NameNotPermittedError: Nobody can be called so.
    """
    return _key(prepared_address, user_name, _("The userName"))


def email_key(address: str) -> str:
    """Return the form in which an e-mail address is compared; no address stays none.

    Nothing rests on an address being a name, so one that is unusual is folded only.

    Raises:
        NameNotPermittedError: It has white space at its edges, or characters that nobody sees.
    """
    if not address:
        return ""
    try:
        return prepared_address(address)
    except NameObjectionError as error:
        if error.objection in {Objection.EDGES, Objection.INVISIBLE}:
            raise _refusal(error, _("The e-mail address")) from error
        return folded_address(address)


def group_name_key(name: str) -> str:
    """Return the form in which the name of a group is compared.

    Raises:
        NameNotPermittedError: No group can be called so.
    """
    return _key(prepared_nickname, name, _("The displayName of the group"))


def profile_name_key(name: str) -> str:
    """Return the form in which the name of an access profile is compared.

    Raises:
        NameNotPermittedError: No profile can be called so.
    """
    return _key(prepared_nickname, name, _("The name of the access profile"))


def _key(maker: Callable[[str], str], name: str, what: str) -> str:
    try:
        return maker(name)
    except NameObjectionError as error:
        raise _refusal(error, what) from error


def objection_in_words(error: NameObjectionError, what: str) -> str:
    """Return the sentence for why ``what`` cannot be called so, and what to do."""
    named = f"U+{ord(error.character):04X}" if error.character else ""
    return str(_SENTENCES[error.objection]) % {"name": what, "character": named}


def _refusal(error: NameObjectionError, what: str) -> NameNotPermittedError:
    return NameNotPermittedError(objection_in_words(error, what))
