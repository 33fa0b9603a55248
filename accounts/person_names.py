"""What a person is called where no attribute in particular is asked for, in Python and in SQL.

It is the display name, else given and family name, else the user name.  A mail, a page, the trail
and the ``display`` of a SCIM member say the same of the same person, as all ask here.
"""

from __future__ import annotations

from typing import Final

LONGEST_BESIDE_USER_NAME: Final = 240
"""Characters of a name that stand before the user name."""


def person_name(*, display_name: str, given_name: str, family_name: str, user_name: str) -> str:
    """Return what the person with these names is called."""
    return display_name or f"{given_name} {family_name}".strip(" ") or user_name


def name_beside_user_name(name: str, user_name: str) -> str:
    """Return a :func:`person_name` with the user name beside it, which tells namesakes apart."""
    return user_name if name == user_name else f"{name[:LONGEST_BESIDE_USER_NAME]} ({user_name})"


def person_name_sql(row: str) -> str:
    """Return the SQL expression of :func:`person_name` for the row ``row`` of the users."""
    return (
        f"COALESCE(NULLIF({row}.display_name, ''), "
        f"NULLIF(btrim({row}.given_name || ' ' || {row}.family_name), ''), {row}.user_name)"
    )


def name_beside_user_name_sql(row: str) -> str:
    """Return the SQL expression of :func:`name_beside_user_name` for that row."""
    name = person_name_sql(row)
    return (
        f"CASE WHEN {name} = {row}.user_name THEN {row}.user_name ELSE "
        f"left({name}, {LONGEST_BESIDE_USER_NAME}) || ' (' || {row}.user_name || ')' END"
    )
