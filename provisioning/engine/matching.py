"""Looking for an object at the target before it is created there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from provisioning.engine.paths import path_of
from provisioning.models import IN_FLIGHT, Link, Operation
from provisioning.protocol.answers import ListPage, NotAListError, id_of, read_list
from provisioning.protocol.canonical import has_value
from provisioning.protocol.paths import parse_target_path
from provisioning.protocol.requests import match_filter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from provisioning.client.target import Answer
    from provisioning.engine.asking import Work
    from provisioning.engine.sessions import Session
    from provisioning.models import Application
    from provisioning.planning.objects import Desired
    from provisioning.protocol.dialects import Dialect
    from provisioning.protocol.steps import Kind

_CANNOT_FILTER: Final = frozenset({400, 403, 501})
_GONE: Final = frozenset({404, 410})
_NOBODY: Final = ListPage((), 0)


@dataclass(frozen=True, slots=True)
class Found:
    """What the target holds that could be the object.

    ``failed`` is an answer after which nothing can be said; ``was_searched`` tells whether the
    target can filter by any of the aliases at all.
    """

    resources: Sequence[Mapping[str, Any]] = ()
    failed: Answer | None = None
    was_searched: bool = False


def search(work: Work, desired: Desired) -> Found:
    """Ask for the object by every alias that the target can filter by; each resource once."""
    return _search(work.ask, work.session.dialect, desired)


def search_unrecorded(session: Session, desired: Desired) -> Found:
    """Ask as :func:`search` does, outside any operation."""
    return _search(session.target.request, session.dialect, desired)


def _search(ask: Callable[..., Answer], dialect: Dialect, desired: Desired) -> Found:
    found: dict[str, Mapping[str, Any]] = {}
    was_searched = False
    for attribute, value in desired.match:
        if not dialect.filters_by(attribute):
            continue
        where = {"filter": match_filter(attribute, value)}
        answer = ask("GET", path_of(desired.kind), params=where)
        page = _page_of(ask, answer, desired.kind)
        if page is None and answer.status in _CANNOT_FILTER:
            continue
        if page is None:
            return Found(failed=answer)
        was_searched = True
        for resource in page.resources:
            remote_id = id_of(resource)
            # A target that ignores filters answers with everybody.
            is_it = has_value(resource, parse_target_path(attribute), value)
            if remote_id and is_it:
                found[remote_id] = resource
    return Found(resources=list(found.values()), was_searched=was_searched)


def _page_of(ask: Callable[..., Answer], answer: Answer, kind: Kind) -> ListPage | None:
    """Return what a search has found; ``None``: nothing can be said.

    That it found nothing some targets call *not found*, whom the list of all shows to be there.
    """
    if answer.status in _GONE:
        listed = ask("GET", path_of(kind), params={"count": "1"})
        return _NOBODY if listed.outcome.is_success else None
    try:
        return read_list(answer.json) if answer.outcome.is_success else None
    except NotAListError:
        return None


def search_list(work: Work, desired: Desired) -> Found:
    """Read everything that the target lists to find the object: it can filter by no alias."""
    listing = work.session.target.list_all(desired.kind)
    found = {
        id_of(resource): resource
        for page in listing
        for resource in page.resources
        if _is_it(resource, desired) and id_of(resource)
    }
    return Found(resources=list(found.values()), was_searched=listing.is_complete)


def _is_it(resource: Mapping[str, Any], desired: Desired) -> bool:
    """Tell whether a resource has one of the simple values that the object is matched by."""
    return any(
        has_value(resource, parse_target_path(attribute), value)
        for attribute, value in desired.match
    )


def holder_of(work: Work, desired: Desired, remote_id: str) -> Link | None:
    """Return the link of another object of ours to this resource."""
    return (
        Link.objects.filter(
            application=work.session.application, kind=desired.kind, remote_id=remote_id
        )
        .exclude(object_id=desired.object_id)
        .first()
    )


def is_under_way(application: Application, link: Link) -> bool:
    """Tell whether something waits or runs of the object of a link."""
    return Operation.objects.filter(
        application=application,
        kind=link.kind,
        object_id=link.object_id,
        state__in=IN_FLIGHT,
    ).exists()
