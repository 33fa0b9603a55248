"""Whether what a row of an import showed is so still, in the moment in which it is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from accounts.identifiers import read_uuid
from accounts.models import DirectoryGroup, User
from provisioning.importing.errors import NotDecidedError
from provisioning.importing.matching import MOST_MATCHES, Matching
from provisioning.models import Import, ImportRow, Link
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

TRUSTED: Final = (Import.State.READ, Import.State.REPLACED)
"""Imports whose rows may be decided: what was chosen of one goes on when a newer one counts."""
_SAID: Final = ("bucket", "doubt", "object_id", "matches")


def require_trusted(row: ImportRow) -> None:
    """Let a row pass that belongs to the host at which the application is.

    Raises:
        NotDecidedError: It was read at another host, or does not count.
    """
    if row.batch.state == Import.State.LEFT:
        raise NotDecidedError(left_host())
    if row.batch.state not in TRUSTED:
        raise NotDecidedError(_("It is not there any more."))


def left_host() -> str:
    """Return why nothing is decided about what was read at a host that was left."""
    return _("The application has left the host at which this was read. Import again.")


def require_as_shown(row: ImportRow, resource: Mapping[str, Any]) -> None:
    """Let a row pass that says what is so now; ``resource`` is what the target shows.

    Whoever may be changed meanwhile is locked by the caller.

    Raises:
        NotDecidedError: It is linked by now, the latest import shows it otherwise, or it matches
            somebody else here than it did.
    """
    require_unclaimed(row)
    _require_same_matches(row, resource)


def require_unclaimed(row: ImportRow) -> None:
    """Let a row pass that is nobody's by now, and that the latest import shows just so.

    Raises:
        NotDecidedError: It is linked, decided, not found any more, or shown otherwise.
    """
    links = Link.objects.filter(application=row.application, kind=row.kind, remote_id=row.remote_id)
    if links.exists():
        raise NotDecidedError(_("This account is linked already."))
    _require_latest(row)


def same_account(row: ImportRow) -> QuerySet[ImportRow]:
    """Return the rows of other imports that count, or did a moment ago, of the same account."""
    imports = Import.objects.filter(
        application=row.application_id, kind=row.kind, state__in=TRUSTED
    ).exclude(pk=row.batch_id)
    return ImportRow.objects.filter(batch__in=imports, remote_id=row.remote_id)


def _require_same_matches(row: ImportRow, resource: Mapping[str, Any]) -> None:
    named = Matching(row.application, Kind(row.kind)).matches_of(
        [{**resource, "id": row.remote_id}]
    )
    now = named.get(row.remote_id, {})
    if sorted(now)[:MOST_MATCHES] == sorted(row.matches):
        return
    came = [name for key, name in now.items() if key not in row.matches]
    if came:
        text = _("%(name)s matches it as well by now. Import again.")
        raise NotDecidedError(text % {"name": came[0]})
    gone = [key for key in row.matches if key not in now]
    if any(not _is_here(row.kind, key) for key in gone):
        raise NotDecidedError(_("Whoever it matched is not here any more. Import again."))
    raise NotDecidedError(_("Whoever it matched does not match it any more. Import again."))


def _require_latest(row: ImportRow) -> None:
    """Refuse what a newer import shows otherwise, or not at all."""
    if row.batch.state == Import.State.READ:
        return
    latest = Import.objects.filter(
        application=row.application_id, kind=row.kind, state=Import.State.READ
    ).first()
    if latest is None:
        return
    now = ImportRow.objects.filter(batch=latest, remote_id=row.remote_id).first()
    if now is None:
        raise NotDecidedError(_("The latest import has not found it any more."))
    if now.state != row.state:
        raise NotDecidedError(_("Somebody has decided about it already."))
    if any(getattr(now, name) != getattr(row, name) for name in _SAID):
        raise NotDecidedError(_("The latest import shows it otherwise. Look at it there."))


def _is_here(kind: str, object_id: str) -> bool:
    model: Any = User if kind == Kind.USER else DirectoryGroup
    key = read_uuid(object_id)
    return bool(key) and model.objects.filter(pk=key).exists()
