"""Which attributes a response carries: ``attributes`` and ``excludedAttributes`` (Section 3.9).

A projection is compiled once per request (and cached per pair of parameters); the usual one,
without parameters, only leaves out what is never or only on request returned.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from scim.protocol.errors import InvalidSyntaxError
from scim.protocol.own_attributes import shown_members

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scim.protocol.schemas import Attribute, AttributePath, ResourceType

_Selection = dict[tuple[str, str], frozenset[str] | None]
"""For each selected attribute (extension, name): its sub-attributes, or ``None`` for all."""

_Kept = dict[str, frozenset[str] | None]
"""For each attribute that is returned: which of its sub-attributes, or ``None`` for all."""

_MAX_NAMES: Final = 1_000
_SELECTION: Final = re.compile(r"\[[^\[\]]*\]")


class Projection:
    """Chooses the attributes of a resource that a response carries.

    ``attributes`` names those wanted besides the ones always returned; ``excluded`` those not
    wanted of the default ones.  When both are given, which the RFC does not allow for, the
    excluded ones are taken from the wanted ones.  Unknown names select nothing.
    """

    def __init__(
        self, resource_type: ResourceType, attributes: Iterable[str], excluded: Iterable[str]
    ) -> None:
        wanted, unwanted = tuple(attributes), tuple(excluded)
        self._only = _selection(resource_type, wanted) if wanted else None
        self._without = _selection(resource_type, unwanted)
        self._core: _Kept = {}
        self._extensions: dict[str, _Kept] = {each.id: {} for each in resource_type.extensions}
        for path in resource_type.attributes():
            subs = self._kept_sub_attributes(path)
            if subs is None or subs:
                holder = self._extensions[path.extension] if path.extension else self._core
                holder[path.attribute.name] = subs
        self._type, self._own = resource_type, resource_type.own_attributes
        self._wanted = frozenset(name.lower() for name in wanted)
        self._unwanted = frozenset(name.lower() for name in unwanted)
        self._whole = frozenset(name for name, subs in self._core.items() if subs is None)

    def selects(self, name: str, *, extension: str = "") -> bool:
        """Whether any part of the attribute is returned, so whether it must be read at all."""
        return name in (self._extensions.get(extension, {}) if extension else self._core)

    def parts(self, name: str) -> frozenset[str] | None:
        """Return which sub-attributes of an attribute are returned; ``None`` stands for all."""
        return self._core.get(name, frozenset())

    def __call__(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        """Return the part of the resource that the response carries.

        Only dicts are copied; lists and nested values are shared unless something inside them
        is left out.  A value that is neither, such as JSON made beforehand, is taken as it is.
        """
        whole, core, extensions = self._whole, self._core, self._extensions
        projected: dict[str, Any] = {}
        for key, value in resource.items():
            if key in whole:  # As nearly always, and this loop is much of what a list costs.
                projected[key] = value
            elif key in extensions:
                seen = shown_members(self._own[key], value) if key in self._own else value
                members = _selected(seen, extensions[key])
                if members:
                    projected[key] = members
            elif key in core:
                projected |= _selected({key: value}, core)
            elif self._keeps_undeclared(key):
                projected[key] = value
        return projected

    def _keeps_undeclared(self, key: str) -> bool:
        """Whether something is returned that only an adapter knows: as a default attribute is.

        What is under a URN belongs to a schema, and is hidden once that is not declared any more.
        """
        if ":" in key or self._type.declares(key):
            return False
        name = key.lower()
        return (not self._wanted or name in self._wanted) and name not in self._unwanted

    def _kept_sub_attributes(self, path: AttributePath) -> frozenset[str] | None:
        """Return the kept sub-attributes, ``None`` for the whole value, empty for nothing."""
        attribute, key = path.attribute, (path.extension, path.attribute.name)
        if attribute.returned == "never":
            return frozenset()
        if attribute.returned == "always":
            return None
        if not attribute.sub_attributes:
            return None if self._keeps(attribute, key) else frozenset()
        kept = frozenset(
            sub.name for sub in attribute.sub_attributes if self._keeps_sub(attribute, sub, key)
        )
        return None if len(kept) == len(attribute.sub_attributes) else kept

    def _keeps(self, attribute: Attribute, key: tuple[str, str]) -> bool:
        if self._only is not None:
            return key in self._only and key not in self._without
        return attribute.returned == "default" and key not in self._without

    def _keeps_sub(self, attribute: Attribute, sub: Attribute, key: tuple[str, str]) -> bool:
        if sub.returned == "never":
            return False
        if key in self._without and _covers(self._without[key], sub):
            return False
        if self._only is not None:
            return key in self._only and (_covers(self._only[key], sub) or sub.returned == "always")
        return attribute.returned == "default" and sub.returned != "request"


@lru_cache(maxsize=512)
def projection(
    resource_type: ResourceType, attributes: str = "", excluded_attributes: str = ""
) -> Projection:
    """Return the projection of two query parameters: comma-separated names in any letter case.

    Names may be URN-qualified and may end in a sub-attribute; an extension's URN alone means all
    of its attributes.  A selection, which the RFC does not allow for here and Microsoft's
    published collection sends, is ignored: ``emails[type eq "work"]`` means ``emails``.
    """
    return Projection(resource_type, _names(attributes), _names(excluded_attributes))


def read_names(value: object, name: str) -> str:
    """Return the comma-separated names of a query parameter or of a ``.search`` body's array.

    Raises:
        InvalidSyntaxError: It is neither a string nor an array of strings.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    raise InvalidSyntaxError(f"{name} must be an array of attribute names.")


def _names(text: str) -> list[str]:
    if "[" in text:
        text = _SELECTION.sub("", text)
    return [name.strip() for name in text.split(",") if name.strip()][:_MAX_NAMES]


def _selection(resource_type: ResourceType, names: Iterable[str]) -> _Selection:
    selection: _Selection = {}
    for name in names:
        path = resource_type.resolve(name)
        if path is not None:
            _select(selection, path)
            continue
        schema = resource_type.schema_of(name)
        if schema is not None:
            urn = schema.id if resource_type.is_extension(schema) else ""
            selection |= {(urn, attribute.name): None for attribute in schema.attributes}
    return selection


def _select(selection: _Selection, path: AttributePath) -> None:
    key = (path.extension, path.attribute.name)
    if path.sub_attribute is None:
        selection[key] = None
        return
    selected = selection.get(key, frozenset())
    if selected is not None:
        selection[key] = selected | {path.sub_attribute.name}


def _covers(selected: frozenset[str] | None, sub: Attribute) -> bool:
    return selected is None or sub.name in selected


def _selected(values: Mapping[str, Any], kept: _Kept) -> dict[str, Any]:
    """Return what is ``kept`` of the attributes in ``values``."""
    selected: dict[str, Any] = {}
    for name, value in values.items():
        if name not in kept:
            continue
        subs = kept[name]
        if subs is None or not isinstance(value, list | dict):
            selected[name] = value
        elif isinstance(value, list):
            elements = [part for element in value if (part := _part(element, subs))]
            if elements or not value:
                selected[name] = elements
        elif part := _part(value, subs):
            selected[name] = part
    return selected


def _part(element: Mapping[str, Any], subs: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in element.items() if key in subs}
