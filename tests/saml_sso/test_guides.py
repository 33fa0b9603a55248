"""The set-up guides: what every one of them says, and what the two pages make of it."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from lxml import html as lxml_html

from accounts.models import Tenant, User
from accounts.tenancy.scoping import tenant_scope
from console.saml_and_scim.guides.proofs import PROOFS
from console.saml_and_scim.guides.reading import (
    Guide,
    UnreadableGuideError,
    Value,
    guide_known_by,
    guides,
    ours,
    value_from,
)
from console.saml_and_scim.guides.showing import behind_link, in_console
from console.saml_and_scim.traces import MEANINGS
from saml_sso.models import SetUpLink
from saml_sso.services.set_up_links import make_set_up_link
from scim.catalogue.reading import GENERIC, entries
from tests.saml_sso.test_settings_page import PAGE, save
from tests.support.saml_party import Party, party_of, post_response
from tests.support.scim import SCIMClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.saml_and_scim.guides.reading import Part, Step
    from console.saml_and_scim.guides.showing import Place

VENDORS = {
    *("adfs", "authentik", "entra", "google", "jumpcloud", "keycloak", "miniorange", "okta"),
    *("onelogin", "pingone", "rippling"),
}
ALL = pytest.mark.parametrize("guide", guides(), ids=lambda guide: guide.key)


def parts_of(guide: Guide) -> tuple[Part, Part]:
    return guide.saml, guide.scim


def steps_of(guide: Guide) -> list[Step]:
    return [step for part in parts_of(guide) for step in part.steps]


def sentences_of(guide: Guide) -> list[str]:
    told = [text for step in steps_of(guide) for text in (step.how,)]
    for part in parts_of(guide):
        told += [*part.differs, *filter(None, [part.instead])]
    return told


class TestEveryGuide:
    def test_every_vendor_has_one(self) -> None:
        assert {guide.key for guide in guides()} == VENDORS

    def test_every_identity_provider_of_the_catalogue_of_sources_has_one(self) -> None:
        assert {entry.key for entry in entries()} - {GENERIC} <= VENDORS

    @ALL
    def test_it_tells_saml_in_steps_and_scim_or_what_helps_instead(self, guide: Guide) -> None:
        copied = {value.copy for step in guide.saml.steps for value in step.values}
        assert "{acs_url}" in copied
        assert any(step.proof == "saved" for step in guide.saml.steps)
        assert bool(guide.scim.steps) != bool(guide.scim.instead)
        if guide.scim.steps:
            copied = {value.copy for step in guide.scim.steps for value in step.values}
            assert "{scim_base_url}" in copied

    @ALL
    def test_each_step_names_what_shows_it(self, guide: Guide) -> None:
        for step in steps_of(guide):
            assert step.proof in PROOFS
            assert set(step.checks) <= MEANINGS.keys()
            assert not step.checks or step.proof == "tested"

    @ALL
    def test_it_says_what_the_vendor_does_differently(self, guide: Guide) -> None:
        assert guide.saml.differs
        assert guide.scim.differs or guide.scim.instead

    @ALL
    def test_it_says_where_it_is_from_and_when_that_was_looked_at(self, guide: Guide) -> None:
        assert guide.sources
        for source in guide.sources:
            assert urlsplit(source.url).scheme == "https"
            assert source.title
            assert date(2026, 1, 1) <= date.fromisoformat(source.checked) <= date(2100, 1, 1)

    @ALL
    def test_its_sentences_are_whole_and_its_values_stand_in_fields(self, guide: Guide) -> None:
        for text in sentences_of(guide):
            assert text.endswith("."), text
            assert "{" not in text, text
            assert text.count("*") % 2 == 0, text
        for step in steps_of(guide):
            assert not step.what.endswith("."), step.what

    @ALL
    def test_it_shows_no_secret(self, guide: Guide) -> None:
        for step in steps_of(guide):
            for value in step.values:
                assert not re.search(r"token|secret|bearer", value.copy, re.IGNORECASE), value

    def test_every_proof_can_be_looked_at_in_the_console(self) -> None:
        assert in_console().links.keys() == PROOFS.keys() >= behind_link().links.keys()

    @pytest.mark.parametrize("place", [in_console, behind_link])
    def test_each_page_tells_its_own_steps_around_them(self, place: Callable[[], Place]) -> None:
        here = ours(place().steps)

        proofs = {
            kind: [step.proof for step in (*of.before, *of.after)] for kind, of in here.items()
        }
        assert proofs == {"saml": ["tested", "switched_on"], "scim": ["token", "arrived"]}
        for of in here.values():
            assert all(step.how.endswith(".") for step in (*of.before, *of.after))

    @pytest.mark.parametrize(
        "told",
        [
            {"field": "ACS URL", "copy": "{acs}"},
            {"field": "ACS URL"},
            {"field": "ACS URL", "copy": "{acs_url}", "choose": "Email"},
        ],
    )
    def test_a_value_that_no_page_can_show_does_not_load(self, told: dict[str, str]) -> None:
        with pytest.raises(UnreadableGuideError, match="ACS URL"):
            value_from(told)

    def test_a_value_with_a_place_for_the_tenants_own_loads(self) -> None:
        told = {"field": "ACS URL", "copy": "{acs_url}"}
        assert value_from(told) == Value(field="ACS URL", copy="{acs_url}")


def document_of(browser: Client, path: str, guide: str = "") -> Any:
    """Return the page, asked for a guide."""
    answer = browser.get(path, {"guide": guide} if guide else {})
    assert answer.status_code == 200
    return lxml_html.fromstring(answer.content.decode())


def copied(document: Any, kind: str) -> dict[str, str]:
    """Return what can be copied of a guide, by the name of its field; each has its button."""
    found = {}
    for field in document.xpath(f"//*[@id='guide-{kind}']//*[@class='gh-copy']"):
        [box], [button] = field.xpath(".//input"), field.xpath(".//button")
        assert button.get("data-copy-target") == box.get("id")
        found[field.xpath("string(.//label)").strip()] = box.get("value")
    return found


def done(document: Any, kind: str) -> list[str]:
    """Return the steps of a guide that have their tick."""
    steps = document.xpath(f"//*[@id='guide-{kind}']//*[contains(@class, 'gh-guide__steps')]/li")
    return [
        step.xpath("string(./h3)")
        for step in steps
        if step.xpath("./*[contains(@class, 'gh-step--good')]")
    ]


class TestInTheConsole:
    def test_an_admin_chooses_a_vendor_and_copies_what_it_asks_for(
        self, acme: Tenant, console: Client
    ) -> None:
        offered = document_of(console, PAGE).xpath("//select[@id='guide-saml-vendor']/option")
        assert {option.get("value") for option in offered} == {"", *VENDORS}

        page = document_of(console, PAGE, "okta")

        assert copied(page, "saml") == {
            "Single sign-on URL": "http://127.0.0.1:8000/saml/acme/",
            "Audience URI (SP Entity ID)": "http://127.0.0.1:8000/saml/acme/",
        }
        assert copied(page, "scim") == {
            "SCIM connector base URL": "http://127.0.0.1:8000/scim/v2",
            "Unique identifier field for users": "userName",
        }

    @ALL
    def test_every_value_to_copy_has_a_button_and_every_proof_a_place(
        self, acme: Tenant, console: Client, guide: Guide
    ) -> None:
        page = document_of(console, PAGE, guide.key)

        for kind, part in (("saml", guide.saml), ("scim", guide.scim)):
            fields = [value.field for step in part.steps for value in step.values if value.copy]
            assert sorted(copied(page, kind)) == sorted(fields)
            for link in page.xpath(f"//*[@id='guide-{kind}']//ol//a"):
                place = link.get("href")
                assert not place.startswith("#") or page.xpath(f"//*[@id='{place[1:]}']")
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert "{" not in page.xpath("string(//*[@id='guide-saml'])")

    def test_a_vendor_that_has_no_guide_is_no_question_of_the_page(self, console: Client) -> None:
        assert console.get(PAGE, {"guide": "nobody"}).status_code == 400

    def test_a_step_has_its_tick_when_what_shows_it_holds(
        self, acme: Tenant, bob: User, console: Client, idp: Party
    ) -> None:
        created, brought, switched = (
            *("Create the application", "Bring its metadata here", "Switch it on"),
        )
        page = document_of(console, PAGE, "okta")
        assert done(page, "saml") == [created, brought, switched]
        assert "3 of 6 steps done" in page.xpath("string(//*[@id='guide-saml']//summary)")
        assert done(page, "scim") == []

        post_response(Client(), idp.forge)
        save(console, enable_saml="on", enable_scim="on")

        page = document_of(console, PAGE, "okta")
        assert len(done(page, "saml")) == 6
        assert done(page, "scim") == ["Make the token here"]

    def test_scim_steps_have_their_ticks_when_somebody_has_arrived(
        self, acme: Tenant, console: Client, scim: SCIMClient
    ) -> None:
        scim.request("POST", "/Users", {"userName": "mara@acme.example"}, expect=201)

        ticked = done(document_of(console, PAGE, "okta"), "scim")

        assert ticked[0] == "Make the token here"
        assert ticked[-1] == "See the first person arrive"

    def test_the_vendor_is_known_by_what_is_trusted(self, acme: Tenant, console: Client) -> None:
        okta = party_of("acme").metadata(entity_id="http://www.okta.com/exk1")
        save(console, metadata_text=okta)

        page = document_of(console, PAGE)

        assert page.xpath("string(//*[@id='guide-saml-head'])") == "Guide for Okta: SAML"
        assert guide_known_by(["https://idp.acme.example/", None]) is None


class TestBehindASetUpLink:
    def page(self, tenant: Tenant, purpose: SetUpLink.Purpose, guide: str) -> Any:
        with tenant_scope(tenant):
            secret = make_set_up_link(tenant=tenant, purpose=purpose, days=1)
        return document_of(Client(), f"/set-up/{tenant.slug}/{secret}/", guide)

    @ALL
    def test_a_colleague_has_the_same_guides(self, acme: Tenant, guide: Guide) -> None:
        page = self.page(acme, SetUpLink.Purpose.SAML, guide.key)

        fields = [v.field for step in guide.saml.steps for v in step.values if v.copy]
        assert sorted(copied(page, "saml")) == sorted(fields)
        assert not page.xpath("//*[@id='guide-scim']")
        assert "Switch SAML sign-on on" in page.xpath("string(//*[@id='guide-saml']//ol)")
        for link in page.xpath("//*[@id='guide-saml']//ol//a/@href"):
            assert page.xpath(f"//*[@id='{link[1:]}']"), link

    def test_a_link_for_a_token_shows_the_guide_for_that(self, acme: Tenant) -> None:
        page = self.page(acme, SetUpLink.Purpose.SCIM, "okta")

        assert "SCIM connector base URL" in copied(page, "scim")
        assert not page.xpath("//*[@id='guide-saml']")
        links = page.xpath("//*[@id='guide-scim']//ol//a/@href")
        assert links
        assert all(link.startswith("#") for link in links)

    def test_a_vendor_that_has_no_guide_is_none_that_is_shown(self, acme: Tenant) -> None:
        page = self.page(acme, SetUpLink.Purpose.SAML, "nobody")

        assert page.xpath("//select[@id='guide-saml-vendor']/option[@value='']")
