"""The user list as a page: what its address says, who is on it, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.contrib.admin.utils import label_for_field
from django.contrib.admin.views.main import ALL_VAR, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.db.models import Sum
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from typing_extensions import override

from accounts.models import UserCount
from accounts.models.saved_views import LONGEST_NAME
from console.base.change_list import DeclaredChangeList
from console.base.counting import EXACT, Number, counted
from console.people.columns import COLUMNS_VAR, read_beside
from console.people.facets import Base, Choice, choices_of
from console.people.filters import (
    FILTERS,
    DomainFilter,
    GroupFilter,
    IdleFilter,
    PeopleFilter,
    ProfileFilter,
)

if TYPE_CHECKING:
    from django.http import HttpRequest

    from console.base.questions import Questions

CHOOSE_VAR: Final = "choose"
"""The parameter that names the filter whose choices are open."""
AMONG_VAR: Final = "among"
"""The parameter that says what the names of these choices have in them."""
SAVE_VAR: Final = "save"
"""The parameter that opens the form for the name of a view, and what is entered there already."""
_PASSING: Final = (PAGE_VAR, ALL_VAR, CHOOSE_VAR, AMONG_VAR, SAVE_VAR)
"""Parameters that are of the moment, and of no view."""


LONGEST_AMONG: Final = 100


@dataclass(frozen=True, slots=True)
class Offer:
    """A filter whose choices are open.

    Attributes:
        spec: The filter.
        choices: What it offers, each with the address that it leads to.
        entry: What can be entered beside them, if something can.
    """

    spec: PeopleFilter
    choices: list[tuple[Choice, str]]
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A field beside the choices of a filter: a form that asks for the list again.

    Attributes:
        name: The parameter that it fills in, and ``value`` what is in it.
        keeps: The other parameters of the address.
    """

    name: str
    value: str
    label: str
    button: str
    keeps: list[tuple[str, str]]


def is_name_of_view(value: str) -> bool:
    """Whether the form for the name of a view can show ``value``."""
    return len(value) <= LONGEST_NAME


class PeopleChangeList(DeclaredChangeList):
    """The list, counted and paged through as far as :data:`EXACT`.

    Attributes:
        found: How many people match.
    """

    found: Number
    filter_specs: list[Any]
    model_admin: Any

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        super().__init__(request, *args, **kwargs)
        if "external_id" in self.model_admin.columns_of(request):
            self.search_help_text = _("Name, address or external ID")
        else:
            self.search_help_text = _("Name or address")

    @override
    def _controls(self) -> Questions:
        return {
            **super()._controls(),
            COLUMNS_VAR: self._are_columns,
            CHOOSE_VAR: {each.name for each in FILTERS}.__contains__,
            AMONG_VAR: lambda value: len(value) <= LONGEST_AMONG,
            SAVE_VAR: is_name_of_view,
        }

    def _are_columns(self, value: str) -> bool:
        return bool(self.model_admin.are_columns(self.request, value))

    @override
    def get_filters_params(self, params: Any = None) -> Any:
        asked = super().get_filters_params(params)
        for name in (COLUMNS_VAR, CHOOSE_VAR, AMONG_VAR, SAVE_VAR):
            asked.pop(name, None)
        return asked

    @cached_property
    def everybody(self) -> int:
        """How many people the tenant has."""
        return UserCount.objects.aggregate(n=Sum("users"))["n"] or 0

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or a filter leaves anybody out."""
        return bool(self.query or any(spec.value is not None for spec in self.filter_specs))

    @override
    def get_results(self, request: HttpRequest) -> None:
        size = self.list_per_page
        first = list(self.queryset[: size + 1]) if self.page_num == 1 else []
        if self.page_num == 1 and len(first) <= size:
            self.found = Number(len(first))
        elif self.is_narrowed:
            self.found = counted(self.queryset, most=self.everybody)
        else:
            self.found = Number(self.everybody)
        self.result_count = min(self.found.value, EXACT)
        paginator = self.model_admin.get_paginator(request, range(self.result_count), size)
        self.page_num = min(self.page_num, paginator.num_pages)
        start = (self.page_num - 1) * size
        self.result_list = first[:size] or list(self.queryset[start : start + size])
        read_beside(self.result_list, {str(name) for name in self.list_display})
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = True
        self.can_show_all = False
        self.multi_page = self.result_count > size
        self.paginator = paginator

    @property
    def is_cut(self) -> bool:
        """Whether more people match than can be paged through."""
        return self.found.value > EXACT

    @property
    def view_query(self) -> str:
        """What a view of this list would keep: the address without what is of the moment."""
        return urlencode(
            sorted((name, value) for name, value in self.params.items() if name not in _PASSING)
        )

    def address(self, **changes: str | None) -> str:
        """Return the address of this list with these parameters, at its first page."""
        params = {**self.params, **dict.fromkeys(_PASSING), **changes}
        kept = sorted((name, value) for name, value in params.items() if value is not None)
        return f"?{urlencode(kept)}"

    @property
    def chips(self) -> list[dict[str, Any]]:
        """The filters that are set, each with the addresses that change it and take it away."""
        return [
            {
                "title": spec.title,
                "words": spec.words,
                "change": f"{self.address(choose=spec.name)}#choices",
                "remove": self.address(**{spec.name: None}),
            }
            for spec in self.filter_specs
            if spec.value is not None
        ]

    @property
    def more_filters(self) -> list[dict[str, Any]]:
        """The filters that are not set, each with the address that opens its choices."""
        return [
            {"title": spec.title, "url": f"{self.address(choose=spec.name)}#choices"}
            for spec in self.filter_specs
            if spec.value is None
        ]

    @property
    def column_choices(self) -> list[dict[str, Any]]:
        """The columns, each with whether it is shown and the address that turns that over."""
        shown = self.model_admin.chosen_columns(self.request)
        found = []
        for name in self.model_admin.columns_of(self.request):
            is_shown = name in shown
            others = [each for each in shown if each != name] if is_shown else [*shown, name]
            label = capfirst(str(label_for_field(name, self.model, self.model_admin)))
            # What the columns are sorted by is counted in columns.
            url = self.address(**{COLUMNS_VAR: ",".join(others), ORDER_VAR: None})
            found.append({"label": label, "is_shown": is_shown, "url": url})
        return found

    @cached_property
    def offer(self) -> Offer | None:
        """The filter whose choices are open, counted."""
        name, among = self.params.get(CHOOSE_VAR), self.params.get(AMONG_VAR, "")
        spec = next((each for each in self.filter_specs if each.name == name), None)
        if spec is None:
            return None
        choices = choices_of(spec, self._base_of(spec), among)
        links = [(each, self.address(**{spec.name: each.value})) for each in choices]
        return Offer(spec, links, self._entry_of(spec, among))

    def _entry_of(self, spec: PeopleFilter, among: str) -> Entry | None:
        match spec:
            case IdleFilter() | DomainFilter():
                label = _("Days") if isinstance(spec, IdleFilter) else _("Another domain")
                name, value, button = spec.name, spec.value or "", _("Filter")
                left_out = {*_PASSING, name}
            case GroupFilter() | ProfileFilter():
                label, name, value, button = _("Name"), AMONG_VAR, among, _("Find")
                left_out = {*_PASSING, name} - {CHOOSE_VAR}
            case _:
                return None
        keeps = [(key, text) for key, text in self.params.items() if key not in left_out]
        return Entry(name, value, label, button, keeps)

    @property
    def kept_by_search(self) -> list[tuple[str, str]]:
        """What a search keeps of the address."""
        left_out = {*_PASSING, SEARCH_VAR}
        return [(name, value) for name, value in self.params.items() if name not in left_out]

    @property
    def is_saving(self) -> bool:
        """Whether the form for the name of a view is open."""
        return SAVE_VAR in self.params

    @property
    def name_to_save(self) -> str:
        """What is entered there already."""
        return str(self.params.get(SAVE_VAR, ""))

    @property
    def save_address(self) -> str:
        """The address of this list with that form."""
        return self.address(**{SAVE_VAR: ""})

    def _base_of(self, spec: PeopleFilter) -> Base:
        """Return whom the search and the other filters leave."""
        people = self.root_queryset.order_by("user_name_ci")
        for each in self.filter_specs:
            if each is not spec:
                people = each.queryset(self.request, people)
        people, _repeats = self.model_admin.get_search_results(self.request, people, self.query)
        if spec.value is None:
            return Base(people, self.found)
        return Base(people, counted(people, most=self.everybody))
