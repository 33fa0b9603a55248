"""Deciding lines: keep or revoke, each with a note, all that were sent or none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from access_reviews.errors import LineNotDecidedError, ReviewNotRunningError
from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.figures import lines_of
from access_reviews.services.making import held
from access_reviews.services.things import Kind, is_there, thing_of
from accounts.models import Role, User
from accounts.trail import audit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

_Decision = ReviewLine.Decision


class Wish(NamedTuple):
    """What a reviewer wants of a line; ``revision`` is that of the line as they saw it."""

    decision: str
    note: str
    revision: int


@transaction.atomic
def decide_lines(*, review_id: UUID, by: User, wishes: Mapping[int, Wish]) -> int:
    """Decide lines, by their keys; return how many are other than before.

    An empty decision takes one back.  The review's row is held, so that it does not end meanwhile.

    Raises:
        ReviewNotRunningError: It has ended, or is not there.
        LineNotDecidedError: They are not active any more, or one of the lines is not theirs to
            decide, or not so, or is not as they saw it; nothing is written.
    """
    review = held(review_id)
    _require_running(review)
    assert review is not None  # noqa: S101 - it runs
    by = _as_now(by)
    rows = lines_of(by).select_related("thing").select_for_update(of=("self",))
    lines = {line.pk: line for line in rows.filter(review=review, pk__in=list(wishes))}
    if len(lines) < len(wishes):
        raise LineNotDecidedError(
            _("Nothing was saved: somebody else decides one of these lines now. Look again.")
        )
    changed = [
        line
        for key, line in lines.items()
        if (line.decision, line.note) != (wishes[key].decision, wishes[key].note)
    ]
    _require_decidable(changed, wishes, by)
    now = timezone.now()
    for line in changed:
        line.decision, line.note = wishes[line.pk].decision, wishes[line.pk].note
        is_decided = bool(line.decision)
        line.decided = now if is_decided else None
        line.decided_by = by.pk if is_decided else None
        line.decided_by_admin = is_decided and by.is_admin
        line.revision += 1
    columns = ("decision", "note", "decided", "decided_by", "decided_by_admin", "revision")
    ReviewLine.objects.bulk_update(changed, columns, batch_size=1_000)
    _record(review, changed)
    return len(changed)


@transaction.atomic
def keep_as_suggested(*, review_id: UUID, by: User) -> int:
    """Keep the undecided lines of somebody of which keeping is suggested; return how many.

    Raises:
        ReviewNotRunningError: It has ended, or is not there.
        LineNotDecidedError: They are not active any more.
    """
    review = held(review_id)
    _require_running(review)
    assert review is not None  # noqa: S101 - it runs
    by = _as_now(by)
    rows = lines_of(by).filter(review=review, decision="", suggestion=ReviewLine.Suggestion.KEEP)
    keys = list(rows.values_list("pk", flat=True))
    kept = ReviewLine.objects.filter(pk__in=keys).update(
        decision=_Decision.KEEP,
        decided=timezone.now(),
        decided_by=by.pk,
        decided_by_admin=by.is_admin,
        revision=F("revision") + 1,
    )
    if kept:
        audit.record("review.lines_decided", review, to_keep=kept, to_revoke=0)
    return kept


def _require_running(review: AccessReview | None) -> None:
    if review is None or review.state != AccessReview.State.RUNNING:
        raise ReviewNotRunningError(
            _("This review has ended, so nothing was saved. What was decided before counts.")
        )


def _as_now(by: User) -> User:
    """Return who decides as they are now: active, and with the role that they have by now."""
    found = User.objects.filter(pk=by.pk, active=True).first()
    if found is None:
        raise LineNotDecidedError(_("Nothing was saved: your account is not active any more."))
    return found


def _require_decidable(lines: list[ReviewLine], wishes: Mapping[int, Wish], by: User) -> None:
    """Refuse all if one line is not as it was seen, or cannot be decided so."""
    there = set(
        User.objects.filter(pk__in=[line.person for line in lines]).values_list("pk", flat=True)
    )
    gone = {thing.pk for thing in {line.thing for line in lines} if not is_there(thing_of(thing))}
    for line in lines:
        takes_admin = (line.thing.kind, line.thing.key) == (Kind.ROLE, Role.ADMIN)
        problems = (
            (
                line.revision != wishes[line.pk].revision,
                _("Nothing was saved: %(who)s was decided meanwhile, in another window perhaps."),
            ),
            (
                line.person not in there,
                _("Nothing was saved: %(who)s is not here any more. Leave their line out."),
            ),
            (
                line.thing_id in gone,
                _("Nothing was saved: %(what)s is not there any more."),
            ),
            (
                takes_admin and wishes[line.pk].decision == _Decision.REVOKE and not by.is_admin,
                _("Nothing was saved: only a system admin can take the role of one from %(who)s."),
            ),
        )
        for is_wrong, says in problems:
            if is_wrong:
                words = {"who": line.person_name or _("Somebody"), "what": line.thing.name}
                raise LineNotDecidedError(says % words, about=line.person)


def _record(review: AccessReview, changed: list[ReviewLine]) -> None:
    if changed:
        audit.record(
            "review.lines_decided",
            review,
            to_keep=sum(line.decision == _Decision.KEEP for line in changed),
            to_revoke=sum(line.decision == _Decision.REVOKE for line in changed),
        )
