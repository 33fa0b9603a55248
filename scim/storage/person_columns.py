"""The columns of a person, as statements for SCIM read them; the row of the table is ``u``."""

from __future__ import annotations

from typing import Final

from accounts.models import User
from accounts.services.users import USER_FIELD_NAMES
from accounts.storage.groups_of_people import groups_as_json
from licenses.storage.seats import holds_seat

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
STATE: Final = f"u.xmin::text, u.active AND {holds_seat('u')}"
WITH_GROUPS_AND_STATE: Final = f"{WITH_GROUPS}, {STATE}"
PERSON: Final = f"{User._meta.db_table} AS u"
