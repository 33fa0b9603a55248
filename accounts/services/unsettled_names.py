"""Names from before names were prepared that nobody could be given today, and settling them.

Their rows go on as they are (:mod:`accounts.names`).  Somebody has to choose other names, or to
rename whoever is in the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from accounts.group_kinds.fixed_names import PROFILE_PREFIX, ROLE_NAMES, ROLE_PREFIX, is_fixed
from accounts.models import AccessProfile, DirectoryGroup, User
from accounts.names import MARK, objection_in_words
from accounts.storage.violations import violated_constraint
from naming.addresses import prepared_address
from naming.errors import NameObjectionError
from naming.nicknames import compared_nickname, prepared_nickname

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class _Named(NamedTuple):
    """A kind of row that has a name, and the maker of the form in which it is compared."""

    model: type[models.Model]
    column: str
    maker: Callable[[str], str]

    @property
    def unsettled(self) -> models.QuerySet[Any]:
        """The rows of the active tenant whose names are not settled, the eldest first."""
        marked = self.model._default_manager.filter(**{f"{self.column}_ci__startswith": MARK})
        return marked.order_by("created", "pk")


_KINDS: Final = (
    _Named(User, "user_name", prepared_address),
    _Named(DirectoryGroup, "display_name", prepared_nickname),
    _Named(AccessProfile, "name", prepared_nickname),
)


_UNIQUE: Final = frozenset(
    {
        "user_name_unique_in_tenant",
        "group_name_unique_in_tenant",
        "profile_name_unique_in_tenant",
    }
)


class UnsettledName(NamedTuple):
    """A name that nobody could be given today, of whom, and why."""

    row: User | DirectoryGroup | AccessProfile
    name: str
    reason: str


def unsettled_names(*, most: int | None = None) -> Iterator[UnsettledName]:
    """Yield the names of the active tenant that are not settled: of people, groups and profiles.

    At most ``most`` of each.
    """
    for kind in _KINDS:
        for row in kind.unsettled[:most]:
            name = getattr(row, kind.column)
            yield UnsettledName(row, name, _reason(kind, row, name))
    for group in _called_like_a_fixed_one()[:most]:
        yield UnsettledName(group, group.display_name, _taken_by_a_fixed_one(group))


def has_unsettled_names() -> bool:
    """Return whether the active tenant has a name that is not settled."""
    is_marked = any(kind.unsettled.exists() for kind in _KINDS)
    return is_marked or bool(_called_like_a_fixed_one())


def _called_like_a_fixed_one() -> list[DirectoryGroup]:
    """Return the directory groups called as the group of a role or an access profile is."""
    starts = models.Q()
    for prefix in (ROLE_PREFIX, PROFILE_PREFIX):
        starts |= models.Q(display_name_ci__startswith=prepared_nickname(prefix.strip()))
    found = list(DirectoryGroup.objects.filter(starts).order_by("created", "pk"))
    names = list(AccessProfile.objects.values_list("name", flat=True)) if found else []
    return [group for group in found if is_fixed(group.display_name, names)]


def _taken_by_a_fixed_one(group: DirectoryGroup) -> str:
    if compared_nickname(group.display_name) in map(compared_nickname, ROLE_NAMES.values()):
        return _(
            "Over SCIM, the group of a role is called so. The directory group goes on; give it "
            "another name, so that no identity provider takes one for the other."
        )
    return _(
        "Over SCIM, the group of an access profile is called so. The directory group goes on; "
        "give one of the two another name, so that no identity provider takes one for the other."
    )


def settle_names() -> int:
    """Settle the names of the active tenant of which nothing is in the way any more.

    Return how many there were.
    """
    return sum(_settled(kind, row) for kind in _KINDS for row in kind.unsettled)


def _settled(kind: _Named, row: Any) -> bool:
    key = f"{kind.column}_ci"
    try:
        prepared = kind.maker(getattr(row, kind.column))
        with transaction.atomic():
            as_read = kind.unsettled.filter(pk=row.pk, **{key: getattr(row, key)})
            return bool(as_read.order_by().update(**{key: prepared}))
    except NameObjectionError:
        return False
    except IntegrityError as error:
        if violated_constraint(error) not in _UNIQUE:
            raise
        return False


def _reason(kind: _Named, row: Any, name: str) -> str:
    try:
        prepared = kind.maker(name)
    except NameObjectionError as error:
        return objection_in_words(error, _("The name"))
    holder = kind.model._default_manager.filter(**{f"{kind.column}_ci": prepared}).first()
    if holder is None:
        return _("Whoever had the same name has left or has another one. Settle the names.")
    return _("It is one name with “%(other)s”. Give one of the two another name.") % {
        "other": getattr(holder, kind.column)
    }
