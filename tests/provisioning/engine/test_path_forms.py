"""Every attribute of the first mapping, sent to a path of every form, by PATCH and by PUT.

The target below does what RFC 7644 says of paths, written here once more: what it holds after a
creation, a change and a clearing is looked up by that, not by what the engine thinks of paths.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from accounts.groups.groups import GroupFields, update_group
from accounts.services.users import UserFields, update_user
from provisioning.models import Application, ApplicationMapping
from provisioning.protocol.steps import Kind
from provisioning.services.first_mappings import first_rows
from tests.provisioning.engine.conftest import connected, join, opened, people

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from accounts.models import DirectoryGroup, User
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked, Fake

URN: Final = "urn:example:params:scim:schemas:2.0:Thing"
FORMS: Final = {
    "a": "thing{n}",
    "a.b": "thing{n}.part",
    "a[type eq].v": 'things{n}[type eq "work"].value',
    "urn:a": URN + ":thing{n}",
    "urn:a.b": URN + ":thing{n}.part",
}
_PATH: Final = re.compile(
    r'(?:(?P<urn>urn:[\w:.-]+):)?(?P<name>\w+)(?:\[type eq "(?P<type>\w+)"\])?(?:\.(?P<sub>\w+))?'
)
PATCHED, PUT = "PATCH", "PUT"


def at(resource: dict[str, Any], path: str) -> Any:
    """Return what a resource has at a path, by RFC 7644's grammar alone."""
    found = _PATH.fullmatch(path)
    assert found is not None, path
    holder = resource.get(found["urn"], {}) if found["urn"] else resource
    value = holder.get(found["name"])
    if found["type"]:
        value = next((each for each in value or [] if each.get("type") == found["type"]), None)
    return (value or {}).get(found["sub"]) if found["sub"] else value


def patch(resource: dict[str, Any], operation: dict[str, Any]) -> None:
    """Do an operation of a PATCH, which always has a path."""
    name, value = operation["op"], operation.get("value")
    found = _PATH.fullmatch(operation["path"])
    assert found is not None, operation
    holder = resource.setdefault(found["urn"], {}) if found["urn"] else resource
    if found["type"]:
        elements = holder.setdefault(found["name"], [])
        mine = [each for each in elements if each.get("type") == found["type"]]
        if name == "remove" and not found["sub"]:
            holder[found["name"]] = [each for each in elements if each not in mine]
            return
        [holder] = mine
    elif found["sub"]:
        holder = holder.setdefault(found["name"], {})
    key = found["sub"] or found["name"]
    if name == "remove":
        holder.pop(key, None)
    elif name == "add" and isinstance(value, list):
        holder[key] = [*holder.get(key, []), *value]
    else:
        holder[key] = value


def by_patch(fake: Fake) -> Callable[[Asked], Answer | None]:
    def before(asked: Asked) -> Answer | None:
        _, endpoint, *rest = asked.path.split("/")
        if asked.method != PATCHED:
            return None
        resource = fake.held[endpoint][rest[0]]
        for operation in asked.body["Operations"]:
            patch(resource, operation)
        return 200, resource, {}

    return before


def by_put(asked: Asked) -> Answer | None:
    return (501, {"detail": "No PATCH."}, {}) if asked.method == PATCHED else None


def rows_of(kind: Kind, form: str) -> dict[str, str]:
    """Return, by source, the target in this form; names that objects are matched by stay."""
    sources = [row.source for row in first_rows("generic")[kind]]
    return {source: FORMS[form].format(n=number) for number, source in enumerate(sources)}


def mapped(application: Application, kind: Kind, form: str) -> dict[str, str]:
    ApplicationMapping.objects.filter(application=application, resource=kind).delete()
    kept = {"userName": "userName"} if kind is Kind.USER else {"displayName": "displayName"}
    rows = rows_of(kind, form)
    pairs = [*((target, source) for source, target in rows.items()), *kept.items()]
    for position, (target, source) in enumerate(pairs):
        ApplicationMapping.objects.create(
            application=application,
            resource=kind,
            position=position,
            target=target,
            how="direct",
            source=source,
        )
    return rows


def held(fake: Fake, endpoint: str) -> dict[str, Any]:
    [resource] = fake.held[endpoint].values()
    return resource


BEFORE: Final = {
    "userName": "ann@acme.example",
    "name.givenName": "Ann",
    "name.familyName": "Example",
    "displayName": "Ann Example",
    'emails[type eq "work"].value': "ann@acme.example",
}
AFTER: Final = {
    "userName": "anna@acme.example",
    "name.givenName": "Änna",
    "name.familyName": 'O"Neil',
    "displayName": "A. [type eq]",
    'emails[type eq "work"].value': "anna@acme.example",
}
CLEARED: Final = {
    **AFTER,
    "name.givenName": None,
    "name.familyName": None,
    "displayName": None,
    'emails[type eq "work"].value': None,
}


def fields(values: Mapping[str, str | None]) -> UserFields:
    address = values['emails[type eq "work"].value']
    return UserFields(
        user_name=values["userName"] or "",
        given_name=values["name.givenName"] or "",
        family_name=values["name.familyName"] or "",
        display_name=values["displayName"] or "",
        email=address or "",
        attributes={"emails": [{"value": address, "type": "work"}]} if address else {},
    )


def shown(fake: Fake, rows: dict[str, str], user: User) -> dict[str, Any]:
    resource = held(fake, "Users")
    found = {source: at(resource, target) for source, target in rows.items()}
    assert found.pop("id") == str(user.pk)
    return found


def how_sent(fake: Fake, way: str) -> None:
    fake.config = {"patch": {"supported": way == PATCHED}}
    fake.before = by_patch(fake) if way == PATCHED else by_put


def test_every_attribute_of_the_first_mapping_is_tried() -> None:
    assert {row.source for row in first_rows("generic")[Kind.USER]} == {*BEFORE, "id"}
    assert {row.source for row in first_rows("generic")[Kind.GROUP]} == {"displayName", "id"}


@pytest.mark.parametrize("case", [(form, way) for form in FORMS for way in (PATCHED, PUT)], ids=str)
class TestForms:
    def test_of_a_person(
        self, engine: Engine, staff: DirectoryGroup, fake: Fake, case: tuple[str, str]
    ) -> None:
        form, way = case
        how_sent(fake, way)
        application = connected(fake, staff, group_choice="none")
        rows = mapped(application, Kind.USER, form)
        [ann] = people("ann")
        update_user(user=ann, values=fields(BEFORE))
        join(staff, [ann])
        opened(engine, application)
        assert shown(fake, rows, ann) == BEFORE
        beside = {"theirs": "kept", "things9": [{"type": "work", "value": "kept"}]}
        held(fake, "Users").update(beside)

        for values in (AFTER, CLEARED):
            update_user(user=ann, values=fields(values))
            engine.work()
            assert shown(fake, rows, ann) == values

        changes = [each for each in fake.writes if each.method != "POST"]
        done = {each.method for each in changes}
        assert done == {way} or (way == PUT and done == {PATCHED, PUT})
        assert {name: held(fake, "Users")[name] for name in beside} == beside
        if way == PATCHED:
            said = [operation for each in changes for operation in each.body["Operations"]]
            assert all("path" in operation for operation in said)

    def test_of_a_group(
        self, engine: Engine, staff: DirectoryGroup, fake: Fake, case: tuple[str, str]
    ) -> None:
        form, way = case
        how_sent(fake, way)
        application = connected(fake, staff)
        rows = mapped(application, Kind.GROUP, form)
        opened(engine, application)

        for name in ("Staff", 'Crew "A" [type eq]'):
            update_group(group=staff, values=GroupFields(display_name=name))
            engine.work()
            resource = held(fake, "Groups")
            found = {source: at(resource, target) for source, target in rows.items()}
            assert found == {"displayName": name, "id": str(staff.pk)}
