"""What the first page of the console shows to somebody: only what leads to pages of theirs.

The number of statements is the same for every company, and none reads everybody, every seat or a
log: see ``tests/console/test_dashboard_costs.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Q, Sum
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access_requests.telling import requests_to_decide
from access_reviews.services.figures import reviews_late
from accounts.models import HeldChange, Tenant, User, UserCount
from accounts.services.expiry import endings
from console.base.access import ACCESS, Access, access_of
from console.base.counting import EXACT, Number
from console.base.moments import told_within
from console.dashboard import at_applications, connections, left_waiting
from console.dashboard.attention import (
    Waiting,
    most_urgent_first,
    of_connections,
    of_endings,
    of_ends,
    of_held_changes,
    of_requests,
    of_reviews,
    of_seats,
)
from console.dashboard.checklist import progress_of, steps_for
from console.dashboard.of_days import (
    charts_for,
    counts_of_days,
    first_day_of_this_week,
    new_this_week,
)
from console.dashboard.rights import sees, url
from console.dashboard.seats import Seats, seats_of
from provisioning.engine.troubles import troubles_of, undecided_of
from provisioning.services.visibility import applications_seen_by
from scim.services.silence import silent_sources
from scim.services.visibility import sources_seen_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from accounts.models.expiring import ExpiringCredential
    from console.dashboard.attention import Need
    from console.dashboard.connections import Connection


MOST_NEEDS: Final = 20
MOST_CONNECTIONS: Final = 50


def dashboard_context(user: User) -> dict[str, Any]:
    """Return what the dashboard of ``user``'s tenant shows; the tenant must be active."""
    tenant = user.tenant
    assert isinstance(tenant, Tenant)  # noqa: S101 - operators have no dashboard
    everybody = UserCount.objects.aggregate(n=Sum("users"))["n"] or 0
    seats = _seats(user, is_large=everybody > EXACT)
    saml = list(connections.of_saml(tenant, user))
    sources, about_sources = _sources(tenant, user)
    applications, about_applications = _applications(tenant, user)
    credentials = [
        ending for ending in endings(tenant=tenant) if sees(user, _page_about(ending.credential))
    ]
    counts = counts_of_days()
    steps = steps_for(user)
    needs: Iterator[Need] = _in_turn(
        of_held_changes(_held_changes(user)),
        _requests(user),
        of_endings(credentials),
        of_connections([*saml, *sources]),
        about_sources,
        about_applications,
        _about_seats(user, seats),
        left_waiting.of_actions(user),
        of_reviews(reviews_late() if sees(user, "access-reviews") else ()),
    )
    return {
        "tenant": tenant,
        "plan_includes_saml": tenant.includes_saml_and_scim,
        **_first_of(most_urgent_first(needs)),
        "steps": steps,
        "progress": progress_of(steps),
        "set_up_links": f"{url('saml-and-scim')}#links",
        "facts": [
            *_strip_of(saml, sources, applications),
            *_people(user, everybody, new_this_week(counts)),
            {"term": _("Plan"), "value": tenant.get_plan_display()},
        ],
        **_connections([*saml, *sources, *applications]),
        "charts": list(charts_for(user, counts)),
        "credentials": credentials,
        "licenses": seats.rows,
        "seats_counted": seats.counted,
        "may_see_licences": sees(user, "licenses.subscription"),
        "seats_url": url("licenses_subscription_changelist"),
    }


def _first_of(needs: list[Need]) -> dict[str, Any]:
    """Return all that needs somebody, parted into what is shown at once and what is folded away."""
    return {"needs": needs, "first_needs": needs[:MOST_NEEDS], "more_needs": needs[MOST_NEEDS:]}


def _connections(found: list[Connection]) -> dict[str, Any]:
    """Return those that are shown, of very many those that need somebody first, and of how many."""
    urgent = {"bad": 0, "warn": 1, "busy": 2}
    if len(found) > MOST_CONNECTIONS:
        found.sort(key=lambda each: 0 if each.is_failing else urgent.get(each.kind, len(urgent)))
    shown = found[:MOST_CONNECTIONS]
    return {"connections": shown, "connections_left_out": len(found) - len(shown)}


def _in_turn(*groups: Iterator[Need]) -> Iterator[Need]:
    for group in groups:
        yield from group


def _held_changes(user: User) -> list[Waiting]:
    if not sees(user, "held-changes"):
        return []
    still = HeldChange.objects.filter(state=HeldChange.State.OPEN).annotate(
        held=Count("people", filter=Q(people__outcome=""))
    )
    return [Waiting(each.source_name, each.held, url("held-change", each.pk)) for each in still]


def _requests(user: User) -> Iterator[Need]:
    if Access.DECIDE not in access_of(user, "access_requests.accessrequest"):
        return iter(())
    waiting = requests_to_decide(user)
    page = url("access_requests_accessrequest_changelist")
    return of_requests(waiting.first(), waiting.count(), f"{page}?state__exact=open")


def _page_about(credential: ExpiringCredential) -> str:
    """Return the key of the page that decides who may know of ``credential``."""
    label = credential._meta.label_lower
    return label if label in ACCESS else "saml-and-scim"


def _sources(tenant: Tenant, user: User) -> tuple[list[Connection], Iterator[Need]]:
    found = list(sources_seen_by(user)) if sees(user, "scim.source") else []
    on = [source for source in found if source.enabled] if tenant.scim_active else []
    silent = silent_sources(on)
    return connections.of_sources(tenant, found, silent), left_waiting.of_silence(on, silent)


def _applications(tenant: Tenant, user: User) -> tuple[list[Connection], Iterator[Need]]:
    if not sees(user, "provisioning.application"):
        return [], iter(())
    found = list(applications_seen_by(user))
    keys = [application.pk for application in found]
    troubles = troubles_of(keys)
    told = connections.of_applications(tenant, found, troubles)
    if not tenant.includes_saml_and_scim:  # Nothing is sent, whatever is decided.
        return told, iter(())
    return told, at_applications.of_applications(user, found, troubles, undecided_of(keys))


def _seats(user: User, *, is_large: bool) -> Seats:
    return seats_of(is_large=is_large) if sees(user, "licenses.subscription") else Seats([])


def _about_seats(user: User, seats: Seats) -> Iterator[Need]:
    nobody_waits = seats.rows
    if sees(user, "licenses.seat"):
        yield from left_waiting.of_people(seats.rows, url("waiting-for-a-seat"))
        nobody_waits = [each for each in seats.rows if not each["waiting"]]
    yield from of_seats(nobody_waits, url("licenses_subscription_changelist"))
    yield from of_ends(seats.rows, url("seats-over-time"))


def _people(user: User, everybody: int, new: int) -> Iterator[dict[str, Any]]:
    """Yield how many people there are; of very many nobody counts who is active."""
    if not sees(user, "accounts.user"):
        return
    if everybody > EXACT:
        yield {"term": _("People"), "value": Number(everybody), "note": _joined(new)}
        return
    found = User.objects.aggregate(
        all=Count("pk"),
        active=Count("pk", filter=Q(active=True)),
        new=Count("pk", filter=Q(created__date__gte=first_day_of_this_week())),
    )
    inactive = _("%(n)s inactive") % {"n": Number(found["all"] - found["active"])}
    yield {
        "term": _("People"),
        "value": _("%(n)s active") % {"n": Number(found["active"])},
        "note": f"{inactive}, {_joined(found['new'])}",
    }


def _joined(new: int) -> str:
    return ngettext("%(n)s new this week", "%(n)s new this week", new) % {"n": Number(new)}


def _strip_of(
    saml: Sequence[Connection], sources: Sequence[Connection], applications: Sequence[Connection]
) -> Iterator[dict[str, Any]]:
    for each in saml:
        yield {
            "term": _("Sign-in with SAML"),
            "value": each.state,
            "kind": each.kind,
            "note": _last_of([each], _("No success yet")),
        }
    if sources:
        yield _summed(_("Accounts coming in"), sources)
    if applications:
        yield _summed(_("Accounts going out"), applications)


def _summed(term: str, these: Sequence[Connection]) -> dict[str, Any]:
    """Return one fact about several connections: how many need somebody, of how many."""
    wrong = [each for each in these if each.kind in {"bad", "warn"} or each.is_failing]
    on = [each for each in these if each.kind != "off"]
    if wrong:
        is_bad = any(each.kind == "bad" or each.is_failing for each in wrong)
        value = _("%(n)s of %(all)s need somebody") % {"n": len(wrong), "all": len(these)}
        kind = "bad" if is_bad else "warn"
    elif on:
        value, kind = _("Working"), "good"
    else:
        value, kind = _("Off"), "off"
    return {"term": term, "value": value, "kind": kind, "note": _last_of(these, "")}


def _last_of(these: Sequence[Connection], otherwise: str) -> str:
    last = max((each.last_success for each in these if each.last_success), default=None)
    if last is None:
        return otherwise
    return format_html(_("Last success {when}"), when=told_within(last))
