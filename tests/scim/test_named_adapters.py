"""Adapters that a deployment names: the one seam between models and resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from django.core.checks import run_checks
from typing_extensions import override

from accounts.models import AuditEntry, Tenant
from accounts.tenancy.scoping import tenant_scope
from scim.adapters.group_adapter import GroupAdapter
from scim.adapters.user_adapter import UserAdapter
from scim.protocol import urns
from scim.protocol.schemas import Attribute, Schema
from tests.support.scim import SCIMClient, connect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_django.fixtures import Settings

URN = "urn:example:params:scim:schemas:extension:badge:2.0:User"
GROUP_URN = "urn:example:params:scim:schemas:extension:badge:2.0:Group"
BABS = {"schemas": [urns.USER], "userName": "babs@acme.example", "displayName": "Babs Jensen"}


class Greeting(UserAdapter):
    """Shows an attribute that no schema declares and no column holds."""

    @override
    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "greeting": f"Hello, {self.obj.display_name}"}


class Badges(UserAdapter):
    """Declares a schema: one attribute is kept as sent, one is a column, one is worked out."""

    extensions: ClassVar[tuple[Schema, ...]] = (
        Schema(
            URN,
            "Badge",
            "What is printed on a badge.",
            (
                Attribute(name="colour"),
                Attribute(name="label", mutability="readOnly"),
                Attribute(name="length", type="integer", mutability="readOnly"),
                Attribute(name="doors", multi_valued=True),
            ),
        ),
    )
    ATTR_MAP: ClassVar = {
        ("colour", None, URN): "attributes",
        ("label", None, URN): "display_name",
        ("nickName", None, None): None,
    }

    @override
    def to_dict(self) -> dict[str, Any]:
        resource = super().to_dict()
        badge = {**resource.get(URN, {}), "label": self.obj.display_name}
        badge["length"] = len(self.obj.display_name)
        if URN not in resource:
            resource["schemas"] = [*resource["schemas"], URN]
        return {**resource, URN: badge}

    @override
    def from_dict(self, d: Mapping[str, Any]) -> None:
        super().from_dict(d)
        colour = self.values.attributes.get(URN, {}).get("colour")
        if colour is not None:
            self.values.attributes[URN] = {"colour": colour.lower()}


class Noticing(UserAdapter):
    """Does something besides whenever a person is saved or deleted."""

    noticed: ClassVar[list[str]] = []

    @override
    def save(self) -> None:
        super().save()
        self.noticed.append(f"{self.request.method} {self.obj.user_name}")

    @override
    def delete(self) -> None:
        self.noticed.append(f"gone {self.obj.user_name}")
        super().delete()


class Sized(GroupAdapter):
    """Shows and takes over an attribute of every kind of group."""

    extensions: ClassVar[tuple[Schema, ...]] = (
        Schema(GROUP_URN, "Badge", "A badge.", (Attribute(name="letters", type="integer"),)),
    )

    @override
    def to_dict(self) -> dict[str, Any]:
        resource = super().to_dict()
        letters = {"letters": len(resource["displayName"])}
        return {**resource, "kind": type(self.obj).__name__, GROUP_URN: letters}


def name(settings: Settings, **adapters: type) -> None:
    settings.SCIM_SERVICE_PROVIDER = {**settings.SCIM_SERVICE_PROVIDER, **adapters}


class TestAnAttributeThatIsShown:
    @pytest.fixture(autouse=True)
    def _named(self, settings: Settings) -> None:
        # By its path, as in a settings file.
        name(settings, USER_ADAPTER=f"{__name__}.Greeting")  # type: ignore[arg-type]

    def test_is_in_every_answer(self, scim: SCIMClient) -> None:
        made = scim.create(BABS)
        path = f"/Users/{made['id']}"

        answers = [
            made,
            scim.get(path),
            scim.get(f"{path}?excludedAttributes=title"),
            scim.get(f"{path}?attributes=userName,greeting"),
            scim.get("/Users")["Resources"][0],
            scim.get('/Users?filter=userName eq "babs@acme.example"')["Resources"][0],
            scim.get("/Users?cursor=&count=5")["Resources"][0],
            scim.get("/?filter=userName pr")["Resources"][0],
            scim.patch(path, {"op": "replace", "path": "title", "value": "Head"}),
            scim.request("PUT", path, BABS, expect=200),
        ]

        assert [answer["greeting"] for answer in answers] == ["Hello, Babs Jensen"] * len(answers)

    def test_follows_what_a_patch_changes(self, scim: SCIMClient) -> None:
        made = scim.create(BABS)
        change = {"op": "replace", "path": "displayName", "value": "Barbara"}

        assert scim.patch(f"/Users/{made['id']}", change)["greeting"] == "Hello, Barbara"

    def test_is_left_out_where_a_client_asks_for_that(self, scim: SCIMClient) -> None:
        path = f"/Users/{scim.create(BABS)['id']}"

        assert "greeting" not in scim.get(f"{path}?excludedAttributes=greeting")
        assert "greeting" not in scim.get(f"{path}?attributes=userName")

    def test_is_not_stored(self, scim: SCIMClient, settings: Settings) -> None:
        made = scim.create(BABS)
        change = {"op": "replace", "path": "title", "value": "Head"}
        scim.patch(f"/Users/{made['id']}", change)
        name(settings, USER_ADAPTER=UserAdapter)

        assert "greeting" not in scim.get(f"/Users/{made['id']}")

    @pytest.mark.parametrize("query", ["filter=greeting pr", 'filter=greeting eq "x"'])
    def test_cannot_be_searched_by(self, scim: SCIMClient, query: str) -> None:
        scim.create(BABS)

        error = scim.request("GET", f"/Users?{query}", expect=400)

        assert error["scimType"] == "invalidFilter"


class TestASchemaOfAnAdapter:
    @pytest.fixture(autouse=True)
    def _named(self, settings: Settings) -> None:
        name(settings, USER_ADAPTER=Badges)

    def test_is_announced(self, scim: SCIMClient) -> None:
        assert scim.get(f"/Schemas/{URN}")["name"] == "Badge"
        types = scim.get("/ResourceTypes")["Resources"]
        user = next(each for each in types if each["id"] == "User")
        assert URN in [each["schema"] for each in user["schemaExtensions"]]

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "Bulk", "Bulk of several"])
    def test_is_taken_over_however_it_is_sent(self, scim: SCIMClient, method: str) -> None:
        sent = {**BABS, URN: {"colour": "RED", "label": "not ours to set"}}
        if method == "POST":
            scim.create(sent)
        elif method == "PUT":
            scim.request("PUT", f"/Users/{scim.create(BABS)['id']}", sent, expect=200)
        elif method == "PATCH":
            change = {"op": "add", "path": f"{URN}:colour", "value": "RED"}
            scim.patch(f"/Users/{scim.create(BABS)['id']}", change)
        else:
            others = [{**BABS, "userName": f"x{i}@acme.example"} for i in range(3)]
            bodies = [sent] if method == "Bulk" else [sent, *others]
            operations = [
                {"method": "POST", "path": "/Users", "bulkId": str(i), "data": body}
                for i, body in enumerate(bodies)
            ]
            bulk = {"schemas": [urns.BULK_REQUEST], "Operations": operations}
            scim.request("POST", "/Bulk", bulk, expect=200)

        found = scim.get('/Users?filter=userName eq "babs@acme.example"')["Resources"]

        expected = {"colour": "red", "label": "Babs Jensen", "length": 11}
        assert [user[URN] for user in found] == [expected]
        assert found[0]["schemas"].count(URN) == 1

    @pytest.mark.parametrize(
        ("condition", "finds"),
        [
            (f'{URN}:colour eq "red"', True),
            (f'{URN}:colour eq "blue"', False),
            (f'{URN}:label sw "babs"', True),
            (f"{URN}:label pr", True),
            (f'not ({URN}:label eq "x")', True),
        ],
    )
    def test_is_searched_by_where_the_adapter_says_how(
        self, scim: SCIMClient, condition: str, *, finds: bool
    ) -> None:
        made = scim.create({**BABS, URN: {"colour": "Red"}})

        assert scim.ids(condition) == ({made["id"]} if finds else set())

    @pytest.mark.parametrize(
        "condition",
        [
            f"{URN}:length gt 1",
            f"{URN}:length pr",
            f'{URN}:doors eq "A"',
            f"{URN}:doors pr",
            'nickName eq "Babs"',
            f'userName eq "babs@acme.example" or {URN}:length eq 11',
        ],
    )
    def test_is_not_searched_by_where_it_does_not(self, scim: SCIMClient, condition: str) -> None:
        scim.create(BABS)

        error = scim.request("GET", f"/Users?filter={condition}", expect=400)

        assert error["scimType"] == "invalidFilter"

    def test_is_sorted_by_where_the_adapter_says_how(self, scim: SCIMClient) -> None:
        for display_name in ("Carla", "Anna", "Bert"):
            scim.create({"userName": f"{display_name}@acme.example", "displayName": display_name})

        users = scim.get(f"/Users?sortBy={URN}:label")["Resources"]

        shown = [user[URN]["label"] for user in users if URN in user]
        assert [label for label in shown if label in {"Anna", "Bert", "Carla"}] == [
            "Anna",
            "Bert",
            "Carla",
        ]
        assert scim.raw("GET", f"/Users?sortBy={URN}:length").status_code == 400

    def test_is_the_same_for_every_tenant_and_crosses_no_wall(
        self, scim: SCIMClient, other_scim: SCIMClient
    ) -> None:
        scim.create({**BABS, URN: {"colour": "red"}})

        assert other_scim.ids(f'{URN}:colour eq "red"') == set()
        assert other_scim.get(f"/Schemas/{URN}")["id"] == URN


class TestWhatHappensBesides:
    @pytest.fixture(autouse=True)
    def _named(self, settings: Settings) -> None:
        name(settings, USER_ADAPTER=Noticing)
        Noticing.noticed.clear()

    def test_happens_for_each_person_of_a_bulk(self, scim: SCIMClient) -> None:
        operations = [
            {
                "method": "POST",
                "path": "/Users",
                "bulkId": str(i),
                "data": {**BABS, "userName": f"x{i}@acme.example"},
            }
            for i in range(3)
        ]
        bulk = {"schemas": [urns.BULK_REQUEST], "Operations": operations}

        scim.request("POST", "/Bulk", bulk, expect=200)

        assert Noticing.noticed == [f"POST x{i}@acme.example" for i in range(3)]

    def test_happens_once_for_each_change(self, scim: SCIMClient, acme: Tenant) -> None:
        path = f"/Users/{scim.create(BABS)['id']}"
        scim.patch(path, {"op": "replace", "path": "title", "value": "Head"})
        scim.request("PUT", path, BABS, expect=200)
        scim.request("DELETE", path, expect=204)

        methods = [line.split()[0] for line in Noticing.noticed]

        assert methods == ["POST", "PATCH", "PUT", "DELETE"]
        with tenant_scope(acme):
            assert AuditEntry.objects.filter(action="user.deactivated").count() == 1

    def test_happens_when_a_person_is_deleted(self, acme: Tenant) -> None:
        scim = connect(acme, on_delete="delete")
        path = f"/Users/{scim.create(BABS)['id']}"

        scim.request("DELETE", path, expect=204)

        assert Noticing.noticed[-1] == "gone babs@acme.example"


def test_a_group_adapter_speaks_for_every_kind_of_group(
    scim: SCIMClient, settings: Settings
) -> None:
    name(settings, GROUP_ADAPTER=Sized)
    made = scim.request("POST", "/Groups", {"displayName": "Sales"}, expect=201)
    path = f"/Groups/{made['id']}"
    member = scim.create(BABS)["id"]

    answers = [
        made,
        scim.get(path),
        scim.patch(path, {"op": "add", "path": "members", "value": [{"value": member}]}),
        scim.request("PUT", path, {"displayName": "Sales"}, expect=200),
        scim.get('/Groups?filter=displayName eq "Sales"')["Resources"][0],
    ]

    assert [(each["kind"], each[GROUP_URN]["letters"]) for each in answers] == [
        ("DirectoryGroup", 5)
    ] * len(answers)
    assert scim.get("/Groups/role:member")["kind"] == "Role"
    error = scim.request("GET", f"/Groups?filter={GROUP_URN}:letters eq 5", expect=400)
    assert error["scimType"] == "invalidFilter"


class NoAdapter:
    """Derived from nothing."""


class Mistaken(UserAdapter):
    """Names a column that holds a secret, and one that does not exist."""

    ATTR_MAP: ClassVar = {("a", None, None): "password", ("b", None, None): "nothing"}


def test_an_adapter_that_cannot_serve_is_reported_by_check(settings: Settings) -> None:
    assert [each.id for each in run_checks() if str(each.id).startswith("scim")] == []

    name(settings, USER_ADAPTER=Mistaken, GROUP_ADAPTER=NoAdapter)

    found = sorted(str(each.id) for each in run_checks() if str(each.id).startswith("scim"))
    assert found == ["scim.E001", "scim.E002", "scim.E002"]
