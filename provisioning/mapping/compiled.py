"""Mapping rows, read once and applied to many objects."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from provisioning.mapping.errors import EvaluationError, MappingError
from provisioning.mapping.expressions import compile_expression
from provisioning.mapping.functions import MAX_TEXT
from provisioning.mapping.gate import ExpressionError
from provisioning.mapping.rows import How
from provisioning.mapping.sources import check_source, single_values, source_value
from provisioning.mapping.templates import compile_template
from provisioning.protocol.paths import PathError, member, parse_target_path, put_at, text_of
from provisioning.protocol.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from provisioning.mapping.rows import Row
    from provisioning.protocol.paths import TargetPath

    _Reader = Callable[[Mapping[str, Any]], Any]

_MADE_THERE: Final = frozenset({"id", "meta", "schemas", "groups"})
_PUSHED_APART: Final = frozenset({"members", "roles", "entitlements"})
_NEVER_SELECTED: Final = frozenset({"members"})
"""Of those what no row fills either that says in which element."""
_NEVER: Final = frozenset({"password"})
_BOOLEANS: Final = frozenset({"active", "primary"})


@dataclass(frozen=True, slots=True)
class Mapped:
    """What the rows make of one object; see :class:`provisioning.planning.objects.Desired`.

    ``filled`` are the paths of the rows that are not for creation only.
    """

    always: dict[str, Any]
    on_create: dict[str, Any]
    filled: frozenset[str]


@dataclass(frozen=True, slots=True)
class CompiledRow:
    """A row, ready: ``read`` makes its value of a resource of ours."""

    path: TargetPath
    read: Callable[[Mapping[str, Any]], Any]
    default: str
    on_create_only: bool


@dataclass(frozen=True, slots=True)
class Compiled:
    """The rows of one kind of object, in order."""

    rows: tuple[CompiledRow, ...]

    def apply(self, resource: Mapping[str, Any]) -> Mapped:
        """Return what the rows make of a canonical resource of ours.

        A user: as a SCIM client reads it, with ``role`` (``"editor"``) and ``groups`` (names).
        A group: ``displayName``, ``externalId``, ``customAttributes`` (name to value).

        Raises:
            EvaluationError: A row has no usable value for this object.
        """
        always: dict[str, Any] = {}
        on_create: dict[str, Any] = {}
        for position, row in enumerate(self.rows):
            try:
                value = _fitting(row, row.read(resource))
            except (ExpressionError, PathError) as error:
                raise EvaluationError(position, f"{row.path.text}: {error}") from error
            if value is not None:
                put_at(on_create if row.on_create_only else always, row.path, value)
        return Mapped(always, on_create, self.filled)

    @property
    def filled(self) -> frozenset[str]:
        """The paths that are filled whenever something is sent."""
        return frozenset(row.path.text for row in self.rows if not row.on_create_only)


def compile_rows(rows: Sequence[Row], *, kind: Kind) -> Compiled:
    """Return the rows, ready to be applied.

    Raises:
        MappingError: A row cannot be used, or fills what another one fills.
    """
    compiled: list[CompiledRow] = []
    for position, row in enumerate(rows):
        try:
            path = parse_target_path(row.target)
            _check_target(path, kind)
            _check_alone(path, compiled)
            read = _READERS[row.how](row)
        except (ExpressionError, PathError) as error:
            raise MappingError(position, str(error)) from error
        compiled.append(CompiledRow(path, read, row.default, row.on_create_only))
    return Compiled(tuple(compiled))


def _direct(row: Row) -> _Reader:
    source = _checked(row.source)
    return lambda resource: deepcopy(source_value(resource, source))


def _look_up(row: Row) -> _Reader:
    """Return what finds the value of a path in the table of a row, ignoring case if need be."""
    source = _checked(row.source)
    exact = {key.strip(): value for key, value in row.lookup.items()}
    folded = {key.lower(): value for key, value in exact.items()}

    def look_up(resource: Mapping[str, Any]) -> str:
        value = single_values(source_value(resource, source))
        key = text_of(next(iter(value), "") if isinstance(value, list) else value).strip()
        return exact.get(key, folded.get(key.lower(), ""))

    return look_up


def _checked(source: str) -> str:
    check_source(source.strip())
    return source.strip()


_READERS: Final[Mapping[How, Callable[[Row], _Reader]]] = {
    How.CONSTANT: lambda row: lambda _: row.source,
    How.DIRECT: _direct,
    How.EXPRESSION: lambda row: compile_expression(row.source).evaluate,
    How.LOOKUP: _look_up,
    How.TEMPLATE: lambda row: compile_template(row.source).fill,
}
"""What makes the value of a row out of a resource of ours, by how it does."""


def _check_target(path: TargetPath, kind: Kind) -> None:
    name = "" if path.urn else path.attribute.lower()
    if name in _MADE_THERE:
        raise PathError(f"{path.attribute} is made by the target.")
    if name in _NEVER:
        raise PathError(f"{path.attribute} is never sent: people sign in here.")
    if name in _NEVER_SELECTED or (name in _PUSHED_APART and not path.selection):
        raise PathError(f"{path.attribute} is pushed by switches of its own, not by a row.")
    if kind is Kind.GROUP and name == "active":
        raise PathError("Groups have no active.")
    if path.is_list and path.sub and not path.selection:
        raise PathError(
            f'{path.text} may be in many elements; say which: {path.head}[type eq "work"].'
            f"{path.sub}."
        )


def _check_alone(path: TargetPath, rows: Sequence[CompiledRow]) -> None:
    for row in rows:
        texts = {path.text.lower(), row.path.text.lower()}
        heads = {path.head.lower(), row.path.head.lower()}
        if len(texts) == 1 or (len(heads) == 1 and heads & texts):
            raise PathError(f"{path.text} and {row.path.text} fill the same attribute.")


def _fitting(row: CompiledRow, value: Any) -> Any:
    """Return a value in the shape of the attribute that it fills, or ``None`` for no value."""
    path = row.path
    if value in (None, "", [], {}):
        value = row.default
    if value == "":
        return None
    _check_length(value)
    takes_list = path.is_list and not path.selection and not path.sub
    if takes_list:
        elements = value if isinstance(value, list) else [value]
        return [each if isinstance(each, dict) else {"value": each} for each in elements]
    if isinstance(value, list) and (path.selection or path.sub or not path.urn):
        value = next(iter(value))
    if isinstance(value, dict) and (path.sub or path.selection):
        value = member(value, path.sub or "value") or single_values(value)
    return _as_boolean(path, value)


def _check_length(value: Any) -> None:
    texts = value if isinstance(value, list) else [value]
    if any(isinstance(each, str) and len(each) > MAX_TEXT for each in texts):
        raise ExpressionError(f"The value is longer than {MAX_TEXT} characters.")


def _as_boolean(path: TargetPath, value: Any) -> Any:
    if (path.sub or path.attribute).lower() not in _BOOLEANS or not isinstance(value, str):
        return value
    read = {"true": True, "false": False}.get(value.strip().lower())
    if read is None:
        raise PathError("A yes or no is needed: true or false.")
    return read
