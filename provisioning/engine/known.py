"""Links as planning knows them, and what a step that was done changes of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from provisioning.engine.bounds import bounded
from provisioning.models import Link, LinkMember
from provisioning.planning.objects import Known
from provisioning.protocol.paths import parse_target_path
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Collection

    from provisioning.models import Application

_PORTION: Final = 1_000


@dataclass(slots=True)
class Members:
    """The members that we put into a group, and those of whom nobody answered whether we did."""

    put_in: dict[str, str] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)


def known_of(link: Link | None, members: Members | None = None) -> Known | None:
    """Return what a link says of the resource; ``None`` when there is no resource that we know."""
    if link is None or not link.remote_id:
        return None
    return Known(
        kind=Kind(link.kind),
        remote_id=link.remote_id,
        adopted=link.adopted,
        applied=link.applied,
        seen=link.seen,
        unkept=frozenset(link.unkept),
        version=link.version,
        is_active=link.is_active,
        is_tombstone=link.state == Link.State.TOMBSTONE,
        is_delete_due=link.delete_due is not None and link.delete_due <= timezone.now(),
        roles=link.roles,
        entitlements=frozenset(link.entitlements),
        members=members.put_in if members else {},
        unsure=frozenset(members.unsure) if members else frozenset(),
        manager=link.manager or None,
    )


def members_of(links: Collection[Link]) -> dict[int, Members]:
    """Return, by the key of each group's link, the members that we put in, or may have."""
    groups = [link.pk for link in links if link.kind == Kind.GROUP]
    found: dict[int, Members] = {key: Members() for key in groups}
    if groups:
        rows = LinkMember.objects.filter(link__in=groups).values_list(
            "link_id", "object_id", "remote_id", "is_sure"
        )
        for link_id, object_id, remote_id, is_sure in rows.iterator(chunk_size=_PORTION):
            found[link_id].put_in[object_id] = remote_id
            if not is_sure:
                found[link_id].unsure.add(object_id)
    return found


def remote_ids_of(application: Application, object_ids: Collection[str]) -> dict[str, str]:
    """Return the ids at the target of those of these objects that are there."""
    found: dict[str, str] = {}
    wanted = list(object_ids)
    for start in range(0, len(wanted), _PORTION):
        rows = Link.objects.filter(
            application=application, object_id__in=wanted[start : start + _PORTION]
        ).exclude(remote_id="")
        found |= dict(rows.values_list("object_id", "remote_id"))
    return found


def write_known(link: Link, known: Known, *, before: Known | None) -> None:
    """Keep in the link's row what is known now; in the transaction that is open."""
    _fill(link, known)
    link.last_modified = timezone.now()
    link.save()
    _write_members(link, before, known)


def keep_shown(link: Link, known: Known, *, before: Known) -> None:
    """Keep what the target has shown of a resource; that is no change of it."""
    _fill(link, known)
    link.save()
    _write_members(link, before, known)


def _fill(link: Link, known: Known) -> None:
    # Who was erased has no name here: what the target still shows of them is not kept anew.
    is_erased = not link.name
    link.remote_id = known.remote_id
    link.state = Link.State.TOMBSTONE if known.is_tombstone else Link.State.LINKED
    link.adopted = known.adopted
    link.applied = {} if is_erased else dict(known.applied)
    link.seen = {} if is_erased else bounded(known.seen)
    # Of what is too large to be kept nobody can tell whether it was changed there.
    lost = {name.lower() for name in known.seen.keys() - link.seen.keys()} if link.seen else set()
    too_large = {path for path in known.applied if parse_target_path(path).head.lower() in lost}
    link.unkept = sorted(known.unkept | too_large)
    link.version = known.version
    link.is_active = known.is_active
    link.roles = dict(known.roles)
    link.entitlements = sorted(known.entitlements)
    link.manager = known.manager or ""


def plan_deletion(link: Link, *, days: int | None) -> None:
    """Note on a link that was deactivated when it is to be deleted; ``None``: not at all."""
    link.deactivated_at = timezone.now()
    link.delete_due = None if days is None else link.deactivated_at + timedelta(days=days)


def _write_members(link: Link, before: Known | None, after: Known) -> None:
    had = before.members if before else {}
    unsure = before.unsure if before else frozenset[str]()
    gone = [object_id for object_id in had if object_id not in after.members]
    come: list[Any] = [
        LinkMember(
            link=link,
            object_id=object_id,
            remote_id=remote_id,
            is_sure=object_id not in after.unsure,
        )
        for object_id, remote_id in after.members.items()
        if had.get(object_id) != remote_id or (object_id in unsure) != (object_id in after.unsure)
    ]
    for start in range(0, len(gone), _PORTION):
        LinkMember.objects.filter(link=link, object_id__in=gone[start : start + _PORTION]).delete()
    LinkMember.objects.bulk_create(
        come,
        batch_size=_PORTION,
        update_conflicts=True,
        unique_fields=["tenant", "link", "object_id"],
        update_fields=["remote_id", "is_sure"],
    )
