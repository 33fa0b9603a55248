"""Deciding about a resource that was found: linked, created here, or left alone.

Nothing here is ever deleted by it, and nothing at the target is written by it.  Rows are held in
this order: the application, the row of the import, the lock of planning, the person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.groups.groups import GroupFields, create_group
from accounts.identifiers import read_uuid
from accounts.models import DirectoryGroup, User
from accounts.services.users import create_user, update_user
from accounts.trail import audit
from provisioning.engine.rows import lock_planning
from provisioning.importing.errors import NotDecidedError
from provisioning.importing.filling import filled, person_from
from provisioning.importing.gate import why_not_imported
from provisioning.importing.linking import keep_link
from provisioning.importing.standing import (
    left_host,
    require_as_shown,
    require_trusted,
    require_unclaimed,
    same_account,
)
from provisioning.models import Application, ImportRow, Link
from provisioning.planning.buckets import Bucket
from provisioning.protocol.paths import member, text_of
from provisioning.protocol.steps import Kind
from provisioning.services.connections import server_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from provisioning.importing.asking import Seen

_State = ImportRow.State
_OPEN: Final = (_State.WAITING, _State.IGNORED)
_PORTION: Final = 1_000


@transaction.atomic
def link_found(
    *, row: ImportRow, seen: Seen, object_id: str = "", fill: Collection[str] = ()
) -> None:
    """Link a resource to whom it matches, or to ``object_id``; fill what is ticked and empty.

    Raises:
        NotDecidedError: It is decided, linked, gone or changed, it was read at another host, or
            it does not match whom it has matched.
    """
    held, kind = _hold(row, seen), Kind(row.kind)
    chosen = object_id or (held.object_id if held.bucket == Bucket.CANDIDATE else "")
    if not chosen:
        raise NotDecidedError(_("It matches nobody here for certain. Decide on its own page."))
    lock_planning(held.application)
    ours = _ours(kind, chosen)
    require_as_shown(held, seen.resource)
    keep_link(held.application, kind, ours, seen)
    if isinstance(ours, User) and fill:
        theirs = person_from(held.application, seen.resource)
        update_user(user=ours, values=filled(ours, theirs, fill))
    _decide(held, _State.LINKED, str(ours.pk))


@transaction.atomic
def create_found(*, row: ImportRow, seen: Seen) -> None:
    """Make a person or a directory group of what is only there, and link them.

    A person is a member without a licence and without a password; a group has those of its
    members who are linked.

    Raises:
        NotDecidedError: It is decided, linked, gone or changed, it was read at another host, or
            it matches somebody here.
        UserNameTakenError: Somebody here is called so by now.
        NameNotPermittedError: Nobody can be called so here.
        GroupNameTakenError: A group here is called so by now.
        FixedGroupError: A role or an access profile is called so.
    """
    held, kind = _hold(row, seen), Kind(row.kind)
    if held.bucket != Bucket.ORPHAN or held.matches:
        raise NotDecidedError(_("It matches somebody here, so nobody is made of it."))
    lock_planning(held.application)
    require_as_shown(held, seen.resource)
    ours: User | DirectoryGroup
    if kind is Kind.USER:
        ours = create_user(values=person_from(held.application, seen.resource))
    else:
        ours = _group_from(held.application, seen.resource)
    keep_link(held.application, kind, ours, seen)
    _decide(held, _State.CREATED, str(ours.pk))


@transaction.atomic
def ignore_found(*, row: ImportRow) -> None:
    """Leave a resource alone, also when it is found again.

    Raises:
        NotDecidedError: It is decided or linked already, it was read at another host, or it does
            not match whom it has matched.
    """
    held = _held(row, _application_of(row))
    if held.state != _State.WAITING:
        raise NotDecidedError(_("Somebody has decided about it already."))
    if held.resource:
        require_as_shown(held, held.resource)
    else:  # So large that nothing of it was kept, by which anybody would match.
        require_unclaimed(held)
    _decide(held, _State.IGNORED, "")


def _hold(row: ImportRow, seen: Seen) -> ImportRow:
    """Return the row as it is now; nobody else decides about it in this transaction."""
    if seen.why:
        raise NotDecidedError(seen.why)
    application = _application_of(row)
    if server_of(seen.base_url) != server_of(application.base_url):
        raise NotDecidedError(left_host())
    why = why_not_imported(application, Kind(row.kind))
    if why:
        raise NotDecidedError(why)
    held = _held(row, application)
    if held.state not in _OPEN:
        raise NotDecidedError(_("Somebody has decided about it already."))
    return held


def _application_of(row: ImportRow) -> Application:
    application = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("tenant")
        .filter(pk=row.application_id)
        .first()
    )
    if application is None:
        raise NotDecidedError(_("The application is not there any more."))
    return application


def _held(row: ImportRow, application: Application) -> ImportRow:
    held = (
        ImportRow.objects.select_for_update(of=("self",))
        .select_related("batch")
        .filter(pk=row.pk)
        .first()
    )
    if held is None:
        raise NotDecidedError(_("It is not there any more."))
    require_trusted(held)
    held.application = application
    return held


def _ours(kind: Kind, object_id: str) -> User | DirectoryGroup:
    key = read_uuid(object_id)
    model: Any = User if kind is Kind.USER else DirectoryGroup
    rows = model.objects.select_for_update(of=("self",), no_key=True)
    found: User | DirectoryGroup | None = rows.filter(pk=key).first() if key else None
    if found is None:
        raise NotDecidedError(_("Whoever it matched is not here any more. Import again."))
    return found


def _group_from(application: Application, resource: Mapping[str, Any]) -> DirectoryGroup:
    values = GroupFields(display_name=text_of(member(resource, "displayName")).strip())
    return create_group(values=values, member_ids=_members_here(application, resource))


def _members_here(application: Application, resource: Mapping[str, Any]) -> list[UUID]:
    """Return those of the members of a group at a target who are linked, and are here."""
    members = member(resource, "members")
    elements = members if isinstance(members, list) else []
    wanted = sorted({text for each in elements if (text := text_of(member(each, "value")))})
    keys: list[UUID] = []
    for start in range(0, len(wanted), _PORTION):
        links = Link.objects.filter(
            application=application, remote_id__in=wanted[start : start + _PORTION]
        )
        named = [read_uuid(text) for text in links.values_list("object_id", flat=True)]
        found = [key for key in named if key]
        for model in (User, DirectoryGroup):
            keys += model.objects.filter(pk__in=found).values_list("pk", flat=True)
    return keys


def _decide(row: ImportRow, state: ImportRow.State, object_id: str) -> None:
    row.state, row.decided = state, timezone.now()
    row.object_id = object_id or row.object_id
    row.save(update_fields=["state", "decided", "object_id"])
    same_account(row).filter(state__in=_OPEN).update(
        state=state, decided=row.decided, object_id=row.object_id
    )
    audit.record(
        "application.found_decided",
        row.application,
        decision=state.value,
        object_id=row.object_id,
        remote_id=row.remote_id,
    )
