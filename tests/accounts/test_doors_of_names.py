"""Every door by which somebody gets a user name judges it alike, and shows it as it was sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from saml_sso.models import IdentityProviderSettings
from scim.protocol import urns
from tests.conftest import signed_in
from tests.support.saml import Forge
from tests.support.saml_party import Party, connect, party_of, post_response
from tests.support.scim import SCIMClient
from tests.support.scim import connect as connect_scim

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from accounts.models import Tenant

HELD = "strauß@ex.example"
EQUAL = ["STRAUß@EX.example", "ｓtrauß@ex.example", "strauß＠ex.example"]  # noqa: RUF001 - full width
JOERG = "jörg@münchen.example"
EQUAL_TO_JOERG = ["JÖRG@MÜNCHEN.example", "jo\u0308rg@xn--mnchen-3ya.example"]
NOT_PERMITTED = [
    "ab@ex.example ",
    "\tab@ex.example",
    "ab@ex.example\u00a0",
    "a\u200bb@ex.example",
    "ab@ex.ex\u00adample",
    "a\x07b@ex.example",
    "ab @ex.example",
]
PERMITTED = [
    "Babs.Jensen@Ex.example",
    "Juliet Capulet",
    "john.doe_contoso.com#EXT#@tenant.onmicrosoft.com",
    "Иван@дом.рф",
    "محمد.علي@ex.example",
]

Outcome = str


class Doors:
    """The ways to give a name in Acme; each says what came of it: made, taken or refused."""

    def __init__(self, tenant: Tenant, admin: User, idp: Party) -> None:
        self.tenant, self.idp = tenant, idp
        self.scim: SCIMClient = connect_scim(tenant)
        self.console: Client = signed_in(admin)
        made = self.scim.create({"userName": "renamed@ex.example", "displayName": "Renamed"})
        self.renamed: str = made["id"]

    def of_scim(self, response: Any) -> Outcome:
        if response.status_code in {200, 201}:
            return "made"
        error = response.json()
        expected = {409: ("taken", "uniqueness"), 400: ("refused", "invalidValue")}
        outcome, scim_type = expected[response.status_code]
        assert error["scimType"] == scim_type
        return outcome

    def scim_post(self, name: str) -> Outcome:
        return self.of_scim(self.scim.raw("POST", "/Users", {"userName": name}))

    def scim_put(self, name: str) -> Outcome:
        body = {"userName": name, "displayName": "Renamed"}
        return self.of_scim(self.scim.raw("PUT", f"/Users/{self.renamed}", body))

    def scim_patch(self, name: str) -> Outcome:
        operation = {"op": "replace", "path": "userName", "value": name}
        body = {"schemas": [urns.PATCH_OP], "Operations": [operation]}
        return self.of_scim(self.scim.raw("PATCH", f"/Users/{self.renamed}", body))

    def scim_bulk(self, name: str) -> Outcome:
        operations = [
            {"method": "POST", "path": "/Users", "bulkId": str(number), "data": {"userName": each}}
            for number, each in enumerate((f"beside{id(name)}@ex.example", name))
        ]
        body = {"schemas": [urns.BULK_REQUEST], "Operations": operations}
        answer = self.scim.request("POST", "/Bulk", body, expect=200)["Operations"][1]
        if answer["status"] == "201":
            return "made"
        return {"409": "taken", "400": "refused"}[answer["status"]]

    def of_form(self, response: Any) -> Outcome:
        if response.status_code == 302:
            return "made"
        page = response.content.decode()
        return "taken" if "already has this user name" in page else "refused"

    def console_add(self, name: str) -> Outcome:
        data = {"user_name": name, "email": "form@ex.example", "role": "member", "active": "on"}
        return self.of_form(self.console.post("/console/accounts/user/add/", data))

    def of_saml(self, name: str) -> Forge:
        return replace(self.idp.forge, name_id=name, assertion_id=f"_{uuid4().hex}")

    def saml_creation(self, name: str) -> Outcome:
        """At a sign-in a name that is taken is that of whoever signs in."""
        with tenant_scope(self.tenant):
            IdentityProviderSettings.objects.update(create_users_at_sign_in=True)
            before = User.objects.count()
            response = post_response(Client(), self.of_saml(name))
            made = User.objects.count() - before
        if response.status_code == 403:
            return "refused"
        return "made" if made else "taken"


def in_capitals(name: str) -> str:
    return "".join(c.upper() if c.upper().lower() == c else c for c in name)


CREATING = ["scim_post", "scim_bulk", "console_add", "saml_creation"]
RENAMING = ["scim_put", "scim_patch"]


@pytest.fixture
def doors(acme: Tenant, alice: User, tmp_path: Path) -> Doors:
    party = connect(acme, tmp_path, party_of("acme"))
    return Doors(acme, alice, party)


def names_of(tenant: Tenant) -> set[str]:
    with tenant_scope(tenant):
        return set(User.objects.values_list("user_name", flat=True))


def test_every_door_is_tried() -> None:
    tried = {name for name in vars(Doors) if not name.startswith(("_", "of_"))}
    assert tried == {*CREATING, *RENAMING}


@pytest.mark.parametrize("door", [*CREATING, *RENAMING])
@pytest.mark.parametrize(("held", "equal"), [(HELD, EQUAL), (JOERG, EQUAL_TO_JOERG)])
def test_an_equal_form_is_taken(doors: Doors, held: str, equal: list[str], door: str) -> None:
    doors.scim.create({"userName": held})

    for name in [held, *equal]:
        assert getattr(doors, door)(name) == "taken", ascii(name)

    assert names_of(doors.tenant) & {held, *equal} == {held}


@pytest.mark.parametrize("door", ["scim_post", "scim_bulk", "scim_put", "scim_patch"])
@pytest.mark.parametrize("name", NOT_PERMITTED, ids=ascii)
def test_what_nobody_can_be_called_is_refused(doors: Doors, door: str, name: str) -> None:
    before = names_of(doors.tenant)

    assert getattr(doors, door)(name) == "refused"

    assert names_of(doors.tenant) - before <= {n for n in names_of(doors.tenant) if "beside" in n}


@pytest.mark.parametrize(
    ("door", "name"),
    [
        (door, name)
        for door in ("console_add", "saml_creation")
        for name in NOT_PERMITTED
        # A form and a pretty-printed NameID are trimmed, and XML has no control characters.
        if name == name.strip() and (door == "console_add" or "\x07" not in name)
    ],
)
def test_people_and_sign_ins_may_type_white_space_around_a_name_but_none_in_it(
    doors: Doors, name: str, door: str
) -> None:
    assert getattr(doors, door)(name) == "refused"


@pytest.mark.parametrize("door", [*CREATING[:3], *RENAMING])
@pytest.mark.parametrize("name", PERMITTED)
def test_what_is_permitted_is_shown_as_it_was_sent(doors: Doors, door: str, name: str) -> None:
    assert getattr(doors, door)(name) == "made"

    assert name in names_of(doors.tenant)


@pytest.mark.parametrize("name", [*PERMITTED, HELD, JOERG, "a,b@ex.example", "a@b@ex.example"])
def test_who_can_exist_can_sign_in(doors: Doors, name: str) -> None:
    made = doors.scim.create({"userName": name})
    browser = Client()

    post_response(browser, doors.of_saml(in_capitals(name)))

    assert browser.session.get("_auth_user_id") == made["id"]


@pytest.mark.parametrize("name", ["Иван@дом.рф", "a,b@ex.example", "a@b@ex.example"])
def test_saml_makes_nobody_who_can_be_mistaken(doors: Doors, name: str) -> None:
    assert doors.saml_creation(name) == "refused"


def test_saml_keeps_the_case_of_whom_it_makes(doors: Doors) -> None:
    assert doors.saml_creation("New.Person@Ex.example") == "made"

    assert "New.Person@Ex.example" in names_of(doors.tenant)


def test_commands_judge_names_as_well(db: None) -> None:
    password = "--password=correct horse staple"
    call_command("create_operator", "olga@xn--mnchen-3ya.example", password)

    with pytest.raises(CommandError, match="already an operator"):
        call_command("create_operator", "OLGA@münchen.example", password)

    with every_tenant():
        assert User.objects.filter(tenant=None).count() == 1


@pytest.mark.parametrize("one", ["Sales team", "Vertrieb Süd", "❤\ufe0f Team"])
@pytest.mark.parametrize("spell", [str.upper, "  {}".format, lambda n: n.replace(" ", "\u3000  ")])
def test_a_group_has_one_name_in_every_spelling(
    doors: Doors, one: str, spell: Callable[[str], str]
) -> None:
    made = doors.scim.request("POST", "/Groups", {"displayName": one}, expect=201)
    other = doors.scim.request("POST", "/Groups", {"displayName": "Other"}, expect=201)

    body = {"displayName": spell(one)}
    assert doors.scim.request("POST", "/Groups", body, expect=409)["scimType"] == "uniqueness"
    doors.scim.request("PUT", f"/Groups/{other['id']}", body, expect=409)
    data = {"display_name": spell(one)}
    assert doors.console.post("/console/accounts/directorygroup/add/", data).status_code == 200

    assert doors.scim.get(f"/Groups/{made['id']}")["displayName"] == one


@pytest.mark.parametrize("name", ["Sa\x07les", "Sa\u200bles", "\u202eSales"])
def test_a_group_with_invisible_characters_is_refused(doors: Doors, name: str) -> None:
    error = doors.scim.request("POST", "/Groups", {"displayName": name}, expect=400)

    assert error["scimType"] == "invalidValue"
