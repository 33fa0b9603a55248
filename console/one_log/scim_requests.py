"""SCIM requests in the log: what a source wanted of whom, and how it was answered."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.identifiers import read_uuid
from accounts.models import DirectoryGroup, User
from console.base.of_person import sees_people
from console.one_log.entries import About, Entry, Fact, Place, about, reference_of
from console.one_log.outcomes import Outcome
from console.one_log.streams import Part, Stream, sees
from scim.log.expected import IS_EXPECTED, asks_whether_there_is
from scim.models import RequestLogEntry, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from accounts.trail.search import Sought
    from console.one_log.entries import Known

NAME: Final = "scim"
_REFUSED: Final = Q(status__gte=HTTPStatus.BAD_REQUEST.value)
_WANTED: Final = {
    ("GET", "/Users"): gettext_lazy("%(who)s: search for people"),
    ("GET", "/Users/{id}"): gettext_lazy("%(who)s: question about %(what)s"),
    ("POST", "/Users"): gettext_lazy("%(who)s: creation of %(what)s"),
    ("PUT", "/Users/{id}"): gettext_lazy("%(who)s: everything about %(what)s anew"),
    ("PATCH", "/Users/{id}"): gettext_lazy("%(who)s: change of %(what)s"),
    ("DELETE", "/Users/{id}"): gettext_lazy("%(who)s: deletion of %(what)s"),
    ("GET", "/Groups"): gettext_lazy("%(who)s: search for groups"),
    ("GET", "/Groups/{id}"): gettext_lazy("%(who)s: question about %(what)s"),
    ("POST", "/Groups"): gettext_lazy("%(who)s: creation of %(what)s"),
    ("PUT", "/Groups/{id}"): gettext_lazy("%(who)s: everything about %(what)s anew"),
    ("PATCH", "/Groups/{id}"): gettext_lazy("%(who)s: change of %(what)s"),
    ("DELETE", "/Groups/{id}"): gettext_lazy("%(who)s: deletion of %(what)s"),
}
_REMEDIES: Final = {
    HTTPStatus.BAD_REQUEST: gettext_lazy(
        "Look at the request: the identity provider sends something that we do not take."
    ),
    HTTPStatus.UNAUTHORIZED: gettext_lazy(
        "Make a new SCIM token, and enter it at the identity provider."
    ),
    HTTPStatus.FORBIDDEN: gettext_lazy(
        "The page of the source says what it may do. Allow it there, or leave it out at the "
        "identity provider."
    ),
    HTTPStatus.NOT_FOUND: gettext_lazy(
        "It is not here, or not any more. Let the identity provider send it anew."
    ),
    HTTPStatus.CONFLICT: gettext_lazy(
        "Somebody else is called so already. Change one of the two names, or take the other over."
    ),
    HTTPStatus.PRECONDITION_FAILED: gettext_lazy(
        "It was changed meanwhile. The identity provider reads it and tries again."
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: gettext_lazy(
        "Let the identity provider send less at once."
    ),
    HTTPStatus.TOO_MANY_REQUESTS: gettext_lazy(
        "It asked too often. The identity provider waits and tries again."
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: gettext_lazy(
        "We were busy. The identity provider waits and tries again."
    ),
}
_FAULT_OF_OURS: Final = gettext_lazy("This is a fault of ours. Send the reference to the support.")


def _rows(request: HttpRequest) -> QuerySet[Any]:
    rows = admin.site.get_model_admin(RequestLogEntry).get_queryset(request)
    return rows.defer("request_body", "response_body")


def _sought(request: HttpRequest, sought: Sought) -> Iterator[Part]:
    """Yield the requests that named who or what is meant, and those of a source called so."""
    keys = {sought.typed.lower()} if read_uuid(sought.typed) else {sought.typed}
    if sees_people(request):
        keys |= {*sought.about.get("user", ())}
    if sees(request, DirectoryGroup):
        keys |= {*sought.about.get("directorygroup", ())}
    yield Part(Q(resource_id__in=sorted(keys)))
    for key in sought.about.get("source", ()):
        yield Part(Q(source=key))


def _names(row: RequestLogEntry) -> Iterator[About]:
    yield about(Source, row.source_id)
    if row.resource_id:
        yield _resource(row)


def _resource(row: RequestLogEntry) -> About:
    model = DirectoryGroup if row.route.startswith("/Groups") else User
    return about(model, row.resource_id)


def _tell(rows: Sequence[RequestLogEntry], known: Known) -> list[Entry]:
    return [_told(row, known) for row in rows]


def _told(row: RequestLogEntry, known: Known) -> Entry:
    outcome = _outcome(row)
    is_refused = outcome == Outcome.FAILED
    return Entry(
        stream=NAME,
        key=str(row.pk),
        at=row.at,
        kind=_("SCIM request"),
        outcome=outcome,
        sentence=_sentence(row, known, outcome),
        figure=_("%(n)s ms") % {"n": round(row.duration_ms)},
        reason=_("%(status)s: %(detail)s") % {"status": row.status, "detail": row.detail or "–"}
        if is_refused
        else "",
        remedy=_remedy(row.status) if is_refused else "",
        facts=_facts(row, known),
        reference=reference_of(NAME, row.pk),
        more_url=reverse("console:scim_requestlogentry_change", args=[row.pk]),
        more=_("Request and answer in full"),
    )


def _outcome(row: RequestLogEntry) -> Outcome:
    if asks_whether_there_is(row):
        return Outcome.EXPECTED
    return Outcome.FAILED if row.status >= HTTPStatus.BAD_REQUEST else Outcome.DONE


def _sentence(row: RequestLogEntry, known: Known, outcome: Outcome) -> str:
    who = row.source_name or _("A source")
    place = known.get(_resource(row), Place("", ""))
    somebody = _("a group") if row.route.startswith("/Groups") else _("a person")
    values = {"who": who, "what": place.name or somebody}
    plain = f"{who}: {row.method} {row.route}"
    told = _WANTED.get((row.method, row.route))
    said = str(told) % values if told else plain
    if outcome == Outcome.EXPECTED:
        return _("%(said)s: not here (an expected answer)") % {"said": said}
    if outcome == Outcome.FAILED:
        answer = f"{row.status} {row.scim_type}".strip()
        return _("%(said)s: refused, %(answer)s") % {"said": said, "answer": answer}
    return said


def _remedy(status: int) -> str:
    if status in _REMEDIES:
        return str(_REMEDIES[HTTPStatus(status)])
    is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return str(_FAULT_OF_OURS if is_ours else _REMEDIES[HTTPStatus.BAD_REQUEST])


def _facts(row: RequestLogEntry, known: Known) -> list[Fact]:
    source = known.get(about(Source, row.source_id), Place("", ""))
    resource = known.get(_resource(row), Place("", ""))
    label = _("Group") if row.route.startswith("/Groups") else _("Person")
    facts = [
        Fact(_("Source"), row.source_name, source.url),
        Fact(_("Token"), row.token_name),
        Fact(_("Identity provider"), row.client),
        Fact(label, resource.name, resource.url),
        Fact(_("Request"), f"{row.method} {row.route}", is_code=True),
        Fact(_("Resource"), row.resource_id, is_code=True),
        Fact(_("Answer"), f"{row.status} {row.scim_type}".strip(), is_code=True),
        Fact(_("User agent"), row.user_agent),
    ]
    return [fact for fact in facts if fact.text]


STREAM: Final = Stream(
    name=NAME,
    model=RequestLogEntry,
    moment="at",
    page=RequestLogEntry._meta.label_lower,
    rows=_rows,
    outcomes={
        Outcome.DONE: ~_REFUSED,
        Outcome.EXPECTED: IS_EXPECTED,
        Outcome.FAILED: _REFUSED & ~IS_EXPECTED,
    },
    sought=_sought,
    of_person=lambda key: Q(resource_id=key),
    names=_names,
    tell=_tell,
)
