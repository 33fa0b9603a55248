"""The kinds that somebody chooses from: each is one log, a part of one, or several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from console.base.access import Access
from console.one_log import changes, going_out, jobs, scim_requests, sign_ins
from console.one_log.streams import Part
from console.person.signing_in import SIGN_INS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from console.one_log.streams import Stream

STREAMS: Final = {
    stream.name: stream
    for stream in (
        *(changes.STREAM, sign_ins.STREAM, scim_requests.STREAM),
        *(going_out.STREAM, jobs.RUNS, jobs.ACTIONS),
    )
}
"""Every log that is joined.  Of two entries of one moment, that of the earlier one comes first."""

_WHOLE: Final = (Part(),)


@dataclass(frozen=True, slots=True)
class Kind:
    """A choice of the page.

    Attributes:
        label: What it is called.
        parts: By log, the parts of it that are of the kind.
        page: The list of the kind with all its columns; empty if there is none.
        page_key: Who may see that list, as the access table calls it.
    """

    label: StrOrPromise
    parts: Mapping[str, tuple[Part, ...]]
    page: str = ""
    page_key: str = ""


KINDS: Final = {
    "sign-ins": Kind(
        _("Sign-ins"),
        {
            sign_ins.NAME: _WHOLE,
            # One part for each action: an index finds the newest of one.
            changes.NAME: tuple(Part(Q(action=action)) for action in SIGN_INS),
        },
        page="saml-and-scim-attempts",
        page_key="sign-in-attempts",
    ),
    "scim": Kind(
        _("SCIM"),
        {scim_requests.NAME: _WHOLE},
        page="scim_requestlogentry_changelist",
        page_key="scim.requestlogentry",
    ),
    "out": Kind(
        _("Going out"),
        {going_out.NAME: _WHOLE},
        page="provisioning_operation_changelist",
        page_key="provisioning.operation",
    ),
    "jobs": Kind(
        _("Jobs"),
        {jobs.RUN: _WHOLE, jobs.ACTION: _WHOLE},
        page="provisioning_run_changelist",
        page_key="provisioning.run",
    ),
    "changes": Kind(
        _("Changes"),
        {changes.NAME: (Part(~Q(action__in=SIGN_INS)),)},
        page="accounts_auditentry_changelist",
        page_key="accounts.auditentry",
    ),
}
"""The kinds by their name in the address."""

_EVERYTHING: Final = dict.fromkeys(STREAMS, _WHOLE)


def parts_of(kind: str) -> Mapping[str, tuple[Part, ...]]:
    """Return the parts of each log that are of a kind; all of every log where none is named."""
    return KINDS[kind].parts if kind else _EVERYTHING


def streams_for(request: HttpRequest, right: Access) -> list[Stream]:
    """Return the logs that whoever asks may see, or may take away."""
    return [stream for stream in STREAMS.values() if stream.may(request, right)]


def kinds_for(request: HttpRequest) -> dict[str, Kind]:
    """Return the kinds of which whoever asks may see a log."""
    seen = {stream.name for stream in streams_for(request, Access.VIEW)}
    return {name: kind for name, kind in KINDS.items() if seen & kind.parts.keys()}
