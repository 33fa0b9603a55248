"""Sources, tokens, mapping, request log, extension schemas, profiles and groups in Chromium."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from accounts.groups.groups import GroupFields, create_group
from accounts.models import AccessProfile, AuditEntry, DirectoryGroup
from accounts.services.profiles import create_profile
from accounts.tenancy.scoping import tenant_scope
from scim.models import BearerToken, ExtensionSchema, RequestLogEntry, Source
from scim.services import SourceOptions, create_source, create_token
from tests.support.browser import (
    assert_accessible,
    assert_focused,
    check,
    press_tab_until,
    sign_in,
)
from tests.support.scim import SCIMClient, enable_scim

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from accounts.models import Tenant, User
    from scim.log.request_log import RequestLogBuffer

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS = [
    pytest.param({"width": 360, "scheme": "dark"}, id="360px-dark"),
    pytest.param({"width": 1440, "scheme": "light"}, id="1440px-light"),
]
SOURCES = "/console/scim/source/"
URN = "urn:example:params:scim:schemas:acme:2.0:User"


@pytest.fixture
def source(acme: Tenant) -> Source:
    enable_scim(acme)
    with tenant_scope(acme):
        return create_source(options=SourceOptions(name="Okta"))


@pytest.fixture
def scim(acme: Tenant, source: Source) -> SCIMClient:
    with tenant_scope(acme):
        return SCIMClient(create_token(source=source).secret)


@pytest.fixture
def log_entry(
    acme: Tenant, scim: SCIMClient, request_log_buffer: RequestLogBuffer
) -> RequestLogEntry:
    """A request that failed; one that did not is beside it."""
    scim.get("/Users")
    scim.request("GET", "/Users/nobody@acme.example", expect=404)
    request_log_buffer.flush()
    with tenant_scope(acme):
        return RequestLogEntry.objects.get(status=404)


@pytest.fixture
def profile(acme: Tenant) -> AccessProfile:
    with tenant_scope(acme):
        return create_profile(name="Finance data", description="The ledgers")


@pytest.fixture
def group(acme: Tenant, bob: User) -> DirectoryGroup:
    with tenant_scope(acme):
        return create_group(values=GroupFields(display_name="Engineering"), member_ids=[bob.pk])


@pytest.mark.parametrize("look", LOOKS)
def test_a_source_is_set_up_with_save_and_next(
    open_browser: Callable[..., Page], acme: Tenant, alice: User, look: dict[str, Any]
) -> None:
    enable_scim(acme)
    page = open_browser(**look)
    sign_in(page, alice.user_name)

    page.goto(f"{SOURCES}add/")
    check(page)
    page.get_by_label("Display name").fill("Entra ID")
    page.get_by_role("button", name="Save & Next").click()
    page.wait_for_url("**/authorization/?setup")
    secret = page.get_by_role("textbox", name="SCIM token").input_value()
    SCIMClient(secret).get("/Users")
    check(page)
    page.get_by_role("link", name="Save & Next").click()
    page.wait_for_url("**/mapping/?setup")
    check(page)
    page.get_by_role("button", name="Save & Next").click()
    page.wait_for_url("**/change/?setup")
    check(page)
    page.get_by_label("When the source deletes a user").select_option("delete")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("row", name="Entra ID")).to_contain_text("Enabled")
    with tenant_scope(acme):
        assert Source.objects.get(name="Entra ID").on_delete == "delete"


def test_a_row_is_added_to_the_mapping_by_keyboard(
    page: Page, acme: Tenant, alice: User, source: Source
) -> None:
    sign_in(page, alice.user_name)
    page.goto(f"{SOURCES}{source.pk}/mapping/")

    page.get_by_label("Field: new row").first.select_option("title")
    page.get_by_label("SCIM attribute: new row").first.fill("title")
    with page.expect_navigation():
        page.get_by_role("button", name="Add a row to Users").press("Enter")
    expect(page.get_by_label("SCIM attribute: Title")).to_have_value("title")
    page.get_by_label("Field: new row").first.select_option("department")
    page.get_by_label("SCIM attribute: new row").first.fill(
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"
    )
    assert_accessible(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Save").press("Enter")

    expect(page.get_by_text("The mapping is saved.")).to_be_visible()
    with tenant_scope(acme):
        fields = set(source.mappings.filter(resource="User").values_list("field", flat=True))
    assert {"title", "department"} <= fields


def test_a_new_token_is_shown_once_and_loading_the_page_again_makes_no_other(
    page: Page, acme: Tenant, alice: User, source: Source
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, alice.user_name)
    page.goto(f"{SOURCES}{source.pk}/authorization/")
    page.get_by_label("Name", exact=True).fill("from 2027")
    page.get_by_role("button", name="Make a token").click()

    shown = page.get_by_role("textbox", name="SCIM token")
    for name, field in (("SCIM URL", page.locator("#scim-url")), ("SCIM token", shown)):
        page.get_by_role("button", name=f"Copy {name}").click()
        expect(page.locator("#gh-announcer")).to_have_text(f"Copied: Copy {name}")
        assert page.evaluate("navigator.clipboard.readText()") == field.input_value()
    assert shown.input_value() not in page.url
    page.reload()

    expect(shown).to_have_count(0)
    with tenant_scope(acme):
        assert BearerToken.objects.filter(source=source, name="from 2027").count() == 1


def test_tokens_are_regenerated_and_revoked_after_a_question(
    page: Page, acme: Tenant, alice: User, source: Source, scim: SCIMClient
) -> None:
    sign_in(page, alice.user_name)
    page.goto(f"{SOURCES}{source.pk}/authorization/")

    page.get_by_role("button", name="Regenerate").click()
    dialog = page.get_by_role("dialog", name="Regenerate the token?")
    assert_accessible(page)
    dialog.get_by_role("button", name="Regenerate").click()
    secret = page.get_by_role("textbox", name="SCIM token").input_value()
    scim.request("GET", "/Users", expect=401)
    SCIMClient(secret).get("/Users")

    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("is dead from now on")).to_be_visible()
    SCIMClient(secret).request("GET", "/Users", expect=401)


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_of_a_source_are_accessible_and_fit(
    open_browser: Callable[..., Page], alice: User, source: Source, look: dict[str, Any]
) -> None:
    page = open_browser(**look)
    sign_in(page, alice.user_name)

    for path in ("", *(f"{source.pk}/{name}/" for name in ("change", "authorization", "mapping"))):
        page.goto(f"{SOURCES}{path}")
        check(page)
    page.get_by_label("SCIM attribute: User name").fill("nosuch")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("nosuch").first).to_be_visible()
    check(page)


@pytest.mark.parametrize("look", LOOKS)
def test_the_request_log_is_filtered_and_read(
    open_browser: Callable[..., Page],
    alice: User,
    log_entry: RequestLogEntry,
    look: dict[str, Any],
) -> None:
    page = open_browser(**look)
    sign_in(page, alice.user_name)
    page.goto("/console/scim/requestlogentry/")

    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("link", name="4xx: Refused")).to_be_visible()
    check(page)
    page.get_by_role("link", name="4xx: Refused").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    check(page)
    page.locator("#result_list tbody th a").click()
    page.wait_for_url(f"**/{log_entry.pk}/change/**")
    expect(page.get_by_text("There is no user")).to_be_visible()
    check(page)


@pytest.mark.parametrize("look", LOOKS)
def test_a_refused_form_says_at_the_top_what_is_wrong_and_leads_there(
    open_browser: Callable[..., Page], alice: User, look: dict[str, Any]
) -> None:
    page = open_browser(**look)
    sign_in(page, alice.user_name)
    page.goto("/console/scim/extensionschema/add/")

    page.locator("#id_urn").fill("acme")
    page.get_by_role("button", name="Save").click()

    summary = page.locator(".gh-summary")
    assert_focused(summary)
    expect(summary).to_contain_text("URN: A URN looks like urn:example:")
    expect(summary).to_contain_text("Name: This field is required.")
    check(page)
    summary.get_by_role("link", name="URN").click()
    assert_focused(page.locator("#id_urn"))
    expect(page.locator("#id_urn")).to_have_value("acme")


@pytest.mark.parametrize("width", [360, 1024, 1440])
def test_no_entry_of_the_audit_trail_is_cut(
    open_browser: Callable[..., Page], acme: Tenant, alice: User, width: int
) -> None:
    long = "x" * 255
    with tenant_scope(acme):
        AuditEntry.objects.create(
            tenant=acme,
            action="user.updated",
            actor=f"{long}@acme.example"[:300],
            target_type="user",
            target_id=str(alice.pk),
            target=f"{long} ({long[:240]})",
            details={
                "changes": {f"{name}_name": [long * 2, long] for name in ("display", "given", "x")}
            },
        )
        entry = AuditEntry.objects.latest("pk")
    page = open_browser(width=width, scheme="light")
    sign_in(page, alice.user_name)

    for url in (
        "/console/accounts/auditentry/",
        f"/console/accounts/auditentry/{entry.pk}/change/",
        f"/console/accounts/user/{alice.pk}/history/",
    ):
        page.goto(url)
        cut = page.locator("#content td, #content dd, #content .gh-readonly").evaluate_all(
            "cells => cells.filter((c) => c.scrollWidth > c.clientWidth + 1).length"
        )
        assert cut == 0, url
        told = page.locator("#content .field-changed_in_short *")
        assert told.count() > 0 or not url.endswith("/auditentry/")
        boxed = told.evaluate_all(
            "parts => parts.filter((p) => p.scrollHeight > p.clientHeight + 1 && "
            "getComputedStyle(p).overflowY !== 'visible').length"
        )
        # In a wide table the other cells of a row would stand far apart.
        assert boxed == 0 or width > 768, url
        if width > 1000:
            right = page.locator("#content table, #content .gh-diff").evaluate_all(
                "tables => Math.max(0, ...tables.map((t) => t.getBoundingClientRect().right))"
            )
            assert right <= width, url


@pytest.mark.parametrize("look", LOOKS)
def test_an_extension_schema_is_made(
    open_browser: Callable[..., Page], acme: Tenant, alice: User, look: dict[str, Any]
) -> None:
    page = open_browser(**look)
    sign_in(page, alice.user_name)
    page.goto("/console/scim/extensionschema/")
    expect(page.get_by_text("There is no extension schema yet.")).to_be_visible()
    check(page)

    page.get_by_role("link", name=re.compile("Add extension schema")).click()
    page.locator("#id_urn").fill(URN)
    page.locator("#id_name").fill("HR")
    page.locator("#id_attributes-0-name").fill("badge")
    page.get_by_role("button", name="Add another Attribute").click()
    page.locator("#id_attributes-1-name").fill("shift")
    check(page)
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("row", name=URN)).to_contain_text("badge, shift")
    with tenant_scope(acme):
        assert ExtensionSchema.objects.get().attributes.count() == 2


@pytest.mark.parametrize("look", LOOKS)
def test_profiles_and_directory_groups_are_accessible_and_fit(
    open_browser: Callable[..., Page],
    alice: User,
    profile: AccessProfile,
    group: DirectoryGroup,
    look: dict[str, Any],
) -> None:
    page = open_browser(**look)
    sign_in(page, alice.user_name)

    for path in (
        "accessprofile/",
        "accessprofile/add/",
        f"accessprofile/{profile.pk}/change/",
        f"accessprofile/{profile.pk}/history/",
        f"accessprofile/{profile.pk}/delete/",
        "directorygroup/",
        "directorygroup/add/",
        f"directorygroup/{group.pk}/change/",
    ):
        page.goto(f"/console/accounts/{path}")
        check(page)


def test_the_menu_of_a_row_is_in_the_window(
    open_browser: Callable[..., Page], alice: User, bob: User
) -> None:
    for width in (360, 1280):
        page = open_browser(width=width)
        sign_in(page, alice.user_name)
        page.goto("/console/accounts/user/")
        box = page.get_by_role("button", name="Actions for bob@acme.example").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_filters_open_by_keyboard(page: Page, alice: User, bob: User) -> None:
    sign_in(page, alice.user_name)
    page.goto("/console/accounts/user/")
    expect(page.get_by_role("link", name="Editor")).to_be_hidden()

    press_tab_until(page, "Filter")
    page.keyboard.press("Enter")
    for choice in ("Role", "Editor 0"):
        press_tab_until(page, choice)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    expect(page.get_by_text("Nothing matches the search and the filters.")).to_be_visible()
    assert_accessible(page)
