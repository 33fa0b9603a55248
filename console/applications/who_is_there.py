"""Who is at an application, in numbers: what the pages say before everybody leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from provisioning.models import Link


@dataclass(frozen=True, slots=True)
class There:
    """People and groups there that we have made, and those that were there before us."""

    people_made: int
    people_before: int
    groups_made: int
    groups_before: int

    def in_words(self) -> str:
        """Return how many people and groups there are; nothing if there are none."""
        return _listed(
            _people(self.people_made + self.people_before),
            _groups(self.groups_made + self.groups_before),
        )

    def if_removed(self) -> list[str]:
        """Return what becomes of each of them, if they are removed there first."""
        gone = _listed(_people(self.people_made), _groups(self.groups_made))
        before = _listed(_people(self.people_before), _groups(self.groups_before))
        made = _("If you remove those that we made: %(what)s are deleted there.")
        kept = _(
            "Those that were there before us stay: %(what)s. The people are deactivated, and the "
            "groups lose the members that we put in."
        )
        return [
            *([made % {"what": gone}] if gone else []),
            *([kept % {"what": before}] if before else []),
        ]


def who_is_there(links: QuerySet[Link]) -> There:
    """Return the numbers of what is linked."""
    of_kind = {"people": Q(kind=Kind.USER), "groups": Q(kind=Kind.GROUP)}
    whose = {"made": Q(adopted=False), "before": Q(adopted=True)}
    counted = links.exclude(remote_id="").aggregate(
        **{
            f"{kind}_{made}": Count("pk", filter=is_kind & is_made)
            for kind, is_kind in of_kind.items()
            for made, is_made in whose.items()
        }
    )
    return There(**counted)


def _people(count: int) -> str:
    return ngettext("%(n)s person", "%(n)s people", count) % {"n": count} if count else ""


def _groups(count: int) -> str:
    return ngettext("%(n)s group", "%(n)s groups", count) % {"n": count} if count else ""


def _listed(*parts: str) -> str:
    return _(" and ").join(part for part in parts if part)
