"""Our schemas are those of RFC 7643, as scim2-models has them, attribute by attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
import scim2_models

from scim.protocol.core_schemas import COMMON, ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scim.protocol.schemas import Attribute, Schema

SCHEMAS: Final[dict[str, tuple[Any, Schema]]] = {
    "User": (scim2_models.User, USER_SCHEMA),
    "Group": (scim2_models.Group, GROUP_SCHEMA),
    "EnterpriseUser": (scim2_models.EnterpriseUser, ENTERPRISE_USER_SCHEMA),
}
INTENDED: Final = {
    # Section 8.7.1 lists both, and a group may be reached through another one.
    ("User", "groups.$ref", "reference_types"): (("Group",), ("User", "Group")),
    # The name belongs to the member, and costs a statement: it is sent to who asks for it.
    ("Group", "members.display", "mutability"): ("readWrite", "readOnly"),
    ("Group", "members.display", "returned"): ("default", "request"),
    # Section 8.7.1 says false of both, and identity providers send the one or the other.
    ("EnterpriseUser", "manager.$ref", "required"): (True, False),
    ("EnterpriseUser", "manager.value", "required"): (True, False),
}
"""(schema, attribute, characteristic): what scim2-models says, what we say, and why."""


def theirs(attributes: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for each in attributes or ():
        yield (
            prefix + each.name,
            {
                "type": each.type.value,
                "multi_valued": each.multi_valued,
                "required": bool(each.required.value),
                "case_exact": each.case_exact is not None and bool(each.case_exact.value),
                "mutability": each.mutability.value,
                "returned": each.returned.value,
                "uniqueness": each.uniqueness.value if each.uniqueness else "none",
                "canonical_values": tuple(each.canonical_values or ()),
                "reference_types": tuple(each.reference_types or ()),
            },
        )
        yield from theirs(each.sub_attributes, f"{prefix}{each.name}.")


def ours(attributes: Iterable[Attribute], prefix: str = "") -> Iterator[tuple[str, Attribute]]:
    for each in attributes:
        yield prefix + each.name, each
        yield from ours(each.sub_attributes, f"{prefix}{each.name}.")


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_has_the_attributes_of_the_rfc(name: str) -> None:
    model, schema = SCHEMAS[name]
    document = model.to_schema()

    assert schema.id == document.id
    assert dict(ours(schema.attributes)).keys() == dict(theirs(document.attributes)).keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_characteristic_is_that_of_the_rfc_or_differs_on_purpose(name: str) -> None:
    model, schema = SCHEMAS[name]
    mine = dict(ours(schema.attributes))
    found = {
        (name, path, characteristic): (value, getattr(mine[path], characteristic))
        for path, characteristics in theirs(model.to_schema().attributes)
        for characteristic, value in characteristics.items()
        if getattr(mine[path], characteristic) != value
    }

    assert found == {key: pair for key, pair in INTENDED.items() if key[0] == name}


def test_the_common_attributes_are_those_of_the_rfc() -> None:
    names = {each.name for each in COMMON}

    assert names == {"schemas", "id", "externalId", "meta"}
    meta = next(each for each in COMMON if each.name == "meta")
    assert {each.name for each in meta.sub_attributes} == {
        info.serialization_alias or name
        for name, info in scim2_models.Meta.model_fields.items()
        if name != "schemas"
    }
