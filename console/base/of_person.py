"""Rows of lists and logs that are about a person: found by the person, and led back to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from accounts.identifiers import is_canonical_uuid, read_uuid
from accounts.models import User
from console.base.access import Access, access_of
from console.base.change_list import DeclaredChangeList
from console.base.judging import JudgingFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest

PERSON: Final = "person"
"""The parameter in the address of a list that says about whom its rows are."""


class PersonFilter(JudgingFilter):
    """Rows about one person, whose page links to the list; there is nothing to choose from.

    Attributes:
        column: Where a row has the key of the person whom it is about.
    """

    column: ClassVar[str]
    title = gettext_lazy("Person")

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        given = params.pop(PERSON, None)
        self._key: str = given[-1] if given else ""
        self._called = _name_of(request, self._key) if self._key else ""

    def about(self, key: str) -> Q:
        """Return the condition for rows about the person with this key."""
        return Q((self.column, key))

    @override
    def accepts(self, value: str) -> bool:
        return is_canonical_uuid(value)

    @override
    def has_output(self) -> bool:
        return bool(self._key)

    @override
    def expected_parameters(self) -> list[str | None]:
        return [PERSON]

    @override
    def choices(self, changelist: Any) -> Iterator[Any]:
        everything = changelist.get_query_string(remove=[PERSON])
        yield {"selected": False, "query_string": everything, "display": _("All")}
        here = changelist.get_query_string({PERSON: self._key})
        yield {"selected": True, "query_string": here, "display": self._called}

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.accepts(self._key):
            return queryset
        return queryset.filter(self.about(self._key))


class LinkedChangeList(DeclaredChangeList):
    """A list each of whose rows leads to the person that it is about.

    Attributes:
        column: Where a row has the key of the person whom it is about.
    """

    column: ClassVar[str]

    def person_of(self, row: Any) -> object:
        """Return the key of the person that a row is about; nothing for a row about nobody."""
        return getattr(row, self.column)

    @override
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = with_people(request, self.result_list, self.person_of)


def rows_about(page: str, person: User) -> str:
    """Return the address of the list ``page``, such as ``licenses_seat``, with rows about them."""
    address = reverse(f"console:{page}_changelist")
    return f"{address}?{urlencode({PERSON: person.pk})}"


def sees_people(request: HttpRequest) -> bool:
    """Whether whoever asks may open the page of a person."""
    user = request.user
    return isinstance(user, User) and Access.VIEW in access_of(user, User._meta.label_lower)


def pages_of_people(request: HttpRequest, keys: Iterable[object]) -> dict[str, str]:
    """Return the page of each person who is there, by their key: nothing for who may see none.

    It costs one statement, whatever the number of rows.
    """
    wanted = {str(key) for key in keys if key and read_uuid(str(key))}
    if not wanted or not sees_people(request):
        return {}
    found = User.objects.filter(pk__in=wanted).values_list("pk", flat=True)
    return {str(key): reverse("console:accounts_user_change", args=[key]) for key in found}


def with_people(
    request: HttpRequest, rows: Iterable[Any], person_of: Callable[[Any], object]
) -> list[Any]:
    """Return ``rows``, each with ``person_page``: that of the person whom it is about, or none."""
    listed = list(rows)
    pages = pages_of_people(request, map(person_of, listed))
    for row in listed:
        row.person_page = pages.get(str(person_of(row)), "")
    return listed


def linked(text: str, page: str) -> str:
    """Return ``text``, as a link where there is a page."""
    return format_html('<a href="{}">{}</a>', page, text) if page else text


def _name_of(request: HttpRequest, key: str) -> str:
    if not is_canonical_uuid(key) or not sees_people(request):
        return key
    person = User.objects.filter(pk=key).first()
    return person.name_and_address if person else _("somebody who is gone")
