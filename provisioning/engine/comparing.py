"""Reading what a target holds, page by page, and keeping what it shows of what we know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from provisioning.engine.dialects import policy_at
from provisioning.engine.drift import with_missing_members
from provisioning.engine.known import keep_shown, known_of, members_of
from provisioning.engine.paths import path_of
from provisioning.engine.sending import etag_of
from provisioning.models import Link
from provisioning.planning.comparing import known_seen, members_to_report
from provisioning.planning.thresholds import must_hold
from provisioning.protocol.answers import id_of
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from provisioning.engine.sessions import Session
    from provisioning.models import Run
    from provisioning.planning.objects import Policy

MOST_UNLINKED: Final = 20_000
"""So many resources that are nobody's of ours are kept in mind, to show whom they match."""
MOST_BYTES_UNLINKED: Final = 32 * 1024 * 1024
"""And so much of them as JSON: an answer may have 16 MB, and others read as well."""
_PORTION: Final = 500
_GONE: Final = frozenset({404, 410})

_ALIASES: Final[Mapping[Kind, Sequence[str]]] = {
    Kind.USER: ("externalId", "userName"),
    Kind.GROUP: ("externalId", "displayName"),
}

Found = dict[tuple[str, str], list["Mapping[str, Any]"]]


@dataclass(slots=True)
class Shown:
    """What a target showed of one kind.

    ``unlinked`` has the resources that we know nothing of, by attribute and value.
    """

    is_complete: bool = True
    why: str = ""
    unlinked: Found = field(default_factory=dict)
    bytes_unlinked: int = 0


def read_target(
    session: Session,
    run: Run,
    kind: Kind,
    *,
    each_page: Callable[[int, int | None], None],
) -> Shown:
    """Read all resources of a kind; links that the target does not show are forgotten.

    What was linked since the run began may not be on a page that was read before, and stays.
    Nothing is forgotten when the target did not show everything.
    """
    shown = Shown()
    seen: set[int] = set()
    policy = policy_at(session.application)
    listing = session.target.list_all(kind)
    read = 0
    for page in listing:
        seen |= _keep_page(session, kind, policy, page.resources)
        if len(shown.unlinked) < MOST_UNLINKED and shown.bytes_unlinked < MOST_BYTES_UNLINKED:
            _index(shown, session, kind, page.resources)
        read += len(page.resources)
        each_page(read, page.total)
    if not listing.is_complete:
        return Shown(
            is_complete=False,
            why=_("The target did not show all of its resources: %(why)s")
            % {"why": listing.why_incomplete},
            unlinked=shown.unlinked,
        )
    why = _forget_unseen(session, run, kind, seen)
    return Shown(is_complete=not why, why=why, unlinked=shown.unlinked)


@transaction.atomic
def _keep_page(
    session: Session, kind: Kind, policy: Policy, resources: Sequence[Mapping[str, Any]]
) -> set[int]:
    """Keep what a page shows of linked resources; return the keys of their links."""
    by_id = {id_of(each): each for each in resources}
    links = list(
        Link.objects.select_for_update().filter(
            application=session.application, kind=kind, remote_id__in=by_id
        )
    )
    members = members_of(links)
    for link in links:
        resource = by_id[link.remote_id]
        before = known_of(link, members.get(link.pk))
        if before is None:
            continue
        after = known_seen(before, shown=resource, version=etag_of(resource), policy=policy)
        drift = with_missing_members(link.drift, members_to_report(resource, before, policy))
        if after != before or drift != link.drift:
            link.drift = drift if link.name else {}
            keep_shown(link, after, before=before)
    return {link.pk for link in links}


def _index(
    shown: Shown,
    session: Session,
    kind: Kind,
    resources: Sequence[Mapping[str, Any]],
) -> None:
    ids = [id_of(each) for each in resources]
    linked = set(
        Link.objects.filter(
            application=session.application, kind=kind, remote_id__in=ids
        ).values_list("remote_id", flat=True)
    )
    for resource in resources:
        if id_of(resource) in linked:
            continue
        shown.bytes_unlinked += len(orjson.dumps(resource))
        for alias in _ALIASES[kind]:
            value = resource.get(alias)
            if isinstance(value, str) and value:
                shown.unlinked.setdefault((alias, value.casefold()), []).append(resource)


def _forget_unseen(session: Session, run: Run, kind: Kind, seen: set[int]) -> str:
    """Forget the links to what is not at the target any more; return why nothing is forgotten.

    A list may be whole and yet not show everything, as with a token that sees less than the one
    before: who is not in it is asked for, and more at once than may be taken away are believed of
    nobody.  Many a target does not list who is inactive; those are not missed.
    """
    application = session.application
    linked = Link.objects.filter(application=application, kind=kind).exclude(remote_id="")
    missed = linked.filter(is_active=True, last_modified__lt=run.created)
    rows = missed.values_list("pk", "remote_id").iterator(chunk_size=_PORTION)
    gone = {key: remote_id for key, remote_id in rows if key not in seen}
    if must_hold(
        removals=len(gone),
        population=linked.filter(state=Link.State.LINKED).count(),
        number=application.removal_number,
        percent=application.removal_percent,
    ):
        return _(
            "The target does not show %(count)d of the resources that it had, more than may go at "
            "once. Test the connection: another token, or another address, may see less."
        ) % {"count": len(gone)}
    for key, remote_id in gone.items():
        if session.target.request("GET", path_of(kind, remote_id)).status in _GONE:
            missed.filter(pk=key, remote_id=remote_id).delete()
    return ""
