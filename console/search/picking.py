"""What fields of names offer for what is typed in them (:mod:`console.base.picker`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models import TextField, Value
from django.db.models.functions import Concat
from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.models import DirectoryGroup, User
from accounts.models.searched_text import Finds
from accounts.storage.finding import find_people
from console.base.access import Access, access_of
from console.base.change_list import MOST_WORDS
from console.base.pages import ConsolePage, register_page
from console.base.picker import OF, PAGE, TYPED, Named
from console.search.found import MOST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

_SHOWN: Final = Concat(
    *("user_name", Value(" "), "display_name", Value(" "), "given_name", Value(" "), "family_name"),
    output_field=TextField(),
)
"""What is shown of a person; what is searched by an index holds their address, too."""
_LONGEST: Final = 120
"""Letters of a name that are shown."""

Offer = dict[str, str]


@require_safe
def to_pick(request: HttpRequest) -> JsonResponse:
    """Answer with those whose names hold every word that is typed, and with a sentence about them.

    At most :data:`console.search.found.MOST` people and as many groups.  ``value`` of each is the
    line by which the field finds the very same one.
    """
    assert isinstance(request.user, User)  # noqa: S101 - the site let them in
    words = request.GET.get(TYPED, "").split()
    named = Named(request.GET.get(OF, Named.MEMBERS))
    people: list[Offer] = []
    groups: list[Offer] = []
    if words and named != Named.GROUPS:
        people = _people(request.user, words)
    if words and named != Named.PEOPLE:
        groups = _groups(words, beside_people=named == Named.MEMBERS)
    found = [*people[:MOST], *groups[:MOST]]
    has_more = max(len(people), len(groups)) > MOST
    return JsonResponse({"found": found, "said": _said(len(found), has_more) if words else ""})


def _people(user: User, words: Sequence[str]) -> list[Offer]:
    rows: QuerySet[User] = User.objects.order_by("user_name_ci")
    sees_addresses = Access.VIEW in access_of(user, "accounts.user")
    for word in words:
        rows = rows.filter(search_text__finds=word)
        if not sees_addresses:
            rows = rows.filter(Finds(_SHOWN, word))
    return [
        {
            "value": each.user_name,
            "name": _shown(each.get_full_name()),
            "detail": "" if each.active else _("Deactivated"),
        }
        for each in rows[: MOST + 1]
        if _is_a_line(each.user_name)
    ]


def _groups(words: Iterable[str], *, beside_people: bool) -> list[Offer]:
    rows: QuerySet[DirectoryGroup] = DirectoryGroup.objects.order_by("display_name_ci")
    for word in words:
        rows = rows.filter(display_name__finds=word)
    names = [each.display_name for each in rows[: MOST + 1] if _is_a_line(each.display_name)]
    # A line that means somebody means no group.
    people: dict[str, Any] = find_people(names) if beside_people and names else {}
    return [
        {"value": name, "name": _shown(name), "detail": _("Directory group")}
        for name in names
        if not people.get(name)
    ]


def _is_a_line(name: str) -> bool:
    return name.splitlines() == [name.strip()]


def _shown(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"


def _said(number: int, has_more: bool) -> str:  # noqa: FBT001 - a fact about the answer
    if not number:
        return _("Nothing is called so. What you write is looked for when you save.")
    text = ngettext("%(n)s found.", "%(n)s found.", number) % {"n": number}
    return f"{text} {_('There are more: write more of the name.')}" if has_more else text


def _is_search(value: str) -> bool:
    return len(value.split()) <= MOST_WORDS


register_page(
    ConsolePage(
        name=PAGE,
        route="to-pick/",
        view=to_pick,
        questions={TYPED: _is_search, OF: lambda value: value in set(Named)},
    )
)
