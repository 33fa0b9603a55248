"""What of a tenant's own attributes may be compared: in SQL what clients see of a stored value.

The conditions hold exactly where :func:`scim.protocol.own_attributes.shown_value` has a value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from accounts.models.users import UNICODE_COLLATION
from scim.queries.filter_query import Scalar, json_scalar, json_values, quoted

if TYPE_CHECKING:
    from scim.protocol.schemas import Attribute, AttributePath

_BASE64: Final = quoted("^([A-Za-z0-9+/_-]{4})*([A-Za-z0-9+/_-]{2}={0,2}|[A-Za-z0-9+/_-]{3}=?)?$")
_JSON_TYPES: Final = {"boolean": "boolean", "decimal": "number", "integer": "number"}
"""What a value is stored as; of the other types, as a string."""
_FITS: Final[dict[str, Callable[[str], str]]] = {
    "integer": lambda text: (
        f"{text}::numeric = trunc({text}::numeric) AND abs({text}::numeric) < 9223372036854775808"
    ),
    "dateTime": lambda text: f"scim_moment({text}) IS NOT NULL",
    "reference": lambda text: rf"{text} !~ '[ \t\n\r]'",
    "binary": lambda text: rf"regexp_replace({text}, '\s', '', 'g') ~ {_BASE64}",
}
"""What besides its type in JSON makes a value fit, of the types that ask for more."""


def own_scalar(json: str, path: AttributePath) -> Scalar:
    """Return the scalar of a single-valued attribute, absent where the value does not fit it."""
    scalar, fits = json_scalar(json, path.target), _fits(json, path.target)
    return Scalar(f"CASE WHEN {fits} THEN {scalar.expression} END", fits, fits)


def own_elements(json: str, path: AttributePath) -> str:
    """Return the elements of a multi-valued attribute that fit it."""
    values, fits = json_values(json), _fits("own.v", path.target)
    return f"(SELECT own.v FROM {values} AS own(v) WHERE {fits}) AS e(v)"


def _fits(json: str, attribute: Attribute) -> str:
    text = f"(({json}) #>> '{{}}')"
    kind = _JSON_TYPES.get(attribute.type, "string")
    conditions = [_FITS[attribute.type](text)] if attribute.type in _FITS else []
    if attribute.only_canonical_values:
        conditions.append(_is_allowed(text, attribute))
    # CASE, because AND may look at its sides in any order, and a text is no number.
    held = " AND ".join(conditions) or "TRUE"
    return f"(CASE WHEN jsonb_typeof({json}) = '{kind}' THEN {held} ELSE FALSE END)"


def _is_allowed(text: str, attribute: Attribute) -> str:
    values = ", ".join(quoted(value) for value in attribute.canonical_values)
    if attribute.case_exact:
        return f"{text} IN ({values})"
    folded = f"lower({text} COLLATE {UNICODE_COLLATION})"
    allowed = (
        f"lower({quoted(each)} COLLATE {UNICODE_COLLATION})" for each in attribute.canonical_values
    )
    return f"{folded} IN ({', '.join(allowed)})"
