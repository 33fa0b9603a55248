"""A source deleted while something is written that refers to it: one of both, and clearly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.models import AccessProfile
from scim.errors import SourceGoneError
from scim.models import (
    DEFAULT_MAPPINGS,
    AttributeMapping,
    BearerToken,
    ProfileSource,
    Resource,
    Source,
)
from scim.services import (
    SourceOptions,
    create_source,
    create_token,
    delete_source,
    regenerate_token,
    update_source,
)
from scim.services.mappings import MappingRow, set_mapping
from scim.services.visibility import set_profile_sources
from tests.support.overlap import overlap

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


def _set_mapping(source: Source) -> object:
    rows = [
        *(MappingRow(*row) for row in DEFAULT_MAPPINGS[Resource.USER]),
        MappingRow("title", "title"),
    ]
    return set_mapping(source=source, resource=Resource.USER, rows=rows)


def _list_it(source: Source) -> object:
    profile = AccessProfile.objects.get(is_default=True)
    return set_profile_sources(profile=profile, sources=[source])


def _rename(source: Source) -> object:
    source = Source(pk=source.pk, name=source.name, tenant_id=source.tenant_id)
    return update_source(source=source, options=SourceOptions(name="Other"))


WRITERS = [
    pytest.param(lambda source: create_token(source=source), id="token"),
    pytest.param(lambda source: regenerate_token(source=source), id="tokens"),
    pytest.param(_set_mapping, id="mapping"),
    pytest.param(_list_it, id="profile"),
    pytest.param(_rename, id="options"),
]


@pytest.fixture
def source(in_acme: Tenant) -> Source:
    """A source that no profile lists."""
    made = create_source(options=SourceOptions(name="Okta"))
    ProfileSource.objects.all().delete()
    return made


def referring() -> int:
    """Count what refers to any source."""
    return sum(
        model._default_manager.count() for model in (BearerToken, AttributeMapping, ProfileSource)
    )


@pytest.mark.parametrize("write", WRITERS)
def test_what_comes_while_it_is_deleted_is_refused(
    in_acme: Tenant, source: Source, write: Callable[[Source], object]
) -> None:
    gone = Source.objects.get(pk=source.pk)

    errors = overlap(in_acme, lambda: delete_source(source=gone), lambda: write(source))

    assert errors[0] is None
    assert isinstance(errors[1], SourceGoneError)
    assert referring() == Source.objects.count() == 0


@pytest.mark.parametrize("write", WRITERS)
def test_what_is_written_when_it_is_deleted_goes_with_it(
    in_acme: Tenant, source: Source, write: Callable[[Source], object]
) -> None:
    gone = Source.objects.get(pk=source.pk)

    errors = overlap(in_acme, lambda: write(source), lambda: delete_source(source=gone))

    assert errors == [None, None]
    assert referring() == Source.objects.count() == 0


def test_deleting_twice_at_once_is_done_once(in_acme: Tenant, source: Source) -> None:
    gone, again = (Source.objects.get(pk=source.pk) for _ in range(2))

    errors = overlap(
        in_acme, lambda: delete_source(source=gone), lambda: delete_source(source=again)
    )

    assert errors == [None, None]
    assert Source.objects.count() == 0
