"""Finding the person that a user name or an address means.

The one rule, for every door: it means whoever is called so (``userName``), else the only one who
has the address, else nobody, because several have it.  Somebody who has been called since before
names were prepared what nobody could be called today is found by exactly that.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, Q, Value
from django.db.models.functions import Collate, Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from accounts.errors import AmbiguousAddressError
from accounts.models import DirectoryGroup, User
from accounts.models.users import UNICODE_COLLATION
from accounts.names import IS_MARKED, MARK
from accounts.storage.parts import Part
from accounts.storage.prepared import prepared_cursor
from accounts.tenancy.scoping import active_tenant_id
from accounts.tenancy.unscoped import every_tenant
from naming import nicknames
from naming.addresses import compared_address, is_plain
from naming.nicknames import compared_nickname

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

# What it takes to sign in; the rest is read when it is asked for.
_NEEDED: Final = frozenset(
    {
        *("id", "tenant_id", "user_name", "email", "password", "active", "role"),
        *("display_name", "given_name", "family_name"),
    }
)
_COLUMNS: Final = tuple(
    field.attname for field in User._meta.concrete_fields if field.attname in _NEEDED
)
_CALLED_SO_BEFORE: Final = (
    f"({IS_MARKED.format(column='found.user_name_ci')} "
    f"AND lower(found.user_name COLLATE {UNICODE_COLLATION}) "
    f"= lower(%s::text COLLATE {UNICODE_COLLATION}))"
)
_PLAIN: Final = (
    "SELECT found.*, (found.user_name_ci = %s)::int AS rank FROM accounts_user found "
    "WHERE found.tenant_id = %s AND (found.user_name_ci = %s OR found.email_ci = %s) "
    "ORDER BY rank DESC, id LIMIT 2"
)
_UNUSUAL: Final = (
    f"SELECT found.*, CASE WHEN {_CALLED_SO_BEFORE} THEN 2 "  # noqa: S608 - constants of ours
    "WHEN found.user_name_ci = %s THEN 1 ELSE 0 END AS rank FROM accounts_user found "
    f"WHERE found.tenant_id = %s AND ({_CALLED_SO_BEFORE} "
    "OR found.user_name_ci = %s OR found.email_ci = %s) ORDER BY rank DESC, id LIMIT 2"
)
_MANY_CALLED_SO_BEFORE: Final = (
    "SELECT asked.address, found.id "  # noqa: S608 - constants of ours
    "FROM unnest(%s::text[]) AS asked (address) JOIN accounts_user found "
    f"ON found.tenant_id = %s AND {IS_MARKED.format(column='found.user_name_ci')} "
    f"AND lower(found.user_name COLLATE {UNICODE_COLLATION}) "
    f"= lower(asked.address COLLATE {UNICODE_COLLATION})"
)
_SELECTED: Final = (
    f"SELECT {', '.join(_COLUMNS)}, rank "  # noqa: S608 - the model's own columns
    "FROM ({candidates}) candidate"
)


def candidates(address: str) -> Part:
    """Return the statement for the rows of the active tenant that ``address`` may mean.

    At most two, the best first.  ``rank`` is above 0 where it is what somebody is called, and no
    two rows have the same one above.  The text is one of two.
    """
    tenant, key = active_tenant_id(), compared_address(address)
    if is_plain(address):
        return Part(_PLAIN, (key, tenant, key, key))
    return Part(_UNUSUAL, (address, key, tenant, address, key, key))


def sought(address: str) -> Part:
    """Return the statement for what :func:`the_one` chooses from."""
    search = candidates(address)
    return Part(_SELECTED.format(candidates=search.sql), search.params)


def the_one(rows: Sequence[Sequence[Any]], address: str) -> User | None:
    """Return whom ``address`` means of the rows that :func:`sought` has selected.

    Columns that signing in does not need are read when they are asked for.

    Raises:
        AmbiguousAddressError: Several have it, and it is nobody's user name.
    """
    if not rows:
        return None
    best = max(rows, key=itemgetter(-1))
    if len(rows) > 1 and not best[-1]:
        raise ambiguous(address)
    return User.from_db(DEFAULT_DB_ALIAS, _COLUMNS, best[:-1])


def find_person(address: str) -> User | None:
    """Return the user of the active tenant whom ``address`` means, active or not.

    Raises:
        AmbiguousAddressError: Several have it, and it is nobody's user name.
    """
    search = sought(address)
    with prepared_cursor() as cursor:
        cursor.execute(search.sql, search.params)
        return the_one(cursor.fetchall(), address)


def meaning(address: str) -> Q:
    """Return the condition for everybody whom ``address`` may mean, in every tenant in scope."""
    key = compared_address(address)
    means = Q(user_name_ci=key) | Q(email_ci=key)
    return means if is_plain(address) else means | _called_so_before(address)


def accounts_of(address: str) -> list[User]:
    """Return the active accounts, in any tenant, with this user name or e-mail address."""
    with every_tenant():
        return list(
            User.objects.select_related("tenant")
            .filter(meaning(address.strip()), active=True)
            .order_by("id")[:20]
        )


def account_with(user_id: str) -> User | None:
    """Return the account with this id if it is active, in any tenant."""
    with every_tenant():
        return User.objects.select_related("tenant").filter(pk=user_id, active=True).first()


def find_people(addresses: Collection[str]) -> dict[str, list[User]]:
    """Return for each address whom it may mean: one person, or several, or nobody.

    As :func:`find_person`, for many addresses with one statement; those that are not plain take
    one or two more together.
    """
    keys = {address: compared_address(address) for address in addresses}
    wanted = set(keys.values())
    called: dict[str, User] = {}
    reached: dict[str, list[User]] = {}
    for user in User.objects.filter(Q(user_name_ci__in=wanted) | Q(email_ci__in=wanted)):
        called[user.user_name_ci] = user
        reached.setdefault(user.email_ci, []).append(user)
    before = _called_so_before_of([each for each in keys if not is_plain(each)])
    found: dict[str, list[User]] = {}
    for address, key in keys.items():
        named = before.get(address) or called.get(key)
        found[address] = [named] if named else reached.get(key, [])
    return found


def find_groups(names: Collection[str]) -> dict[str, UUID]:
    """Return the directory group that each name means, by the name; unknown ones are left out."""
    keys = {name: compared_nickname(name) for name in names}
    rows = DirectoryGroup.objects.filter(display_name_ci__in=set(keys.values()))
    groups = dict(rows.values_list("display_name_ci", "pk"))
    found = {name: groups[key] for name, key in keys.items() if key in groups}
    for name in names:
        if not nicknames.is_plain(name):
            before = DirectoryGroup.objects.filter(_called_so_before(name, "display_name")).first()
            if before is not None:
                found[name] = before.pk
    return found


def _called_so_before(name: str, column: str = "user_name") -> Q:
    folded = Lower(Collate(Value(name), UNICODE_COLLATION))
    same = Exact(Lower(Collate(F(column), UNICODE_COLLATION)), folded)
    return Q(same, (f"{column}_ci__startswith", MARK))


def _called_so_before_of(addresses: Sequence[str]) -> dict[str, User]:
    """Return by its address who has been called so since before names were prepared."""
    if not addresses:
        return {}
    with prepared_cursor() as cursor:
        cursor.execute(_MANY_CALLED_SO_BEFORE, (list(addresses), active_tenant_id()))
        keys = dict(cursor.fetchall())
    people = User.objects.in_bulk(set(keys.values())) if keys else {}
    return {address: people[key] for address, key in keys.items() if key in people}


def ambiguous(address: str) -> AmbiguousAddressError:
    """Return the refusal to choose among several people with one address."""
    return AmbiguousAddressError(
        _(
            "Several people of this company have the address “%(address)s”, and it is nobody's "
            "user name. Use the user name or the id of the person."
        )
        % {"address": address[:100]}
    )
