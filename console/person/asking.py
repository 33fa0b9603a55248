"""What a person asks for or asked for, and when what they were granted ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access_requests.models import AccessRequest
from console.base.moments import told
from console.base.of_person import rows_about
from console.person.look import MOST_BESIDE

if TYPE_CHECKING:
    from console.person.look import Look

_State = AccessRequest.State
_KINDS = {_State.OPEN: "warn", _State.GRANTED: "good", _State.REFUSED: "bad"}


def asking(look: Look) -> dict[str, Any]:
    """Return what waits first, then the latest, each with its end if it has one."""
    asked = AccessRequest.objects.filter(user=look.person)
    # What nothing follows from any more has an end in time, and comes last.
    first = asked.order_by(F("closed").desc(nulls_first=True), "-pk")
    return {
        "lines": [
            {
                "thing": each.thing,
                "url": reverse("console:access_requests_accessrequest_change", args=[each.pk]),
                "state": each.get_state_display(),
                "kind": _KINDS.get(_State(each.state), ""),
                "says": _says(each),
                "at": told(each.asked),
            }
            for each in first[:MOST_BESIDE]
        ],
        "all_url": rows_about("access_requests_accessrequest", look.person),
    }


def _says(request: AccessRequest) -> str:
    if request.ending:
        return str(request.get_ending_display())
    if request.until is None:
        return ""
    return _("Ends on %(day)s") % {"day": date_format(request.until, "DATE_FORMAT")}
