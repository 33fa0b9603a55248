"""What needs somebody at applications: each line leads to where it is decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.applications.standing import FAILED, NOW, SET_ASIDE
from console.applications.words import how_long_ago
from console.dashboard.attention import Need
from console.dashboard.rights import changes, sees, url
from provisioning.models import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from accounts.models import User
    from provisioning.engine.troubles import Troubles
    from provisioning.models import Application


@dataclass(frozen=True, slots=True)
class _Places:
    """The pages of one application that somebody may open; empty for others."""

    overview: str
    held: str
    log: str
    conflicts: str
    imports: str
    decides: bool


def of_applications(
    user: User,
    applications: Iterable[Application],
    troubles: Mapping[int, Troubles],
    undecided: Mapping[int, int],
) -> Iterator[Need]:
    """Yield what waits for somebody at these applications, of which ``user`` sees the pages."""
    for application in applications:
        places = _places(user, application)
        yield from _about(application, troubles[application.pk], places)
        waits = undecided.get(application.pk, 0)
        if waits and places.imports:
            yield _import(application, waits, places.imports)


def _about(application: Application, found: Troubles, places: _Places) -> Iterator[Need]:
    names = {"name": application.name}
    if application.quarantined_at is not None:
        yield _stopped(application, found, places.overview)
    with_access = found.kept + found.active_again
    if with_access:
        what = ngettext(
            "%(n)s person who left has access to %(name)s",
            "%(n)s people who left have access to %(name)s",
            with_access,
        )
        yield Need(
            kind="bad",
            what=what % {"n": with_access, **names},
            meaning=_("It does not let them go, or somebody there let them in again."),
            page=places.overview,
            button=_("See who"),
        )
    yield from _stuck(application, found, places)
    if found.held:
        what = ngettext(
            "%(n)s removal from %(name)s is held",
            "%(n)s removals from %(name)s are held",
            found.held,
        )
        yield Need(
            kind="warn",
            what=what % {"n": found.held, **names},
            meaning=_(
                "More would go at once than you allow. Nobody loses access until you say so."
            ),
            page=places.held,
            button=_("Look and decide") if places.decides else _("Look at them"),
        )
    if found.conflicts and places.conflicts:
        what = ngettext(
            "%(n)s conflict at %(name)s waits for a decision",
            "%(n)s conflicts at %(name)s wait for a decision",
            found.conflicts,
        )
        yield Need(
            kind="warn",
            what=what % {"n": found.conflicts, **names},
            meaning=_("Accounts there may be your people's already."),
            page=f"{places.conflicts}&{urlencode({'state__exact': Conflict.State.OPEN})}",
            button=_("Decide"),
        )


def _stopped(application: Application, found: Troubles, page: str) -> Need:
    waits = ngettext(
        "%(n)s change waits. Nothing is lost: it goes out as soon as this is mended.",
        "%(n)s changes wait. Nothing is lost: they go out as soon as this is mended.",
        found.waiting,
    ) % {"n": found.waiting}
    assert application.quarantined_at is not None  # noqa: S101 - asked by the caller
    since = how_long_ago(application.quarantined_at)
    return Need(
        kind="bad",
        what=_("%(name)s has been stopped for %(since)s")
        % {"name": application.name, "since": since},
        meaning=f"{application.quarantine_reason} {waits if found.waiting else ''}".strip(),
        page=page,
        button=_("See what happened"),
    )


def _stuck(application: Application, found: Troubles, places: _Places) -> Iterator[Need]:
    if found.failed:
        what = ngettext(
            "%(n)s change failed at %(name)s", "%(n)s changes failed at %(name)s", found.failed
        )
        yield Need(
            kind="warn",
            what=what % {"n": found.failed, "name": application.name},
            meaning=_("They are not tried again by themselves. The log says why."),
            page=_standing(places.log, FAILED) or places.overview,
            button=_("See why"),
        )
    if found.quarantined:
        what = ngettext(
            "%(n)s person or group is set aside at %(name)s",
            "%(n)s people or groups are set aside at %(name)s",
            found.quarantined,
        )
        yield Need(
            kind="warn",
            what=what % {"n": found.quarantined, "name": application.name},
            meaning=_("They were refused again and again. The rest goes on."),
            page=_standing(places.log, SET_ASIDE) or places.overview,
            button=_("See why"),
        )


def _import(application: Application, waits: int, page: str) -> Need:
    what = ngettext(
        "%(n)s account that an import found at %(name)s waits for a decision",
        "%(n)s accounts that an import found at %(name)s wait for a decision",
        waits,
    )
    return Need(
        kind="busy",
        what=what % {"n": waits, "name": application.name},
        meaning=_("Link them, take them in, or leave them alone."),
        page=page,
        button=_("Decide"),
    )


def _places(user: User, application: Application) -> _Places:
    of_it = f"?{urlencode({'application__id__exact': application.pk})}"

    def listed(model: str) -> str:
        if not sees(user, f"provisioning.{model}"):
            return ""
        return url(f"provisioning_{model}_changelist") + of_it

    decides = changes(user, "provisioning.application")
    return _Places(
        overview=url("provisioning_application_change", application.pk),
        held=url("provisioning_application_held", application.pk),
        log=listed("operation"),
        conflicts=listed("conflict"),
        imports=url("provisioning_application_import", application.pk) if decides else "",
        decides=decides,
    )


def _standing(log: str, now: str) -> str:
    return f"{log}&{urlencode({NOW: now})}" if log else ""
