"""Mails about access reviews, and to whom they go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access_reviews.addresses import REVIEW, own_lines_url
from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.figures import figures_by_reviewer
from accounts.letters import Action, Letter, whose
from accounts.models import Tenant, User
from accounts.services.mails import send_letter_to
from accounts.services.notices import notify_admins

if TYPE_CHECKING:
    from uuid import UUID


def tell_reviewers(review: AccessReview) -> None:
    """Mail each reviewer how many lines they are to decide."""
    for reviewer, figures in figures_by_reviewer(review).items():
        if figures.open:
            _send(review, reviewer, _asked(review, figures.open))


def remind_reviewers(review: AccessReview, *, days: int) -> None:
    """Mail each reviewer with lines to decide that so many days are left."""
    for reviewer, figures in figures_by_reviewer(review).items():
        if figures.open:
            _send(review, reviewer, _reminder(review, figures.open, days))


def tell_heir(review: AccessReview, *, heir: UUID | None, lines: int) -> None:
    """Mail whoever decides from now on what a reviewer who left was to decide."""
    _send(review, heir, _passed_on(review, lines))


def tell_starter(review: AccessReview) -> None:
    """Mail whoever started a review what was revoked; without them nobody is mailed."""
    rows = ReviewLine.objects.filter(review=review)
    revoked = rows.filter(outcome=ReviewLine.Outcome.REVOKED).count()
    left = rows.filter(outcome=ReviewLine.Outcome.LEFT).count()
    starter = User.objects.filter(pk=review.starter, active=True).first()
    if starter is not None:
        why = _("You get this because you started an access review of %(company)s.")
        _post(review, starter, _carried_out(review, revoked, left), why)


def _send(review: AccessReview, reader: UUID | None, letter: Letter) -> None:
    """Mail somebody, or all system admins if nobody in particular decides."""
    if reader is None:
        tenant = Tenant.objects.get(pk=review.tenant_id)
        notify_admins(tenant=tenant, letter=letter)
        return
    person = User.objects.filter(pk=reader, active=True).first()
    if person is not None:
        why = _("You get this because you decide lines of an access review of %(company)s.")
        _post(review, person, letter, why)


def _post(review: AccessReview, person: User, letter: Letter, why: str) -> None:
    tenant = Tenant.objects.get(pk=review.tenant_id)
    told = replace(letter, why=why % {"company": tenant.name}, **whose(tenant))
    addressed = told.as_json()
    send_letter_to.defer(letter=addressed, address=person.mail_address)


def _words(review: AccessReview, lines: int) -> dict[str, object]:
    return {"review": review.name, "n": lines, "day": date_format(review.due, "DATE_FORMAT")}


def _asked(review: AccessReview, lines: int) -> Letter:
    says = ngettext(
        "In the access review %(review)s you decide about %(n)s line: whether somebody keeps "
        "what they hold.",
        "In the access review %(review)s you decide about %(n)s lines: whether somebody keeps "
        "what they hold.",
        lines,
    )
    return Letter(
        subject=_("%(review)s: your decisions are asked for until %(day)s") % _words(review, lines),
        says=(says % _words(review, lines), _what_follows(review)),
        action=_to_own_lines(review),
        then=(_("You can change a decision until the review ends."),),
    )


def _reminder(review: AccessReview, lines: int, days: int) -> Letter:
    words = {**_words(review, lines), "days": days}
    subject = ngettext(
        "%(review)s: %(n)s decision is left to you",
        "%(review)s: %(n)s decisions are left to you",
        lines,
    )
    left = (
        ngettext(
            "The access review %(review)s ends in %(days)s day: its last day is %(day)s.",
            "The access review %(review)s ends in %(days)s days: its last day is %(day)s.",
            days,
        )
        if days
        else _("Today, %(day)s, is the last day of the access review %(review)s.")
    )
    return Letter(
        subject=subject % words,
        says=(left % words, _what_follows(review)),
        action=_to_own_lines(review),
    )


def _passed_on(review: AccessReview, lines: int) -> Letter:
    says = ngettext(
        "A reviewer of %(review)s has left, or is no system admin any more. %(n)s line of theirs "
        "is yours to decide now.",
        "A reviewer of %(review)s has left, or is no system admin any more. %(n)s lines of theirs "
        "are yours to decide now.",
        lines,
    )
    return Letter(
        subject=_("%(review)s: lines of a reviewer who left are yours now") % _words(review, lines),
        says=(says % _words(review, lines), _what_follows(review)),
        action=_to_own_lines(review),
    )


def _carried_out(review: AccessReview, revoked: int, left: int) -> Letter:
    taken = ngettext("%(n)s line was revoked.", "%(n)s lines were revoked.", revoked)
    stays = ngettext(
        "%(n)s line was left as it is; the page says why.",
        "%(n)s lines were left as they are; the page says why of each.",
        left,
    )
    return Letter(
        subject=_("%(review)s: the access review is carried out") % _words(review, revoked),
        says=(taken % {"n": revoked}, *((stays % {"n": left},) if left else ())),
        action=Action(_("See the result"), REVIEW.url(review.pk)),
        then=(_("What was revoked can be given back with one button for 30 days."),),
    )


def _what_follows(review: AccessReview) -> str:
    if review.undecided == AccessReview.Undecided.REVOKE:
        return _("Lines that nobody decides are revoked at the end.")
    return _("Lines that nobody decides are kept at the end.")


def _to_own_lines(review: AccessReview) -> Action:
    return Action(_("Decide your lines"), own_lines_url(review.pk))
