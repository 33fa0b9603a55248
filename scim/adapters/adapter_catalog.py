"""Where the attributes are that an adapter adds or changes, for filters and sorting.

What an adapter works out in Python, the database cannot compare: a filter by it is refused unless
the adapter's ``ATTR_MAP`` names where the same value is stored.  A wider result would be wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import CharField, TextField

from scim.queries.filter_query import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

    from scim.adapters.group_adapter import GroupAdapter
    from scim.adapters.user_adapter import UserAdapter
    from scim.protocol.schemas import AttributePath
    from scim.queries.filter_query import SQL, Catalog

    Adapter = type[UserAdapter] | type[GroupAdapter]

AS_SENT: Final = "attributes"
"""What ``ATTR_MAP`` says of an attribute whose value is kept as it was sent."""


def catalog_with(catalog: Catalog, adapter: Adapter, model: type[Model], alias: str) -> Catalog:
    """Return ``catalog`` with what ``adapter`` says of attributes; ``alias`` names its row."""
    if adapter.ATTR_MAP or adapter.extensions:
        return AdapterCatalog(catalog, adapter, model, alias)
    return catalog


def columns_of(model: type[Model]) -> Iterable[str]:
    """Return the columns that an ``ATTR_MAP`` may name: those that hold no secret."""
    return [field.attname for field in model._meta.concrete_fields if field.attname != "password"]


class AdapterCatalog:
    """A :class:`~scim.queries.filter_query.Catalog` in which an adapter has the first word."""

    def __init__(self, catalog: Catalog, adapter: Adapter, model: type[Model], alias: str) -> None:
        self._catalog = catalog
        self._named = adapter.ATTR_MAP
        self._extensions = frozenset(schema.id for schema in adapter.extensions)
        self._model = model
        self._alias = alias

    def scalar(self, path: AttributePath) -> Scalar | None:
        """See :class:`~scim.queries.filter_query.Catalog`."""
        if not self._governs(path):
            return self._catalog.scalar(path)
        name = self._place(path)
        if name is None:
            return None
        column = f'{self._alias}."{name}"'
        is_text = isinstance(self._model._meta.get_field(name), CharField | TextField)
        present = f"{column} <> ''" if is_text else f"{column} IS NOT NULL"
        return Scalar(column, present, present)

    def elements(self, path: AttributePath) -> str | None:
        """See :class:`~scim.queries.filter_query.Catalog`."""
        return None if self._governs(path) else self._catalog.elements(path)

    def presence(self, path: AttributePath) -> str | None:
        """See :class:`~scim.queries.filter_query.Catalog`."""
        return None if self._governs(path) else self._catalog.presence(path)

    def shortcut(self, path: AttributePath, value: str) -> SQL | None:
        """See :class:`~scim.queries.filter_query.Catalog`."""
        return None if self._governs(path) else self._catalog.shortcut(path, value)

    def _governs(self, path: AttributePath) -> bool:
        """Whether the adapter decides where the value is, rather than the catalog."""
        if self._place(path) == AS_SENT:
            return False
        return path.extension in self._extensions or any(key in self._named for key in _keys(path))

    def _place(self, path: AttributePath) -> str | None:
        for key in _keys(path):
            if key in self._named:
                return self._named[key]
        return None


def _keys(path: AttributePath) -> list[tuple[str, str | None, str | None]]:
    """Return the keys of ``ATTR_MAP`` that speak of a path, the one that says more first."""
    name, urn = path.attribute.name, path.extension or None
    keys: list[tuple[str, str | None, str | None]] = [(name, None, urn)]
    if path.sub_attribute is not None:
        keys.insert(0, (name, path.sub_attribute.name, urn))
    return keys
