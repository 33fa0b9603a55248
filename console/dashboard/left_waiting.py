"""Who is left waiting: people for a seat, we for a source, and whoever began what then stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import ActionResult, Job
from console.applications.words import how_long_ago
from console.base.access import ACCESS
from console.dashboard.attention import Need
from console.dashboard.rights import sees, url
from scim.services.silence import HOURLY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from accounts.models import User
    from scim.models import Source
    from scim.services.silence import Rhythm

_MOST_ACTIONS = 5


def of_people(licences: Iterable[dict[str, Any]], page: str) -> Iterator[Need]:
    """Yield the products for whose seats people wait; ``page`` shows who."""
    for each in licences:
        if not each["waiting"]:
            continue
        what = ngettext(
            "%(n)s person waits for a seat of %(product)s",
            "%(n)s people wait for a seat of %(product)s",
            each["waiting"],
        )
        used = ngettext(
            "%(used)s of %(n)s seat is used. The next free one goes to who waits longest.",
            "%(used)s of %(n)s seats are used. The next free one goes to who waits longest.",
            each["seats"],
        )
        yield Need(
            kind="warn",
            what=what % {"n": each["waiting"], "product": each["product"]},
            meaning=used % {"used": each["used"], "n": each["seats"]},
            page=f"{page}?licence={each['key']}",
            button=_("See who waits"),
        )


def of_silence(sources: Iterable[Source], silent: Mapping[int, Rhythm]) -> Iterator[Need]:
    """Yield the sources that called by the clock and have fallen silent."""
    for source in sources:
        rhythm = silent.get(source.pk)
        if rhythm is None or source.last_request_at is None:
            continue
        used_to = _("It called every hour.") if rhythm == HOURLY else _("It called every day.")
        last = date_format(timezone.localtime(source.last_request_at), "SHORT_DATETIME_FORMAT")
        yield Need(
            kind="warn",
            what=_("%(source)s has not called for %(since)s")
            % {"source": source.name, "since": how_long_ago(source.last_request_at)},
            meaning=f"{used_to} {_('The last request came on %(when)s.') % {'when': last}}",
            page=url("scim_source_change", source.pk),
            button=_("Check the connection"),
        )


def of_actions(user: User) -> Iterator[Need]:
    """Yield what ``user`` began for many rows and what stopped before its end, in one statement.

    Its page is for who still sees the list that it was begun on.
    """
    seen = [page for page in ACCESS if sees(user, page)]
    failed = Job.objects.filter(pk=OuterRef("job"), state=Job.State.FAILED)
    stopped = Q(state=ActionResult.State.STOPPED) & ~Q(stopped_because="")
    under_way = (ActionResult.State.GOING, ActionResult.State.STOPPING)
    found = ActionResult.objects.filter(
        stopped | Q(Exists(failed), state__in=under_way),
        maker=user.pk,
        site="console",
        about__in=seen,
    )
    for result in found.order_by("-created")[:_MOST_ACTIONS]:
        because = result.stopped_because or _("It failed again and again.")
        yield Need(
            kind="bad",
            what=_("“%(title)s” has stopped before its end") % {"title": result.title},
            meaning=f"{because} {_('What was done stays done; let it go on from its page.')}",
            page=url("result", result.pk),
            button=_("See how far it came"),
        )
