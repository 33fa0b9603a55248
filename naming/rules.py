"""The rules by which names are compared, each as one value to hand around."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from naming import addresses, nicknames

if TYPE_CHECKING:
    from collections.abc import Callable


class NameRule(NamedTuple):
    """How one kind of name is compared.

    Attributes:
        is_plain: Whether a name is prepared by lower case alone.
        compared: The form of a name that is looked for.
        folded: The form of a part of a name that is looked for.
    """

    is_plain: Callable[[str], bool]
    compared: Callable[[str], str]
    folded: Callable[[str], str]


USER_NAMES: Final = NameRule(addresses.is_plain, addresses.compared_address, addresses.folded)
GROUP_NAMES: Final = NameRule(nicknames.is_plain, nicknames.compared_nickname, nicknames.folded)
