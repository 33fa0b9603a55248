"""Single values: what each SCIM data type accepts and the form it is kept in (RFC 7643, 2.3)."""

from __future__ import annotations

import base64
import binascii
import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from scim.protocol.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    from scim.protocol.schemas import Attribute

MAX_STRING_LENGTH: Final = 65_536
"""Characters in one string; a photo or certificate in ``binary`` may be sixteen times longer."""

MAX_BINARY_LENGTH: Final = 16 * MAX_STRING_LENGTH
_MAX_INTEGER: Final = 2**63 - 1
_BOOLEANS: Final = {"true": True, "false": False}
_DATE_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?"
)


def read_value(attribute: Attribute, value: object, name: str) -> Any:
    """Return one simple value in its canonical form.

    Booleans may come as ``"True"``/``"False"`` in any letter case, as Entra ID sends them, and
    numbers as strings.  ``name`` is how the attribute is called in an error.

    Raises:
        InvalidValueError: The value does not fit the attribute's type, or is not one of the
            values that the attribute is limited to.
    """
    read = _READERS[attribute.type](value, name)
    if attribute.only_canonical_values:
        return _canonical(attribute, read, name)
    return read


def parse_date_time(text: str) -> datetime | None:
    """Return the moment that ``text`` names, in UTC, or ``None`` when it names none.

    Without an offset the time is taken as UTC; a fraction is cut to microseconds.
    """
    if not _DATE_TIME.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.upper().replace(",", "."))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_storable(text: str) -> bool:
    """Whether the text holds only characters that can be stored: no NUL, no lone surrogate."""
    if "\x00" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_boolean(value: object) -> bool | None:
    """Return the boolean that ``value`` is or spells, or ``None`` when it does neither."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _BOOLEANS.get(value.strip().lower())
    return None


def _read_string(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise InvalidValueError(f"{name} must be a string, not {_kind(value)}.")
    if len(value) > MAX_STRING_LENGTH:
        raise InvalidValueError(f"{name} is longer than {MAX_STRING_LENGTH} characters.")
    if not is_storable(value):
        raise InvalidValueError(f"{name} holds a NUL or half of a surrogate pair.")
    return value


def _read_boolean(value: object, name: str) -> bool:
    boolean = read_boolean(value)
    if boolean is None:
        raise InvalidValueError(f"{name} must be true or false, not {_kind(value)}.")
    return boolean


def _read_integer(value: object, name: str) -> int:
    number = _read_decimal(value, name)
    if isinstance(number, float):
        if not number.is_integer():
            raise InvalidValueError(f"{name} must be a whole number, not {number}.")
        number = int(number)
    if abs(number) > _MAX_INTEGER:
        raise InvalidValueError(f"{name} must fit into 64 bits.")
    return number


def _read_decimal(value: object, name: str) -> int | float:
    if isinstance(value, str):
        value = _parse_number(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidValueError(f"{name} must be a number, not {_kind(value)}.")
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidValueError(f"{name} must be a finite number.")
    if abs(value) > _MAX_INTEGER and isinstance(value, int):
        raise InvalidValueError(f"{name} must fit into 64 bits.")
    return value


def _parse_number(text: str) -> int | float | str:
    """Return the number that ``text`` spells, or the text itself for the error to name."""
    if len(text) > len(str(_MAX_INTEGER)) * 2 or not text.isascii() or "_" in text:
        return text
    for parse in (int, float):
        try:
            return parse(text)
        except ValueError:
            continue
    return text


def _read_date_time(value: object, name: str) -> str:
    text = _read_string(value, name)
    if parse_date_time(text) is None:
        raise InvalidValueError(
            f"{name} must be a dateTime such as 2011-05-13T04:42:34Z, not {text[:40]!r}."
        )
    return text


def _read_reference(value: object, name: str) -> str:
    text = _read_string(value, name)
    if any(character in text for character in (" ", "\t", "\n", "\r")):
        raise InvalidValueError(f"{name} must be a URI, and a URI holds no white space.")
    return text


def _read_binary(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise InvalidValueError(f"{name} must be a base64 string, not {_kind(value)}.")
    if len(value) > MAX_BINARY_LENGTH:
        raise InvalidValueError(f"{name} is longer than {MAX_BINARY_LENGTH} characters.")
    compact = "".join(value.split()).translate(_URL_SAFE)
    try:
        base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidValueError(f"{name} must be base64 (RFC 4648).") from None
    return value


def _canonical(attribute: Attribute, value: Any, name: str) -> Any:
    for canonical in attribute.canonical_values:
        if value == canonical:
            return value
        if not attribute.case_exact and str(value).lower() == canonical.lower():
            return canonical
    allowed = ", ".join(attribute.canonical_values)
    raise InvalidValueError(f"{name} must be one of: {allowed}.")


def _kind(value: object) -> str:
    """Name a value's JSON type, for an error; the value itself may be private."""
    return _KINDS.get(type(value), "an unknown type")


_URL_SAFE: Final = str.maketrans("-_", "+/")
_KINDS: Final[dict[type, str]] = {
    type(None): "null",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}
_READERS: Final[dict[str, Callable[[object, str], Any]]] = {
    "string": _read_string,
    "boolean": _read_boolean,
    "integer": _read_integer,
    "decimal": _read_decimal,
    "dateTime": _read_date_time,
    "reference": _read_reference,
    "binary": _read_binary,
}


def moment(value: datetime) -> str:
    """Return a moment in UTC as a SCIM dateTime, with all the digits that are stored."""
    return value.isoformat().replace("+00:00", "Z")
