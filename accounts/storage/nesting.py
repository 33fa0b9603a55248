"""The closure of directory groups: those around some, and those nested in them.

Parts of statements, for ``WITH RECURSIVE``: PostgreSQL follows the nesting, however deep it is and
whether or not it goes in a circle.  Nobody else writes the recursion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING: Final[Mapping[str, str]] = {}
_CLOSURE: Final = """{name}({columns}) AS (
        {start}
        UNION
        SELECT {step} FROM accounts_directorygroupmember edge
        JOIN {name} ON edge.{near} = {name}.group_id
        WHERE edge.tenant_id = {tenant}{only_groups}
    )"""


def closure_above(
    start: str,
    *,
    name: str = "above",
    carried: Mapping[str, str] = _NOTHING,
    tenant: str = "%(tenant)s",
) -> str:
    """Return the expression ``name`` for the groups that ``start`` selects and those around them.

    Its columns are those of ``carried``, each with what it is one step further up, and
    ``group_id``; ``start`` selects them in this order.  ``tenant`` is whose groups they are.
    """
    step = ", ".join([*carried.values(), "edge.group_id"])
    return _CLOSURE.format(
        name=name,
        columns=", ".join([*carried, "group_id"]),
        start=start,
        step=step,
        near="member_group_id",
        tenant=tenant,
        only_groups="",
    )


def closure_below(
    start: str,
    *,
    name: str = "below",
    carried: Mapping[str, str] = _NOTHING,
    tenant: str = "%(tenant)s",
) -> str:
    """Do as :func:`closure_above` for the groups that are nested in those of ``start``."""
    return _CLOSURE.format(
        name=name,
        columns=", ".join([*carried, "group_id"]),
        start=start,
        step=", ".join([*carried.values(), "edge.member_group_id"]),
        near="group_id",
        tenant=tenant,
        only_groups=" AND edge.member_group_id IS NOT NULL",
    )
