"""The seats that a person holds or waits for, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.trail.actors import source_name_of
from accounts.trail.sentences import actor_in_words
from console.base.access import Access
from console.base.moments import told
from console.base.of_person import rows_about
from console.person.look import MOST
from licenses.csv_import import REASON
from licenses.models import Seat
from licenses.storage.given_by_groups import given_by_groups

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.person.look import Look
    from licenses.storage.given_by_groups import Given


def licences(look: Look) -> dict[str, Any]:
    """Return the seats held now and those waited for: why, since when, until when."""
    person = look.person
    held = list(
        Seat.objects.filter(user=person, released=None)
        .select_related("subscription__product")
        .order_by("subscription__product__name")
    )
    given = given_by_groups(person.pk)
    has = {seat.subscription_id for seat in held}
    waited = [each for key, each in given.items() if key not in has] if person.active else []
    lines = [
        *(_waiting(each, look) for each in waited),
        *(_held(seat, given, look) for seat in held),
    ]
    return {
        "lines": lines[:MOST],
        "number": len(held),
        "waiting": len(waited),
        "more": max(len(lines) - MOST, 0),
        "all_url": rows_about("licenses_seat", person),
        "may_change": person.active and look.may("accounts.user", Access.LICENCES),
    }


def _held(seat: Seat, given: Mapping[int, Given], look: Look) -> dict[str, Any]:
    return {
        "product": seat.subscription.product.name,
        "url": reverse("console:licenses_seat_change", args=[seat.pk]),
        "kind": "good",
        "state": _("Has a seat"),
        "why": _why(seat, given, look),
        "ends": seat.subscription.ends,
        "since": told(seat.granted),
    }


def _waiting(each: Given, look: Look) -> dict[str, Any]:
    waiting = reverse("console:waiting-for-a-seat")
    return {
        "product": each.product,
        "url": f"{waiting}?licence={each.subscription_id}",
        "kind": "warn",
        "state": _("Waits for a seat"),
        "why": look.through(each.group_id, each.group),
    }


def _why(seat: Seat, given: Mapping[int, Given], look: Look) -> str:
    """Return the reason in words: a group, a source, a file, or somebody with their own reason."""
    if seat.by_group:
        through = given.get(seat.subscription_id)
        return look.through(through.group_id, through.group) if through else seat.grant_reason
    if source := source_name_of(seat.granted_by):
        return format_html(_("By {source} over SCIM"), source=source)
    by = actor_in_words(seat.granted_by)
    if seat.grant_reason == REASON:
        return format_html(_("By a CSV file, by {who}"), who=by)
    if seat.grant_reason:
        return format_html(_("By hand, by {who}: “{reason}”"), who=by, reason=seat.grant_reason)
    return format_html(_("By hand, by {who}"), who=by)
