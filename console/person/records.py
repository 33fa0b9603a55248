"""What identity providers asked about a person, and what the trail tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import AuditEntry, User
from accounts.trail.telling import tell
from console.base.moments import told
from console.base.of_person import PERSON, rows_about
from console.base.seen import seen_sources, sees_all, told_to
from console.person.look import MOST_BESIDE
from console.person.signing_in import REFUSED, SIGN_INS
from scim.models import RequestLogEntry

if TYPE_CHECKING:
    from console.person.look import Look

_KINDS: Final = {2: "good", 3: "off", 4: "warn", 5: "bad"}
_OF_A_CLASS: Final = 100
_ENTRIES: Final = 8


def requests(look: Look) -> dict[str, Any]:
    """Return the last SCIM requests that named the person, of the sources that are seen."""
    entries = RequestLogEntry.objects.filter(resource_id=str(look.person.pk))
    if not sees_all(look.request):
        entries = entries.filter(source__in=seen_sources(look.request))
    latest = entries.defer("request_body", "response_body").order_by("-at", "-id")[:MOST_BESIDE]
    return {
        "lines": [
            {
                "asked": f"{each.method} {each.route}",
                "status": each.status,
                "kind": _KINDS.get(each.status // _OF_A_CLASS, ""),
                "source": each.source_name,
                "at": told(each.at),
                "url": reverse("console:scim_requestlogentry_change", args=[each.pk]),
            }
            for each in latest
        ],
        "all_url": rows_about("scim_requestlogentry", look.person),
    }


def history(look: Look) -> dict[str, Any]:
    """Return what happened to the person last, in words, apart from how they signed in."""
    about = AuditEntry.objects.filter(
        target_type=User._meta.model_name or "", target_id=str(look.person.pk)
    ).exclude(action__in=SIGN_INS)
    latest = told_to(look.request, about)[:_ENTRIES]
    log = f"{reverse('console:log')}?{urlencode({PERSON: look.person.pk})}"
    return {
        "entries": [(each, _kind_of(each.entry)) for each in tell(latest)],
        "all_url": log if look.may("log") else "",
        "page_url": reverse("console:accounts_user_history", args=[look.person.pk]),
    }


def _kind_of(entry: AuditEntry) -> str:
    return "bad" if entry.action.endswith(REFUSED) else "good"
