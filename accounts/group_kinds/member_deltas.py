"""A change of a group's members, said without naming those who stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils.translation import gettext as _

from accounts.errors import UnknownMemberError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from uuid import UUID

SHOWN_IN_ERRORS = 5
IDS_IN_ONE_ENTRY = 1_000
"""Members that one entry of the audit trail names; more are spread over several entries."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDelta:
    """One step: first some members leave, then others join.

    ``remove_others`` lets everybody leave who is not in ``add``.
    """

    add: tuple[UUID, ...] = ()
    remove: tuple[UUID, ...] = ()
    remove_others: bool = False

    @property
    def removes(self) -> bool:
        """Whether anybody may leave."""
        return self.remove_others or bool(self.remove)


def refuse_unknown(missing: Collection[UUID]) -> None:
    """Refuse when members were named that do not exist in the active tenant.

    Raises:
        UnknownMemberError: ``missing`` is not empty; the message names the first few.
    """
    if missing:
        named = ", ".join(sorted(str(pk) for pk in missing)[:SHOWN_IN_ERRORS])
        raise UnknownMemberError(
            _("No such member in this company: %(members)s. Use the id of a user or group.")
            % {"members": named}
        )


def audit_details(
    added: Iterable[UUID] = (), removed: Iterable[UUID] = (), kept: Iterable[UUID] = ()
) -> Iterator[dict[str, Any]]:
    """Yield the details of the audit entries that together name everybody who joined or left.

    ``kept`` are those who would have left with a group and do so no more.  When there are more than
    :data:`IDS_IN_ONE_ENTRY` each entry says which *part* of how many it is.
    """
    named = [
        {name: list(batch)}
        for name, ids in (("added", added), ("removed", removed), ("kept", kept))
        for batch in in_batches([str(pk) for pk in ids], IDS_IN_ONE_ENTRY)
    ]
    is_split = sum(len(ids) for details in named for ids in details.values()) > IDS_IN_ONE_ENTRY
    for number, details in enumerate(named, 1):
        yield {**details, "part": number, "of": len(named)} if is_split else details


def in_batches(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """Yield ``items`` in slices of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
