"""Filters by chance, for tests that hold the database against an evaluation in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from accounts.tenancy.scoping import tenant_scope
from scim.adapters.resource_types import schemas_of
from scim.http.authentication import find_credential
from scim.protocol.messages import Query
from scim.protocol.paging import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import SearchStrategy

    from accounts.models import Tenant
    from scim.adapters.resource_types import SourceSchemas
    from tests.support.scim import SCIMClient

ANY: Final = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
ORDERED: Final = ["eq", "ne", "gt", "ge", "lt", "le"]
WORDS: Final = [
    *("a", "A", "ab", "B%", "_", "%", "a_b", "é", "É", "ß", "", "10", "true", "\\", "'", '"x')
]
DATES: Final = [
    "2011-05-13T04:42:34Z",
    "2030-01-01T00:00:00+02:00",
    "2020-02-03T00:00:00.123456Z",
]


def quoted(word: str) -> str:
    """Return ``word`` as a literal of a filter."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def comparisons(
    names: Sequence[str], operators: Sequence[str], values: Sequence[str]
) -> SearchStrategy[str]:
    """Return every ``name operator value`` there is."""
    return st.builds(
        lambda name, operator, value: f"{name} {operator} {value}",
        st.sampled_from(names),
        st.sampled_from(operators),
        st.sampled_from(values),
    )


def combined(atoms: SearchStrategy[str]) -> SearchStrategy[str]:
    """Return ``atoms``, joined by ``and``, ``or`` and ``not``."""
    return st.recursive(
        atoms,
        lambda terms: st.one_of(
            st.builds(lambda left, right: f"({left} and {right})", terms, terms),
            st.builds(lambda left, right: f"({left} or {right})", terms, terms),
            st.builds(lambda term: f"not ({term})", terms),
        ),
        max_leaves=5,
    )


def schemas_of_client(tenant: Tenant, scim: SCIMClient) -> SourceSchemas:
    """Return the resource types of the source that ``scim`` speaks for."""
    credential = find_credential(str(scim.secret))
    with tenant_scope(tenant):
        return schemas_of(credential)


def asking(condition: str | None) -> Query:
    """Return the query for the first hundred that ``condition`` selects."""
    return Query(condition, "", "", Page(1, 100), "", "")
