"""Looking once more at a resource before anything is decided about it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from django.utils.translation import gettext as _

from accounts.outgoing.addresses import require_address
from accounts.outgoing.errors import NotReachedError
from accounts.secrets.encryption import SealError
from provisioning.client.target import TargetPausedError
from provisioning.engine.paths import path_of
from provisioning.engine.sending import etag_of, plain_resource
from provisioning.engine.sessions import session_with
from provisioning.importing.errors import NotDecidedError
from provisioning.importing.gate import why_not_imported
from provisioning.importing.kept import changed_since, without_secrets
from provisioning.importing.standing import require_trusted
from provisioning.models import ImportRow
from provisioning.planning.retrying import said
from provisioning.protocol.answers import id_of
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioning.engine.sessions import Session

_GONE: Final = frozenset({404, 410})
_PATIENCE: Final = 60.0
"""Seconds that one waits until the target may be asked again."""
_NAMED: Final = 5
"""Attributes that a reason names."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A resource as the target shows it now, or why nothing is decided by it.

    ``version`` is its ETag, ``base_url`` where it was asked for.
    """

    resource: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""
    why: str = ""
    base_url: str = ""


class Asking:
    """Asks targets for resources, over one connection for each application while it is open.

    Not inside a transaction: a target may take half a minute, and its pace is a row that all
    workers take turns at.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._sessions: dict[tuple[int, str], Session] = {}

    def __enter__(self) -> Self:
        """Return it; a connection is made when one is needed."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close the connections."""
        self._sessions.clear()
        self._stack.close()

    def look_at(self, row_id: int | str) -> Seen:
        """Return the resource of a row as it is now."""
        rows = ImportRow.objects.select_related("application__tenant", "batch")
        row = rows.filter(pk=row_id).first()
        if row is None:
            return Seen(why=_("It is not there any more."))
        why = why_not_imported(row.application, Kind(row.kind))
        if why:
            return Seen(why=why)
        try:
            require_trusted(row)
            require_address(row.application.base_url)
            return self._look(row)
        except (NotDecidedError, NotReachedError) as error:
            return Seen(why=str(error))
        except SealError:
            return Seen(why=_("The credential cannot be read any more. Enter it anew."))
        except TargetPausedError:
            return Seen(why=_("The target asked us to wait. Try again later."))

    def _look(self, row: ImportRow) -> Seen:
        target = self._session(row).target
        answer = target.request("GET", path_of(Kind(row.kind), row.remote_id))
        if answer.status in _GONE:
            return Seen(why=_("It is not at the application any more. Import again."))
        if not answer.outcome.is_success:
            return Seen(why=said(answer.outcome))
        shown = plain_resource(answer)
        if shown is None or id_of(shown) != row.remote_id:
            return Seen(why=_("The application answered with something else than this account."))
        changed = changed_since(row.resource, shown)
        if changed:
            text = _("It was changed there since it was read: %(attributes)s. Import again.")
            return Seen(why=text % {"attributes": ", ".join(changed[:_NAMED])})
        return Seen(without_secrets(shown), etag_of(shown), base_url=row.application.base_url)

    def _session(self, row: ImportRow) -> Session:
        key = (row.application_id, row.application.base_url)
        if key not in self._sessions:
            opened = session_with(row.application, patience=_PATIENCE)
            self._sessions[key] = self._stack.enter_context(opened)
        return self._sessions[key]
