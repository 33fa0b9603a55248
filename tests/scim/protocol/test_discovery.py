"""Discovery documents are what an independent model of the RFCs reads."""

from __future__ import annotations

from typing import Any

import pytest
from scim2_models import ResourceType, Schema, ServiceProviderConfig

from scim.protocol.core_schemas import GROUP, USER
from scim.protocol.errors import InvalidFilterError
from scim.protocol.filters import parse_filter
from scim.protocol.okta_schemas import ENTITLEMENT, ROLE
from scim.protocol.service_provider_config import Limits, service_provider_config

BASE = "https://gatehouse.example/scim/v2"
TYPES = [USER, GROUP, ROLE, ENTITLEMENT]


@pytest.mark.parametrize("resource_type", TYPES, ids=lambda kind: kind.name)
def test_resource_types_and_schemas_are_valid(resource_type: Any) -> None:
    document = ResourceType.model_validate(resource_type.to_document(base_url=BASE))

    assert document.schema_ == resource_type.schema.id
    for schema in (resource_type.schema, *resource_type.extensions):
        read = Schema.model_validate(schema.to_document(base_url=BASE))
        assert read.id == schema.id
        assert [item.name for item in read.attributes or []] == [
            item.name for item in schema.attributes
        ]


def test_the_service_provider_config_announces_the_true_numbers() -> None:
    limits = Limits(
        max_results=200,
        max_operations=1_000,
        max_payload_size=1_048_576,
        cursor_timeout=3_600,
        default_page_size=100,
    )

    read = ServiceProviderConfig.model_validate(service_provider_config(limits, base_url=BASE))

    assert read.bulk is not None
    assert read.filter is not None
    assert read.pagination is not None
    assert (read.bulk.max_operations, read.bulk.max_payload_size) == (1_000, 1_048_576)
    assert read.filter.max_results == read.pagination.max_page_size == 200
    assert (read.pagination.cursor, read.pagination.cursor_timeout) == (True, 3_600)


def test_okta_can_look_for_a_role_by_its_name() -> None:
    parse_filter('displayName eq "Editor"', ROLE)
    with pytest.raises(InvalidFilterError):
        parse_filter('userName eq "a"', ROLE)
