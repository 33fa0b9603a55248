"""Messages of SAML in the log: sign-ins, tests and logouts, accepted or refused, values masked."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from console.one_log.entries import About, Entry, Fact, Place, about
from console.one_log.outcomes import Outcome
from console.one_log.streams import Part, Stream
from saml_sso.models import SignInAttempt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from accounts.trail.search import Sought
    from console.one_log.entries import Known

NAME: Final = "sign-in"
_Kind = SignInAttempt.Kind
_SENTENCES: Final = {
    (_Kind.IDP_INITIATED, True): gettext_lazy("%(who)s came in from the identity provider"),
    (_Kind.SP_INITIATED, True): gettext_lazy("%(who)s came in through the identity provider"),
    (_Kind.TEST, True): gettext_lazy("A test sign-in of %(who)s passed"),
    (_Kind.LOGOUT, True): gettext_lazy("%(who)s was signed out by the identity provider"),
    (_Kind.IDP_INITIATED, False): gettext_lazy(
        "The sign-in of %(who)s from the identity provider was refused"
    ),
    (_Kind.SP_INITIATED, False): gettext_lazy(
        "The sign-in of %(who)s through the identity provider was refused"
    ),
    (_Kind.TEST, False): gettext_lazy("A test sign-in of %(who)s was refused"),
    (_Kind.LOGOUT, False): gettext_lazy("A logout message about %(who)s was refused"),
}


def _rows(request: HttpRequest) -> QuerySet[Any]:
    """Return what the page of the sign-ins lists, what anybody may have sent included.

    The log is bounded: a thousand of each share, and a few of each stranger.
    """
    return SignInAttempt.objects.defer("sealed")


def _sought(request: HttpRequest, sought: Sought) -> Iterator[Part]:
    people = sought.about.get("user", ())
    condition = Q(reference=sought.typed.upper()) | Q(user__in=people)
    address = _read_address(sought.typed)
    yield Part(condition | Q(ip_address=address) if address else condition, is_rare=True)


def _read_address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


def _names(row: SignInAttempt) -> Iterator[About]:
    yield about(User, row.user_id)


def _tell(rows: Sequence[SignInAttempt], known: Known) -> list[Entry]:
    return [_told(row, known) for row in rows]


def _told(row: SignInAttempt, known: Known) -> Entry:
    return Entry(
        stream=NAME,
        key=str(row.pk),
        at=row.at,
        kind=_("Sign-in"),
        outcome=Outcome.DONE if row.is_accepted else Outcome.FAILED,
        sentence=_sentence(row),
        figure=row.reference,
        reason="" if row.is_accepted else row.reason or row.check_name,
        remedy="" if row.is_accepted else row.remedy,
        facts=_facts(row, known),
        reference=row.reference,
        more_url=reverse("console:saml-and-scim-attempt", args=[row.pk]),
        more=_("Every check that was made"),
    )


def _sentence(row: SignInAttempt) -> str:
    told = str(_SENTENCES[_Kind(row.kind), row.is_accepted])
    return told % {"who": row.identifier or _("somebody")}


def _facts(row: SignInAttempt, known: Known) -> list[Fact]:
    person = known.get(about(User, row.user_id), Place("", ""))
    facts = [
        Fact(_("Person"), row.identifier or (_("Somebody here") if person.url else ""), person.url),
        Fact(_("Began"), row.get_kind_display()),
        Fact(_("Failed check"), row.check_name),
        Fact(_("IP address"), row.ip_address or "", is_code=True),
        Fact(_("Browser"), row.user_agent),
        Fact(_("Valid signature"), "" if row.place is None else _("No: anybody may have sent it")),
        Fact(_("Further ones counted"), str(row.repeats or "")),
    ]
    return [fact for fact in facts if fact.text]


STREAM: Final = Stream(
    name=NAME,
    model=SignInAttempt,
    moment="at",
    page="sign-in-attempts",
    rows=_rows,
    outcomes={
        Outcome.DONE: Q(outcome=SignInAttempt.Outcome.ACCEPTED),
        Outcome.FAILED: Q(outcome=SignInAttempt.Outcome.REFUSED),
    },
    sought=_sought,
    of_person=lambda key: Q(user=key),
    names=_names,
    tell=_tell,
)
