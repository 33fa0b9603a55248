"""What the pages of a source show, and storing its mapping tables if they are still so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import transaction

from accounts.posted_forms.shown import Page, TableOf, page_of
from console.sources.forms import mapping_formset
from scim.errors import SourceError
from scim.models import Resource, Source
from scim.services.holding import hold_source
from scim.services.mappings import MappingRow, refuse_deciding_rows, set_mapping

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from django.http import QueryDict

    from accounts.posted_forms.submissions import Submission


def tokens_shown(source: Source) -> Page:
    """Return which tokens work, so that a button that is pressed twice makes one."""
    alive = source.tokens.filter(revoked=None).order_by("pk").values_list("pk", flat=True)
    return Page({}, facts={"tokens": str(list(alive))})


def about_tokens(source: Source) -> str:
    """Return what the buttons of the tokens of ``source`` are about."""
    return f"tokens:{source.pk}"


def about_mapping(source: Source) -> str:
    """Return what the mapping tables of ``source`` are about."""
    return f"mapping:{source.pk}"


def mapping_shown(source: Source, locked: Mapping[str, Collection[str]]) -> Page:
    """Return what the two tables show now."""
    tables = [
        TableOf(
            mapping_formset(each, stored_rows(source, each), locked=locked[each]),
            "field",
            str(Resource(each).label),
        )
        for each in Resource.values
    ]
    return page_of(forms.Form(), tables=tables)


def stored_rows(source: Source, resource: str) -> list[MappingRow]:
    """Return the rows of a table, in order."""
    return [
        MappingRow(row.field, row.scim_attribute, row.required)
        for row in source.mappings.filter(resource=resource)
    ]


def add_row(data: QueryDict) -> None:
    """Let the table whose button was pressed have one more empty row."""
    wanted = data["add-row"]
    if wanted in Resource.values:
        name = f"{Resource(wanted).name.lower()}-TOTAL_FORMS"
        data[name] = str(int(data.get(name, "0")) + 1)


def store_tables(
    source: Source,
    tables: list[Any],
    submission: Submission,
    locked: Mapping[str, Collection[str]],
    *,
    everything: bool,
) -> str | None:
    """Store both tables, or none and return why; ``everything`` includes rows that decide.

    Raises:
        StaleFormError: Somebody has changed the tables since they were compared.
    """
    try:
        with transaction.atomic():
            hold_source(source)
            submission.require(mapping_shown(source, locked))
            for resource, table in tables:
                if not everything:
                    before = stored_rows(source, resource)
                    refuse_deciding_rows(before, table.rows(), resource=resource)
                set_mapping(source=source, resource=resource, rows=table.rows())
    except SourceError as error:
        return str(error)
    return None
