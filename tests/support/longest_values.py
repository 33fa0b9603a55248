"""Rows whose text columns are as long as the columns take, whatever those columns are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction

from accounts.models.compared_names import ComparedNameField

if TYPE_CHECKING:
    from collections.abc import Iterable

UNBROKEN: Final = "W" * 2_000
RIGHT_TO_LEFT: Final = "مُحمَّد‎ בן־גוריון 👩‍👩‍👧‍👦🏳️‍🌈" * 80
WITHOUT_A_BOUND: Final = 600
"""Letters for a column that has no greatest length."""

MEAN_SOMETHING: Final = frozenset(
    {
        *("password", "digest", "base", "browser_digest", "tester_session"),  # Compared with others
        *("private_key", "pem", "session_data", "saml", "answer", "content"),  # Read by programs.
        *("action", "target_type", "target_id", "check_name", "method"),  # Words of ours.
        *("slug", "field", "scim_attribute", "reference", "request_id"),  # Parts of addresses.
        "logo_address",  # Another part of an address.
        # Another part of an address.
        *("query", "colour"),  # Read by us: the questions of a view, and #rrggbb.
        *("about", "back", "lines", "site"),  # Where a result belongs, with its outcomes.
    }
)
"""Columns whose content the product itself makes and understands: another one is no value."""


def lengthen(rows: Iterable[models.Model], text: str) -> int:
    """Fill every text column of the rows with what begins like ``text``; return how many took it.

    An address stays one, a URL keeps its beginning, and where the column's validators or the
    database refuse the text, it gets as many letters and digits as they take.
    """
    taken = 0
    for row in rows:
        for field in row._meta.concrete_fields:
            if not _is_free(field):
                continue
            old = getattr(row, field.attname)
            if isinstance(field, models.JSONField):
                taken += _write(row, field, _longer_within(old, text))
            else:
                taken += any(
                    _write(row, field, value) for value in _values(field, str(old or ""), row, text)
                )
    return taken


def _is_free(field: models.Field[Any, Any]) -> bool:
    return (
        isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not isinstance(field, ComparedNameField)
        and not (field.choices or field.primary_key or field.generated or field.remote_field)
        and field.name not in MEAN_SOMETHING
    )


def _values(field: models.Field[Any, Any], old: str, row: models.Model, text: str) -> Iterable[str]:
    """Yield values of the greatest length, the most telling first, each unlike other rows'."""
    most = field.max_length or WITHOUT_A_BOUND
    number = str(row.pk)[-12:]
    if "://" in old:
        yield f"{old}/{UNBROKEN}"[:most]
    elif old.startswith("urn:"):
        yield f"{old}{UNBROKEN}"[: most - len(number)] + number
    elif "@" in old:
        local = f"{number}{'x' * (64 - len(number))}"
        yield f"{local}@{'.'.join(['y' * 60] * 3)}.example"[: min(most, 254)]
    else:
        yield text[: most - len(number)] + number
    yield "W" * (most - len(number)) + number
    yield ".".join(["y" * 60] * 4)[: most - 9 - len(number)] + number + ".example"
    yield "w" * (most - len(number)) + number


def _longer_within(value: Any, text: str) -> Any:
    """Return ``value`` with every string in it as long as a name may be."""
    if isinstance(value, str):
        return text[:512]
    if isinstance(value, list):
        return [_longer_within(each, text) for each in value]
    if isinstance(value, dict):
        return {key: _longer_within(each, text) for key, each in value.items()}
    return value


def _write(row: models.Model, field: models.Field[Any, Any], value: Any) -> bool:
    """Write the value where it may stand; say whether it does."""
    try:
        if not isinstance(field, models.JSONField):
            field.run_validators(value)
        elif json.dumps(value) == json.dumps(getattr(row, field.attname)):
            return False
        with transaction.atomic():
            type(row)._default_manager.filter(pk=row.pk).update(**{field.attname: value})
    except (ValidationError, DatabaseError):
        return False
    return True
