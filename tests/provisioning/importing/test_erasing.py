"""Of whoever was erased nothing that imports have read is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.models import User
from accounts.services.users import delete_user
from accounts.trail.retention import erase_person
from provisioning.models import Import, ImportRow, Link
from provisioning.protocol.steps import Kind
from tests.provisioning.engine.conftest import join, opened, people
from tests.provisioning.importing.conftest import create, imported, link, row_of, there

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import DirectoryGroup
    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Fake

PERSONAL = {"remote_id", "name", "user_name", "object_id", "object_name", "matches", "resource"}
"""The columns of a row that may name somebody."""
OTHERS = {"id", "tenant", "batch", "application", "kind", "bucket", "doubt", "is_whole", "state"}


def _is_candidate(engine: Engine, application: Application, fake: Fake, ann: User) -> None:
    there(fake, "ann")
    imported(engine, application)


def _is_linked_by_it(engine: Engine, application: Application, fake: Fake, ann: User) -> None:
    there(fake, "ann")
    link(row_of(imported(engine, application), "Ann"))


def _is_linked_by_hand(engine: Engine, application: Application, fake: Fake, ann: User) -> None:
    there(fake, "ann", userName="zz@there.example", emails=[])
    link(row_of(imported(engine, application), "Ann"), object_id=str(ann.pk))


def _is_one_of_several(engine: Engine, application: Application, fake: Fake, ann: User) -> None:
    there(fake, "ann", emails=[{"type": "work", "value": "ben@acme.example"}])
    imported(engine, application)


def _has_two_there(engine: Engine, application: Application, fake: Fake, ann: User) -> None:
    there(fake, "ann")
    there(fake, "ann.old", emails=[{"type": "work", "value": "ann@acme.example"}])
    imported(engine, application)


def _was_read_before_they_were_linked(
    engine: Engine, application: Application, fake: Fake, ann: User
) -> None:
    key = there(fake, "ann", userName="zz@there.example", emails=[])
    imported(engine, application)
    Link.objects.create(
        application=application,
        kind=Kind.USER,
        object_id=str(ann.pk),
        remote_id=key,
        state=Link.State.LINKED,
    )


def _is_linked_elsewhere(engine: Engine, application: Application, fake: Fake, ann: User) -> None:
    Link.objects.create(
        application=application,
        kind=Kind.USER,
        object_id=str(ann.pk),
        remote_id="another",
        state=Link.State.LINKED,
    )
    there(fake, "ann")
    imported(engine, application)


CASES = (
    _is_candidate,
    _is_linked_by_it,
    _is_linked_by_hand,
    _is_one_of_several,
    _has_two_there,
    _was_read_before_they_were_linked,
    _is_linked_elsewhere,
)


def test_every_column_is_judged() -> None:
    judged = PERSONAL | OTHERS | {"decided"}
    assert {field.name for field in ImportRow._meta.fields} == judged


@pytest.mark.parametrize("happens", CASES, ids=lambda case: case.__name__.strip("_"))
@pytest.mark.parametrize("state", [Import.State.READ, Import.State.REPLACED])
def test_no_column_names_who_was_erased(
    engine: Engine,
    application: Application,
    fake: Fake,
    happens: Callable[..., None],
    state: Import.State,
) -> None:
    ann, _ben = people("ann", "ben")
    there(fake, "dan")
    happens(engine, application, fake, ann)
    Import.objects.update(state=state)
    key = ann.pk
    delete_user(user=ann)
    assert any("Ann" in repr(each) for each in ImportRow.objects.values(*PERSONAL))

    erase_person(person_id=key)

    left = list(ImportRow.objects.values(*PERSONAL))
    assert [each["name"] for each in left] == ["Dan"]
    for marker in ("ann", "Ann", str(key)):
        assert marker not in repr(left)


def test_who_was_made_of_an_account_is_erased_with_it(
    engine: Engine, application: Application, fake: Fake
) -> None:
    there(fake, "dan")
    there(fake, "eve")
    batch = imported(engine, application)
    create(row_of(batch, "Dan"))
    dan = User.objects.get(user_name="dan@acme.example")
    key = dan.pk
    delete_user(user=dan)

    erase_person(person_id=key)

    assert [each.name for each in ImportRow.objects.all()] == ["Eve"]


def test_the_rows_of_others_stay(
    engine: Engine, application: Application, staff: DirectoryGroup, fake: Fake
) -> None:
    ann, ben = people("ann", "ben")
    join(staff, [ann, ben])
    opened(engine, application)
    imported(engine, application)
    key = ann.pk
    delete_user(user=ann)

    erase_person(person_id=key)

    assert [each.name for each in ImportRow.objects.all()] == ["Ben Example"]
