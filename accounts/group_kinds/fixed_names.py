"""What roles and access profiles are called where they stand beside directory groups.

An identity provider finds its own groups by name.  It must not meet a role by accident, so these
names say what they are of; only those that a role or a profile really has are taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils import translation

from accounts.models import Role
from naming.nicknames import compared_nickname

if TYPE_CHECKING:
    from collections.abc import Iterable

ROLE_PREFIX: Final = "Role: "
PROFILE_PREFIX: Final = "Access profile: "
_COMPARED_PREFIXES: Final = tuple(
    f"{compared_nickname(prefix.strip())} " for prefix in (ROLE_PREFIX, PROFILE_PREFIX)
)


def _role_names() -> dict[str, str]:
    # In English, because on the wire nobody has a language.
    with translation.override("en"):
        return {role.value: f"{ROLE_PREFIX}{role.label}" for role in Role}


ROLE_NAMES: Final = _role_names()
"""The name of the group of each role, by the role's value."""


def profile_group_name(name: str) -> str:
    """Return the name of the group of the access profile called ``name``."""
    return f"{PROFILE_PREFIX}{name}"


def may_be_fixed(display_name: str) -> bool:
    """Whether a name looks like that of a role or profile; nearly none does."""
    return compared_nickname(display_name).startswith(_COMPARED_PREFIXES)


def is_fixed(display_name: str, profile_names: Iterable[str]) -> bool:
    """Whether a role, or one of the profiles with these names, is called so as a group."""
    taken = (*ROLE_NAMES.values(), *map(profile_group_name, profile_names))
    return compared_nickname(display_name) in map(compared_nickname, taken)
