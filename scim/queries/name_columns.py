"""Columns that hold a name as it is compared: what a filter says of them, as SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from accounts.group_kinds.fixed_names import profile_group_name
from accounts.models.users import UNICODE_COLLATION
from accounts.names import FOLDED, IS_MARKED
from accounts.tenancy.scoping import active_tenant_id
from naming.rules import GROUP_NAMES, USER_NAMES

if TYPE_CHECKING:
    from typing import Any

    from naming.rules import NameRule


@dataclass(frozen=True, slots=True)
class NameColumn:
    """A column ``key`` that holds names as ``rule`` compares them.

    ``marked`` is SQL for the key of the row of a tenant that is called so since before names were
    prepared; its places stand for the tenant and the name, in turns.
    """

    key: str
    rule: NameRule
    marked: str

    @property
    def text(self) -> str:
        """SQL for the text in which a part of a name is looked for."""
        return FOLDED.format(column=self.key)

    def equal(self, name: str) -> tuple[str, tuple[Any, ...]]:
        """Return the condition "is called ``name``", with its values."""
        compared = self.rule.compared(name)
        if self.rule.is_plain(name):
            return f"({self.key} = %s)", (compared,)
        places = self.marked.count("%s") // 2
        return (
            f"({self.key} = coalesce(({self.marked} LIMIT 1), %s))",
            (*(active_tenant_id(), name) * places, compared),
        )


KEY_OF_PROFILE: Final = (
    "regexp_replace({column}, '([^' || chr(31) || ']*)$', "
    f"'{GROUP_NAMES.compared(profile_group_name('x'))[:-1]}\\1')"
)
"""SQL for the form in which the name of a profile is compared as that of a group."""


def _marked(table: str, name: str, key: str = "{column}", prefix: str = "") -> str:
    column = f"{name}_ci"
    return (
        f"SELECT {key.format(column=column)} FROM {table} "
        f"WHERE tenant_id = %s AND {IS_MARKED.format(column=column)} "
        f"AND lower('{prefix}' || {name} COLLATE {UNICODE_COLLATION}) "
        f"= lower(%s::text COLLATE {UNICODE_COLLATION})"
    )


NAMES_OF_PEOPLE: Final = NameColumn(
    "u.user_name_ci", USER_NAMES, _marked("accounts_user", "user_name")
)
NAMES_OF_GROUPS: Final = NameColumn(
    "g.display_name_ci",
    GROUP_NAMES,
    f"{_marked('accounts_directorygroup', 'display_name')} "
    "UNION ALL "
    f"{_marked('accounts_accessprofile', 'name', KEY_OF_PROFILE, profile_group_name(''))}",
)
