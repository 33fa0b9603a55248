"""What a deletion takes away, as sentences for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from accounts.services.losses import LossOfGroups, LossOfPeople, LossOfProfiles

SHOWN_NAMES = 10


def words_for_people(loss: LossOfPeople) -> list[str]:
    """Say what goes with people."""
    return [
        *words_for_sessions(loss.sessions),
        *_roles(loss.roles, _("%(n)s with the role %(role)s.")),
        *_counted(
            loss.groups,
            ngettext(
                "Membership of %(n)s directory group, with what it gives.",
                "Membership of %(n)s directory groups, with what they give.",
                loss.groups,
            ),
        ),
        *_counted(
            loss.profiles,
            ngettext(
                "Membership of %(n)s access profile.",
                "Membership of %(n)s access profiles.",
                loss.profiles,
            ),
        ),
        *_counted(
            loss.links,
            ngettext(
                "%(n)s invitation or sign-in link no longer works.",
                "%(n)s invitations or sign-in links no longer work.",
                loss.links,
            ),
        ),
        *_counted(
            loss.recovery_codes,
            ngettext(
                "%(n)s recovery code no longer works.",
                "%(n)s recovery codes no longer work.",
                loss.recovery_codes,
            ),
        ),
    ]


def words_for_sessions(sessions: int) -> list[str]:
    """Say how many browsers are signed out."""
    text = ngettext(
        "%(n)s signed-in browser is signed out.",
        "%(n)s signed-in browsers are signed out.",
        sessions,
    )
    return list(_counted(sessions, text))


def words_for_groups(loss: LossOfGroups) -> list[str]:
    """Say what people lose with directory groups."""
    return [
        *_counted(
            loss.people,
            ngettext(
                "%(n)s person is no longer a member. The account stays.",
                "%(n)s people are no longer members. The accounts stay.",
                loss.people,
            ),
        ),
        *_counted(
            loss.nested,
            ngettext(
                "%(n)s nested group is no longer a member. The group stays.",
                "%(n)s nested groups are no longer members. The groups stay.",
                loss.nested,
            ),
        ),
        *_counted(
            loss.around,
            ngettext(
                "What %(n)s group around it gives no longer reaches them.",
                "What %(n)s groups around it give no longer reaches them.",
                loss.around,
            ),
        ),
        *_roles(loss.roles, _("The role %(role)s of %(n)s people, unless another group gives it.")),
        *_counted(
            loss.profiles,
            ngettext(
                "%(n)s access profile that it gives its members.",
                "%(n)s access profiles that it gives its members.",
                loss.profiles,
            ),
        ),
    ]


def words_for_profiles(loss: LossOfProfiles) -> list[str]:
    """Say who loses access profiles."""
    return [
        *_counted(
            loss.people,
            ngettext(
                "%(n)s person loses what it lets them see.",
                "%(n)s people lose what it lets them see.",
                loss.people,
            ),
        ),
        *_counted(
            loss.groups,
            ngettext(
                "%(n)s directory group no longer gives it.",
                "%(n)s directory groups no longer give it.",
                loss.groups,
            ),
        ),
    ]


def words_for_domains(verified: int) -> list[str]:
    """Say what no claim of a domain means for sign-in."""
    return list(
        _counted(
            verified,
            ngettext(
                "%(n)s verified domain: its addresses do not go straight to the identity provider.",
                "%(n)s verified domains: their addresses do not go straight to the identity "
                "provider.",
                verified,
            ),
        )
    )


def words_for_seats(seats: Mapping[str, int]) -> list[str]:
    """Say how many seats of each product become free."""
    named = list(seats.items())[:SHOWN_NAMES]
    rest = sum(seats.values()) - sum(count for _product, count in named)
    lines = [
        ngettext(
            "%(n)s seat of %(product)s becomes free.",
            "%(n)s seats of %(product)s become free.",
            count,
        )
        % {"n": count, "product": product}
        for product, count in named
    ]
    more = ngettext(
        "%(n)s seat of further products becomes free.",
        "%(n)s seats of further products become free.",
        rest,
    )
    return [*lines, *_counted(rest, more)]


def _roles(roles: Mapping[str, int], sentence: str) -> Iterator[str]:
    for role, count in roles.items():
        yield sentence % {"role": Role(role).label, "n": count}


def _counted(count: int, sentence: str) -> Iterator[str]:
    if count:
        yield sentence % {"n": count}
