"""Who may be active again after a deactivation: an identity provider has them active."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.managed import holders_of_many
from accounts.services.turned_back import inactive_at_sources
from console.base.seen import as_named_to

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from accounts.models import User

_FIELD: Final = "active"


def who_may_come_back(request: HttpRequest, people: QuerySet[User]) -> dict[UUID, str]:
    """Return which of ``people`` a source may reactivate, in their order, and why.

    Who is inactive there stays so.  The number of statements is fixed.  Sources that whoever asks
    does not see have no name.
    """
    managed = holders_of_many(people.exclude(source_ids=[]).only("pk", "source_ids"))
    inactive = inactive_at_sources(managed)
    held = {
        pk: [each for each in holders if _FIELD in each.fields and each.name not in inactive[pk]]
        for pk, holders in managed.items()
    }
    every = {each.source_id: each for holders in held.values() for each in holders}
    seen = {each.source_id for each in as_named_to(request, list(every.values()))}
    return {
        pk: _why([each.name for each in holders if each.source_id in seen], of=len(holders))
        for pk, holders in held.items()
        if holders
    }


def _why(names: list[str], of: int) -> str:
    named = sorted(names)
    if of > len(named):
        named.append(_("an identity provider"))
    text = ngettext(
        "%(who)s has them active: its next push may reactivate them.",
        "%(who)s have them active: the next push of one may reactivate them.",
        len(named),
    )
    return capfirst(text % {"who": get_text_list(named, _("and"))})
