"""An application with a target over real HTTP, and imports from it done in the test's process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioning.client.time_limit import time_limit
from provisioning.importing.asking import Asking
from provisioning.importing.deciding import create_found, link_found
from provisioning.importing.starting import begin_import
from provisioning.models import ImportRow
from provisioning.protocol.steps import Kind
from tests.provisioning.engine.conftest import (  # noqa: F401 - fixtures
    _jobs_wait,
    _loopback_is_allowed,
    application,
    engine,
    fake,
    staff,
    tenant,
)

if TYPE_CHECKING:
    from provisioning.models import Application, Import
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Fake


def imported(engine: Engine, application: Application, kind: Kind = Kind.USER) -> Import:  # noqa: F811
    """Have everything of a kind read; return the import as it is then."""
    [batch] = begin_import(application=application, kinds=[kind])
    engine.do_jobs()
    batch.refresh_from_db()
    return batch


def buckets(batch: Import) -> dict[str, str]:
    """Return the bucket of each resource by its name there."""
    return dict(ImportRow.objects.filter(batch=batch).values_list("name", "bucket"))


def row_of(batch: Import, name: str) -> ImportRow:
    return ImportRow.objects.get(batch=batch, name=name)


def link(row: ImportRow, **how: Any) -> None:
    """Look at a resource once more and link it."""
    with time_limit(60.0), Asking() as asking:
        seen = asking.look_at(row.pk)
    link_found(row=row, seen=seen, **how)


def create(row: ImportRow) -> None:
    """Look at a resource once more and make somebody here of it."""
    with time_limit(60.0), Asking() as asking:
        seen = asking.look_at(row.pk)
    create_found(row=row, seen=seen)


def there(fake: Fake, name: str, **attributes: Any) -> str:  # noqa: F811
    """Have an account at the target that somebody else made; return its id."""
    values = {
        "userName": f"{name}@acme.example",
        "displayName": name.title(),
        "name": {"givenName": name.title(), "familyName": "There"},
        "emails": [{"type": "work", "value": f"{name}@acme.example"}],
        "active": True,
    }
    return fake.add("Users", **{**values, **attributes})
