"""Salts that accounts with one address share, across tenants.

A tenant learns nothing by it: nobody is shown a hash or a salt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.core.cache import cache
from django.db import connection

from accounts.secrets.passwords import salt_of
from accounts.storage.finding import accounts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User

MOST_SALTS: Final = 3
"""More than so many different salts at one address are not tried: a mail resets the rest."""

_REMEMBERED_SECONDS: Final = 60 * 60
_PLACE: Final = "accounts.storage.salts.most_at_one_address"
_MOST_AT_ONE_ADDRESS: Final = """
WITH salted AS (
    SELECT user_name_ci, email_ci, regexp_replace(password, '[$][^$]*$', '') AS salt
    FROM accounts_user WHERE active AND password NOT LIKE '!%%'
), addressed AS (
    SELECT user_name_ci AS address, salt FROM salted
    UNION SELECT email_ci, salt FROM salted WHERE email_ci <> ''
)
SELECT coalesce(max(salts), 1)
FROM (SELECT count(*) AS salts FROM addressed GROUP BY address) AS counted
"""


def shared_salt(user: User) -> str:
    """Return the salt of another account that is reached by an address of ``user``, or nothing."""
    for address in filter(None, (user.user_name, user.email)):
        for account in accounts_of(address):
            salt = salt_of(account.password)
            if account.pk != user.pk and salt:
                return salt
    return ""


def hashes_of_an_answer(stored: Sequence[str]) -> int:
    """Return how many hashes any answer costs now, in which an address with ``stored`` has part.

    It is one, unless accounts at some address were given their passwords apart: before salts were
    shared, or under addresses that differed then.  It is found out once an hour, or when an
    address turns up that needs more; each such account shares the salt from its next sign-in on.
    """
    needed = min(len({encoded.rpartition("$")[0] for encoded in stored}), MOST_SALTS)
    known = cache.get(_PLACE)
    if known is None or known < needed:
        known = max(_most_at_one_address(), needed)
        cache.set(_PLACE, known, timeout=_REMEMBERED_SECONDS)
    return int(known)


def _most_at_one_address() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_MOST_AT_ONE_ADDRESS)
        row = cursor.fetchone()
    return min(int(row[0]), MOST_SALTS) if row else 1
