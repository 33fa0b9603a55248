"""Which licences the directory groups of one person give, and by which group each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.db import connection

from accounts.storage.nesting import closure_above
from accounts.tenancy.scoping import active_tenant_id

if TYPE_CHECKING:
    from uuid import UUID

_AROUND: Final = closure_above(
    """SELECT group_id FROM accounts_directorygroupmember
        WHERE tenant_id = %(tenant)s AND user_id = %(person)s"""
)
_GIVEN: Final = f"""
WITH RECURSIVE {_AROUND}
SELECT DISTINCT ON (given.subscription_id) given.subscription_id, product.name, found.id,
    found.display_name
FROM above
JOIN licenses_grouplicense given
    ON given.tenant_id = %(tenant)s AND given.group_id = above.group_id
JOIN licenses_subscription bought
    ON bought.tenant_id = %(tenant)s AND bought.id = given.subscription_id
JOIN licenses_product product ON product.id = bought.product_id
JOIN accounts_directorygroup found
    ON found.tenant_id = %(tenant)s AND found.id = given.group_id
ORDER BY given.subscription_id, found.display_name_ci, found.id
"""  # noqa: S608 - parts of ours


class Given(NamedTuple):
    """A licence that a group gives its members, and the first group by name that gives it."""

    subscription_id: int
    product: str
    group_id: UUID
    group: str


def given_by_groups(person: UUID) -> dict[int, Given]:
    """Return by subscription what the groups of a person of the active tenant give them."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, {"tenant": active_tenant_id(), "person": person})
        return {row[0]: Given(*row) for row in cursor.fetchall()}
