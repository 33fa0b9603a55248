"""Sources, extension schemas and the request log, as an admin uses their pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import Role
from accounts.tenancy.scoping import tenant_scope
from scim.models import BearerToken, ExtensionSchema, RequestLogEntry, Source
from scim.services import SourceOptions, create_source
from tests.conftest import person, signed_in
from tests.support.html_forms import fill_in, submit, what_is_sent
from tests.support.scim import SCIMClient, enable_scim

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant
    from scim.log.request_log import RequestLogBuffer

SOURCES = "/console/scim/source/"
SCHEMAS = "/console/scim/extensionschema/"
LOG = "/console/scim/requestlogentry/"
URN = "urn:example:params:scim:schemas:acme:2.0:User"


def secret_on(page: str) -> str:
    found = re.search(r'id="scim-token"[^>]*value="([^"]+)"', page)
    assert found, "no token is shown"
    return found[1]


def fields_of(page: str, prefix: str = "") -> dict[str, str]:
    """Return what the browser would send of the page's inputs and selects."""
    data: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name = re.search(r'name="([^"]+)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name is None or (kind and kind[1] == "checkbox" and " checked" not in tag):
            continue
        text = value[1] if value else "on" if kind and kind[1] == "checkbox" else ""
        data[name[1]] = text.replace("&quot;", '"')
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        data[name] = chosen[1] if chosen else ""
    shown = (prefix, "version")  # What the form showed comes back with every part of it.
    return {name: value for name, value in data.items() if name.startswith(shown)}


class TestSteps:
    def test_a_source_is_set_up_step_by_step(self, acme: Tenant, console: Client) -> None:
        enable_scim(acme)
        page = console.get(f"{SOURCES}add/").content.decode()
        assert "Save &amp; Next" in page
        assert 'aria-current="step"' in page

        page = console.post(f"{SOURCES}add/", {"name": "Entra"}, follow=True).content.decode()
        SCIMClient(secret_on(page)).get("/Users")
        with tenant_scope(acme):
            source = Source.objects.get(name="Entra")
        mapping = f"{SOURCES}{source.pk}/mapping/?setup"
        assert mapping in page

        page = console.get(mapping).content.decode()
        answer = console.post(mapping, fields_of(page, "user") | fields_of(page, "group"))
        assert answer.status_code == 302, answer.content.decode()
        assert answer.headers["Location"] == f"{SOURCES}{source.pk}/change/?setup"

        options = answer.headers["Location"]
        assert "Source options" in console.get(options).content.decode()
        assert submit(console, options, on_delete="delete").status_code == 302
        with tenant_scope(acme):
            assert Source.objects.get(name="Entra").on_delete == "delete"

    def test_the_catalogue_is_searched_and_fills_in_what_it_knows(
        self, acme: Tenant, console: Client
    ) -> None:
        assert f'href="{SOURCES}catalogue/"' in console.get(SOURCES).content.decode()
        found = console.get(f"{SOURCES}catalogue/", {"q": "authentik"}).content.decode()
        assert f'href="{SOURCES}add/?entry=authentik"' in found
        assert "Rippling" not in found
        none = console.get(f"{SOURCES}catalogue/", {"q": "nobody knows it"}).content.decode()
        assert "No identity provider of the catalogue matches" in none

        added = submit(console, f"{SOURCES}add/?entry=authentik", field="name", name="Staff")

        page = console.get(added.headers["Location"]).content.decode()
        assert "backchannel provider" in page
        with tenant_scope(acme):
            rows = Source.objects.get(name="Staff").mappings
            assert rows.get(field="formatted_name").scim_attribute == "name.formatted"

    def test_an_entry_that_nobody_knows_is_refused(self, console: Client) -> None:
        assert console.get(f"{SOURCES}add/?entry=nobody").status_code == 400

    def test_a_taken_name_is_refused_on_the_form(self, console: Client, source: Source) -> None:
        page = console.post(f"{SOURCES}add/", {"name": "Okta"}).content.decode()
        assert "already" in page


def press(console: Client, path: str, **fields: str) -> str:
    """Send a form of the tokens with these fields, and return the page that follows."""
    version = fill_in(console, path, field="name")["version"]
    answer = console.post(path, {"version": version, **fields}, follow=True)
    return str(answer.content.decode())


class TestTokens:
    def test_tokens_are_made_revoked_and_regenerated(
        self, console: Client, source: Source, scim: SCIMClient
    ) -> None:
        path = f"{SOURCES}{source.pk}/authorization/"
        page = press(console, path, name="Next")
        second = SCIMClient(secret_on(page))
        second.get("/Users")
        scim.get("/Users")
        assert second.secret
        assert second.secret not in console.get(path).content.decode()

        with tenant_scope(source.tenant):
            first = BearerToken.objects.exclude(name="Next").get()
        console.post(path, {"revoke": first.pk})
        scim.request("GET", "/Users", expect=401)
        page = press(console, path, regenerate="1")
        second.request("GET", "/Users", expect=401)
        SCIMClient(secret_on(page)).get("/Users")

    def test_a_secret_is_in_no_url_and_on_one_page_only(
        self, console: Client, source: Source
    ) -> None:
        path = f"{SOURCES}{source.pk}/authorization/"
        answer = console.post(path, fill_in(console, path, field="name", name="Next"))
        assert (answer.status_code, answer.headers["Location"]) == (302, path)
        assert secret_on(console.get(path).content.decode())

        assert 'id="scim-token"' not in console.get(path).content.decode()
        with tenant_scope(source.tenant):
            assert BearerToken.objects.filter(source=source, name="Next").count() == 1

    def test_a_token_that_has_expired_already_is_refused(
        self, console: Client, source: Source
    ) -> None:
        path = f"{SOURCES}{source.pk}/authorization/"
        page = press(console, path, name="Old", expires="2020-01-01T00:00")
        assert "must be in the future" in page
        assert 'id="scim-token"' not in page

    def test_a_button_that_is_pressed_twice_makes_one_token(
        self, console: Client, source: Source
    ) -> None:
        path = f"{SOURCES}{source.pk}/authorization/"
        sent = fill_in(console, path, field="name", name="Next")

        pages = [console.post(path, sent, follow=True).content.decode() for _time in range(2)]

        assert "has changed since" in pages[1]
        with tenant_scope(source.tenant):
            assert BearerToken.objects.filter(source=source, name="Next").count() == 1


class TestMapping:
    @pytest.fixture
    def page(self, acme: Tenant, console: Client) -> tuple[str, dict[str, str]]:
        enable_scim(acme)
        console.post(f"{SOURCES}add/", {"name": "Entra"})
        with tenant_scope(acme):
            path = f"{SOURCES}{Source.objects.get().pk}/mapping/"
        shown = console.get(path).content.decode()
        return path, fields_of(shown, "user") | fields_of(shown, "group")

    def test_a_row_is_added_and_removed(
        self, acme: Tenant, console: Client, page: tuple[str, dict[str, str]]
    ) -> None:
        path, data = page
        row = {"user-6-field": "title", "user-6-scim_attribute": "title", "user-6-required": "on"}
        assert console.post(path, data | row).status_code == 302
        with tenant_scope(acme):
            added = Source.objects.get().mappings.get(field="title")
        assert added.required

        shown = console.get(path).content.decode()
        data = fields_of(shown, "user") | fields_of(shown, "group")
        assert console.post(path, data | {"user-6-remove": "on"}).status_code == 302
        with tenant_scope(acme):
            assert not Source.objects.get().mappings.filter(field="title").exists()

    def test_add_a_row_keeps_what_was_typed_and_stores_nothing(
        self, acme: Tenant, console: Client, page: tuple[str, dict[str, str]]
    ) -> None:
        path, data = page
        typed = {"user-6-field": "title", "user-6-scim_attribute": "userType", "add-row": "User"}
        shown = fields_of(console.post(path, data | typed).content.decode(), "user")
        assert shown["user-6-scim_attribute"] == "userType"
        assert "user-7-field" in shown
        with tenant_scope(acme):
            assert not Source.objects.get().mappings.filter(field="title").exists()

    def test_an_old_tab_undoes_no_row_of_another_tab(
        self, acme: Tenant, console: Client, page: tuple[str, dict[str, str]]
    ) -> None:
        path, old = page
        title = {"user-6-field": "title", "user-6-scim_attribute": "title"}
        assert console.post(path, old | title).status_code == 302

        nick = {"user-6-field": "nick_name", "user-6-scim_attribute": "nickName"}
        answer = console.post(path, old | nick | {"user-1-required": "on"}).content.decode()

        assert "somebody else changed" in answer
        assert "It is now" in answer
        with tenant_scope(acme):
            source = Source.objects.get()
            assert not source.mappings.filter(field="nick_name").exists()
        again = what_is_sent(answer, "version")
        assert console.post(path, again).status_code == 302
        with tenant_scope(acme):
            fields = set(source.mappings.values_list("field", flat=True))
            required = source.mappings.get(field="given_name").required
        assert {"title", "nick_name"} <= fields
        assert required

    def test_a_form_that_is_sent_twice_adds_a_row_once(
        self, acme: Tenant, console: Client, page: tuple[str, dict[str, str]]
    ) -> None:
        path, data = page
        title = {"user-6-field": "title", "user-6-scim_attribute": "title"}

        assert [console.post(path, data | title).status_code for _time in range(2)] == [302, 302]

    def test_an_attribute_that_does_not_exist_is_named(
        self, console: Client, page: tuple[str, dict[str, str]]
    ) -> None:
        path, data = page
        answer = console.post(path, data | {"user-0-scim_attribute": "nosuch"})
        assert answer.status_code == 200
        assert "nosuch" in answer.content.decode()


class TestSchemas:
    def form(self, **changes: str) -> dict[str, str]:
        return {
            "urn": URN,
            "name": "Acme",
            "description": "",
            "resource": "User",
            "attributes-TOTAL_FORMS": "1",
            "attributes-INITIAL_FORMS": "0",
            "attributes-0-name": "badge",
            "attributes-0-type": "integer",
            "attributes-0-canonical_values": "",
            **changes,
        }

    def test_a_schema_is_made_changed_and_deleted(
        self, acme: Tenant, console: Client, scim: SCIMClient
    ) -> None:
        answer = console.post(f"{SCHEMAS}add/", self.form())
        assert answer.status_code == 302, answer.content.decode()
        assert scim.get(f"/Schemas/{URN}")["attributes"][0]["name"] == "badge"

        with tenant_scope(acme):
            schema = ExtensionSchema.objects.get()
        changed = {"name": "Acme people", "attributes-0-required": "on"}
        answer = submit(console, f"{SCHEMAS}{schema.pk}/change/", **changed)
        assert answer.status_code == 302, answer.content.decode()
        assert scim.get(f"/Schemas/{URN}")["attributes"][0]["required"] is True
        submit(console, f"{SCHEMAS}{schema.pk}/delete/", field="post")
        scim.request("GET", f"/Schemas/{URN}", expect=404)

    def test_a_reserved_urn_is_refused_on_the_form(self, acme: Tenant, console: Client) -> None:
        page = console.post(
            f"{SCHEMAS}add/", self.form(urn="urn:ietf:params:scim:schemas:core:2.0:User")
        )
        assert page.status_code == 200
        assert "belongs to others" in page.content.decode()
        with tenant_scope(acme):
            assert not ExtensionSchema.objects.exists()


class TestLog:
    @pytest.fixture(autouse=True)
    def requests(self, scim: SCIMClient, request_log_buffer: RequestLogBuffer) -> None:
        scim.get("/Groups")
        scim.request("GET", "/Users/nobody@acme.example", expect=404)
        request_log_buffer.flush()

    def rows(self, console: Client, query: str) -> int:
        page: Any = console.get(f"{LOG}?{query}")
        assert page.status_code == 200
        return int(page.context["cl"].result_count)

    def test_it_is_searched_and_filtered(self, console: Client) -> None:
        assert self.rows(console, "") == 2
        for query in ("q=nobody", "q=404", "outcome=4", "q=Okta+404"):
            assert self.rows(console, query) == 1
        assert self.rows(console, "method=GET") == 2
        assert self.rows(console, "q=nothing+such") == 0

    def test_it_is_exported_with_its_filters(self, console: Client) -> None:
        answer: Any = console.get(f"{LOG}export/?outcome=4")
        lines = b"".join(answer.streaming_content).decode().splitlines()
        assert len(lines) == 2
        assert "nobody@acme.example" in lines[1]

    def test_a_request_is_shown_in_full_and_cannot_be_changed(
        self, acme: Tenant, console: Client
    ) -> None:
        with tenant_scope(acme):
            entry = RequestLogEntry.objects.get(status=404)
        page = console.get(f"{LOG}{entry.pk}/change/").content.decode()
        assert "There is no user" in page
        assert console.post(f"{LOG}{entry.pk}/change/", {"route": "x"}).status_code == 403

    def test_the_list_of_sources_shows_the_last_error(
        self, console: Client, scim: SCIMClient, request_log_buffer: RequestLogBuffer
    ) -> None:
        assert ": 404" not in console.get(SOURCES).content.decode()

        scim.request("PUT", "/Users/nobody@acme.example", {"userName": "x"}, expect=404)
        request_log_buffer.flush()

        assert "PUT /Users/{id}: 404" in console.get(SOURCES).content.decode()


class TestAccess:
    def test_another_tenant_sees_nothing_of_it(self, other_console: Client, source: Source) -> None:
        for page in ("change/", "authorization/", "mapping/"):
            answer = other_console.get(f"{SOURCES}{source.pk}/{page}")
            assert answer.status_code in {302, 404}
            assert b"Okta" not in answer.content
        assert other_console.post(
            f"{SOURCES}{source.pk}/authorization/", {"regenerate": "1"}
        ).status_code in {302, 404}
        assert b"Okta" not in other_console.get(SOURCES).content

    def test_members_may_not_look(self, acme: Tenant, source: Source) -> None:
        member = signed_in(person(acme, "Mia"))
        for page in ("change/", "authorization/", "mapping/"):
            assert member.get(f"{SOURCES}{source.pk}/{page}").status_code == 403


class TestConnectorAdmins:
    """They look after a connection; with a token they could make themselves admins."""

    @pytest.fixture
    def connector(self, acme: Tenant) -> Client:
        return signed_in(person(acme, "Cora", Role.CONNECTOR_ADMIN))

    def test_only_an_admin_lets_a_source_change_roles(
        self, acme: Tenant, connector: Client, console: Client, source: Source
    ) -> None:
        with tenant_scope(acme):
            Source.objects.update(may_change_roles=False)
        change = f"{SOURCES}{source.pk}/change/"

        for browser, expected in ((connector, False), (console, True)):
            page = browser.get(change).content.decode()
            assert ('name="may_change_roles"' in page) is expected
            browser.post(change, fields_of(page) | {"may_change_roles": "on"})
            with tenant_scope(acme):
                assert Source.objects.get().may_change_roles is expected

    def test_they_may_pause_and_map_and_change_no_other_option(
        self, acme: Tenant, connector: Client
    ) -> None:
        enable_scim(acme)
        with tenant_scope(acme):
            source = create_source(options=SourceOptions(name="Ping"))
        mapping = f"{SOURCES}{source.pk}/mapping/"
        shown = connector.get(mapping).content.decode()
        assert "Source options" in shown
        data = fields_of(shown, "user") | fields_of(shown, "group")
        assert connector.post(mapping, data).status_code == 302
        change = f"{SOURCES}{source.pk}/change/"
        data = fields_of(connector.get(change).content.decode()) | {"name": "Entra"}
        data.pop("enabled")
        assert connector.post(change, data).status_code == 302
        with tenant_scope(acme):
            stored = Source.objects.get(pk=source.pk)
        assert (stored.name, stored.enabled) == ("Ping", False)

    @pytest.mark.parametrize("data", [{"name": "Mine"}, {"regenerate": "1"}, {"revoke": "1"}])
    def test_they_get_no_token(
        self, acme: Tenant, connector: Client, source: Source, data: dict[str, str]
    ) -> None:
        path = f"{SOURCES}{source.pk}/authorization/"
        with tenant_scope(acme):
            before = list(BearerToken.objects.values())
        assert connector.get(path).status_code == 403
        assert connector.post(path, data).status_code == 403
        with tenant_scope(acme):
            assert list(BearerToken.objects.values()) == before
        for page in ("change/", "mapping/"):
            assert path not in connector.get(f"{SOURCES}{source.pk}/{page}").content.decode()

    def test_they_neither_begin_nor_end_a_source(
        self, acme: Tenant, connector: Client, source: Source
    ) -> None:
        assert connector.post(f"{SOURCES}add/", {"name": "Mine"}).status_code == 403
        delete = f"{SOURCES}{source.pk}/delete/"
        assert connector.post(delete, {"post": "yes"}).status_code == 403
        with tenant_scope(acme):
            assert Source.objects.get() == source
