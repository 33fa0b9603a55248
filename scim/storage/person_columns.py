"""The columns of a person, as statements for SCIM read them; the row of the table is ``u``."""

from __future__ import annotations

from typing import Any, Final, TypedDict

from accounts.models import User
from accounts.services.users import USER_FIELD_NAMES
from accounts.storage.groups_of_people import groups_as_json
from accounts.storage.turns import deactivated_by
from licenses.storage.seats import holds_seat

TEXT_ATTRIBUTES: Final = {"displayName": "display_name"}
"""Attributes of a User that a column of the same text holds, empty where there is no value.

Whoever adds one names its column in :class:`Person` besides: it is then read, written, filtered by
and as long as the column.
"""


class Person(TypedDict):
    """A user as read from the database, by the names of the columns.

    The id and the moments are written as SCIM does.
    """

    id: str
    user_name: str
    external_id: str
    email: str
    given_name: str
    family_name: str
    display_name: str
    active: bool
    role: str
    attributes: dict[str, Any]
    created: str
    last_modified: str
    version: int


def text_attributes(person: Person) -> dict[str, str]:
    """Return those of :data:`TEXT_ATTRIBUTES` that have a value."""
    columns: dict[str, Any] = {**person}
    return {name: text for name, column in TEXT_ATTRIBUTES.items() if (text := columns[column])}


COLUMNS: Final = ("id", *USER_FIELD_NAMES, "role", "created", "last_modified", "version")
"""What is read of a person: everything that may be set, and what is shown besides."""

# As text, which is what is made of them: reading each as an object first takes longer than all
# the rest of the row.
_AS_TEXT: Final = frozenset({"id", "created", "last_modified"})
_SELECTED: Final = ", ".join(
    f"u.{column}::text" if column in _AS_TEXT else f"u.{column}" for column in COLUMNS
)
WIDTH: Final = len(COLUMNS) + 1
"""Columns of a row, the last of which holds the groups."""

WITH_GROUPS: Final = f"{_SELECTED}, {groups_as_json('u')}"
WITH_GROUPS_OF_PAGE: Final = f"{_SELECTED}, groups_of_page.list"
WITHOUT_GROUPS: Final = f"{_SELECTED}, NULL"
STATE: Final = f"u.xmin::text, u.active AND {holds_seat('u')}, {deactivated_by('u')}"
WITH_GROUPS_AND_STATE: Final = f"{WITH_GROUPS}, {STATE}"
PERSON: Final = f"{User._meta.db_table} AS u"
