"""Entries of the audit trail in the log: who changed or was refused what, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.identifiers import read_uuid
from accounts.models import AuditEntry, User
from accounts.models.audit import IS_REFUSAL, MOVED
from accounts.storage.retention import ERASED
from accounts.trail.labels import kind_in_words, label_of, model_of
from accounts.trail.telling import tell
from console.one_log.entries import About, Entry, Fact, Place, reference_of
from console.one_log.outcomes import Outcome
from console.one_log.streams import Part, Stream
from console.person.signing_in import REFUSED, SIGN_INS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from accounts.trail.search import Sought
    from accounts.trail.telling import Told
    from console.one_log.entries import Known

NAME: Final = "change"
_MOST_ACTORS: Final = 20
"""Names of actors each of which is looked for by itself; more are looked for together."""
_REASON: Final = "reason"


def _rows(request: HttpRequest) -> QuerySet[Any]:
    return admin.site.get_model_admin(AuditEntry).get_queryset(request)


def _sought(request: HttpRequest, sought: Sought) -> Iterator[Part]:
    """Yield what :func:`accounts.trail.search.finding` finds, by each index apart."""
    yield Part(Q(request_id=sought.typed), is_rare=True)
    for kind, keys in sought.about.items():
        yield Part(Q(target_type=kind, target_id__in=keys), is_rare=len(keys) > 1)
    if read_uuid(sought.typed):
        yield Part(Q(target_id=sought.typed.lower()))
    if len(sought.actors) <= _MOST_ACTORS:
        yield from (Part(Q(actor=each)) for each in sought.actors)
    else:
        yield Part(Q(actor__in=sought.actors), is_rare=True)
    for detail in MOVED if sought.moved else ():
        moved = {f"details__{detail}__has_any_keys": sought.moved}
        yield Part(Q(details__has_key=detail, **moved), is_rare=True)
    for name, values in sought.details.items():
        for value in values:
            yield Part(Q(details__has_key=name, **{f"details__{name}": value}))


def _names(row: AuditEntry) -> Iterator[About]:
    found = _target(row)
    if found:
        yield found


def _target(row: AuditEntry) -> About | None:
    model = model_of(row.target_type) if row.target_id else None
    return About(model._meta.label_lower, row.target_id) if model else None


def _tell(rows: Sequence[AuditEntry], known: Known) -> list[Entry]:
    return [_told(told, known) for told in tell(rows)]


def _told(told: Told, known: Known) -> Entry:
    row = told.entry
    is_refused = row.action.endswith(REFUSED)
    reason_label = label_of(row.target_type, _REASON)
    reasons = [text for label, text in told.facts if label == reason_label]
    return Entry(
        stream=NAME,
        key=str(row.pk),
        at=row.at,
        kind=_("Sign-in") if row.action in SIGN_INS else _("Change"),
        outcome=Outcome.FAILED if is_refused else Outcome.DONE,
        sentence=told.sentence,
        figure=row.request_id[:8],
        reason=reasons[0] if is_refused and reasons else "",
        facts=_facts(told, known, left_out=reason_label if is_refused else ""),
        changes=list(told.changes),
        reference=row.request_id or reference_of(NAME, row.pk),
        more_url=reverse("console:accounts_auditentry_change", args=[row.pk]),
        more=_("The entry in the audit trail"),
    )


def _facts(told: Told, known: Known, *, left_out: str) -> list[Fact]:
    row = told.entry
    target = _target(row)
    place = known.get(target, Place("", "")) if target else Place("", "")
    is_person = bool(target) and row.target_type == User._meta.model_name
    is_told = row.target and ERASED not in row.details and row.action != "user.erased"
    facts = [
        Fact(_("Who"), told.who),
        Fact(
            _("Person") if is_person else _("About"),
            _named(row, is_person=is_person) if is_told else "",
            place.url,
        ),
        *(Fact(label, text) for label, text in told.facts if label != left_out),
        Fact(_("Request ID"), row.request_id, is_code=True),
    ]
    return [fact for fact in facts if fact.text]


def _named(row: AuditEntry, *, is_person: bool) -> str:
    return row.target if is_person else f"{row.target} ({kind_in_words(row.target_type)})"


STREAM: Final = Stream(
    name=NAME,
    model=AuditEntry,
    moment="at",
    page=AuditEntry._meta.label_lower,
    rows=_rows,
    outcomes={Outcome.DONE: ~IS_REFUSAL, Outcome.FAILED: IS_REFUSAL},
    sought=_sought,
    of_person=lambda key: Q(target_type=str(User._meta.model_name), target_id=key),
    names=_names,
    tell=_tell,
)
