"""Lists that answer what they declare: their search, their filters, the order of their columns.

Django's own list takes every other parameter for a condition on any column, its own or related.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import singledispatch
from typing import TYPE_CHECKING, Any, Final

from django.contrib.admin import (
    AllValuesFieldListFilter,
    BooleanFieldListFilter,
    ChoicesFieldListFilter,
    DateFieldListFilter,
    EmptyFieldListFilter,
    FieldListFilter,
    ListFilter,
    RelatedFieldListFilter,
    ShowFacets,
    SimpleListFilter,
)
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IS_FACETS_VAR, IncorrectLookupParameters
from django.contrib.admin.views.main import (
    ALL_VAR,
    ORDER_VAR,
    PAGE_VAR,
    SEARCH_VAR,
    ChangeList,
)
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from typing_extensions import override

from console.base.judging import JudgingFilter
from console.base.questions import (
    POPUPS,
    UndeclaredQuestionError,
    is_empty,
    malformed,
    readable_parameters,
    undeclared,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from console.base.questions import Questions

MOST_WORDS: Final = 10
"""Each word of a search is compared with every searched column of every row."""
_YEARS: Final = range(1900, 9000)


class DeclaredChangeList(ChangeList):
    """A list that refuses every question but those its :class:`ModelAdmin` declares.

    Raises:
        UndeclaredQuestionError: The address asks something else.
    """

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        for name in sorted(POPUPS & request.GET.keys()):
            raise undeclared(name)
        super().__init__(request, *args, **kwargs)

    @override
    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        with _refusing():
            return super().get_queryset(request, exclude_parameters)

    @override
    def get_filters(self, request: HttpRequest) -> Any:
        asked = readable_parameters(request)
        for name, check in self._controls().items():
            if name in asked and not check(asked.pop(name)):
                raise malformed(name)
        found = super().get_filters(request)
        declared = {name: spec for spec in found[0] for name in spec.expected_parameters() if name}
        for name, value in asked.items():
            if name not in declared:
                raise undeclared(name)
            if not _offers(declared[name], name, value):
                raise malformed(name)
        return found

    @override
    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except IncorrectLookupParameters:
            # The list has become shorter since its link was made.
            paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
            self.page_num = paginator.num_pages
            super().get_results(request)

    def _controls(self) -> Questions:
        """Return the parameters that are no filters, each with what it may say."""
        controls: dict[str, Any] = {
            PAGE_VAR: re.compile(r"[1-9][0-9]{0,6}").fullmatch,
            ALL_VAR: is_empty,
            ORDER_VAR: self._is_order,
        }
        if self.search_fields:
            controls[SEARCH_VAR] = _is_search
        if self.model_admin.show_facets is ShowFacets.ALLOW:
            controls[IS_FACETS_VAR] = "True".__eq__
        return controls

    def _is_order(self, value: str) -> bool:
        """Whether ``value`` names columns that can be sorted, such as ``1.-3``."""
        columns = value.split(".")
        numbers = [column.removeprefix("-") for column in columns]
        if len(set(numbers)) != len(numbers):
            return False
        return value == "" or all(
            re.fullmatch(r"[0-9]{1,2}", number)
            and int(number) < len(self.list_display)
            and self._is_sortable(self.list_display[int(number)])
            for number in numbers
        )

    def _is_sortable(self, column: Any) -> bool:
        wanted = self.sortable_by
        return (wanted is None or column in wanted) and bool(self.get_ordering_field(column))


@contextmanager
def _refusing() -> Iterator[None]:
    """Refuse what Django would answer with the whole list, or with a page without a word."""
    try:
        yield
    except (IncorrectLookupParameters, DisallowedModelAdminLookup):
        raise UndeclaredQuestionError(_("This list cannot be filtered like that.")) from None


def _is_search(value: str) -> bool:
    return len(value.split()) <= MOST_WORDS


@singledispatch
def _offers(spec: ListFilter, name: str, value: str) -> bool:
    """Whether the filter has a link with this parameter and this value.

    A kind of filter that is not registered here offers nothing.
    """
    return False


@_offers.register
def _choice_offers(spec: SimpleListFilter, name: str, value: str) -> bool:
    return value in {str(each) for each, _label in spec.lookup_choices}


@_offers.register
def _judging_offers(spec: JudgingFilter, name: str, value: str) -> bool:
    return spec.accepts(value)


@_offers.register
def _boolean_offers(spec: BooleanFieldListFilter, name: str, value: str) -> bool:
    return value in {"0", "1"} if name == spec.lookup_kwarg else _is_null(spec, value)


@_offers.register
def _emptiness_offers(spec: EmptyFieldListFilter, name: str, value: str) -> bool:
    return value in {"0", "1"}


@_offers.register
def _choices_offer(spec: ChoicesFieldListFilter, name: str, value: str) -> bool:
    if name != spec.lookup_kwarg:
        return _is_null(spec, value)
    return value in {str(each) for each, _label in spec.field.flatchoices}


@_offers.register
def _related_offers(spec: RelatedFieldListFilter, name: str, value: str) -> bool:
    if name != spec.lookup_kwarg:
        return _is_null(spec, value)
    return value in {str(each) for each, _label in spec.lookup_choices}


@_offers.register
def _values_offer(spec: AllValuesFieldListFilter, name: str, value: str) -> bool:
    if name != spec.lookup_kwarg:
        return _is_null(spec, value)
    return value in {str(each) for each in spec.lookup_choices}


@_offers.register
def _dates_offer(spec: DateFieldListFilter, name: str, value: str) -> bool:
    if name not in {spec.lookup_kwarg_since, spec.lookup_kwarg_until}:
        return spec.field.null and value in {"True", "False"}
    try:
        moment = parse_datetime(value) or parse_date(value)
    except ValueError:
        return False
    return moment is not None and moment.year in _YEARS


def _is_null(spec: FieldListFilter, value: str) -> bool:
    return spec.field.null and value == "True"
