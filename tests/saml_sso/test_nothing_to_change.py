"""Where nothing would change, no page has a button that would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from django.test import Client
from lxml import html as lxml_html

from accounts.tenancy.scoping import tenant_scope
from console.saml_and_scim.identity_provider_form import IdentityProviderForm
from saml_sso.models import SetUpLink, TrustProposal
from saml_sso.protocol.candidates import digest_of_trust
from saml_sso.trust import load_trust
from saml_sso.wishes import Wish
from tests.saml_sso.test_set_up_links import make
from tests.saml_sso.test_settings_page import PAGE, file
from tests.support.saml import certificate, pem, private_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import Tenant
    from tests.support.saml_party import Party

NO_DOCUMENT: Final = frozenset({"metadata_url", "entity_id", "sso_url", "identity_provider"})
CARRIED_ALONG: Final = frozenset({"kept_metadata", "kept_certificate"})
"""Fields that bring no document of their own, one from the network, or one that was read before."""
GIVEN: Final[dict[str, Callable[[Party], Any]]] = {
    "metadata": lambda idp: file(idp.metadata()),
    "metadata_text": lambda idp: idp.metadata(),
    "certificate": lambda idp: file(pem(idp.forge.cert), "idp.pem"),
}
"""What is trusted already, as each field of the form takes it."""
OFFER: Final = "The same as Save."


def filled(page: str) -> list[str]:
    """Return what the filled buttons say."""
    document: Any = lxml_html.fromstring(page)
    found = document.xpath("//*[contains(@class, 'gh-button--main')]")
    return [each.text_content() for each in found]


def test_every_field_that_takes_a_document_is_tried() -> None:
    assert set(IdentityProviderForm.base_fields) - NO_DOCUMENT - CARRIED_ALONG == set(GIVEN)


@pytest.mark.parametrize("door", ["page", "link"])
@pytest.mark.parametrize("field", GIVEN)
def test_a_preview_of_what_is_trusted_offers_nothing(
    console: Client, idp: Party, field: str, door: str
) -> None:
    browser, path = (console, PAGE) if door == "page" else (Client(), make(console, "saml"))

    page = browser.post(path, {"preview": "1", field: GIVEN[field](idp)}).content.decode()

    assert "Nothing would change: you trust all of it already." in page
    assert OFFER not in page
    assert len(filled(page)) <= 1


@pytest.mark.parametrize("door", ["page", "link"])
def test_a_preview_of_something_new_does_offer_it(console: Client, idp: Party, door: str) -> None:
    browser, path = (console, PAGE) if door == "page" else (Client(), make(console, "saml"))
    new = pem(certificate(private_key("rsa2048", "new")))

    page = browser.post(path, {"preview": "1", "certificate": file(new)}).content.decode()

    assert "Nothing would change" not in page
    assert OFFER in page
    assert len(filled(page)) == 1


@pytest.mark.parametrize("origin", TrustProposal.Origin)
def test_a_proposal_of_what_is_trusted_by_now_can_only_be_discarded(
    acme: Tenant, console: Client, idp: Party, origin: str
) -> None:
    make(console, "saml")
    with tenant_scope(acme):
        trust = load_trust(acme)
        made = TrustProposal.objects.create(
            origin=origin,
            link=SetUpLink.objects.get() if origin == TrustProposal.Origin.LINK else None,
            made_by="x",
            base=digest_of_trust(trust.idp),
            content=Wish(identity_provider=trust.idp).to_json(),
        )

    page = console.get(PAGE).content.decode()

    section = page.split(f'id="proposal-{made.pk}"')[1].split("</section>")[0]
    assert "By now nothing would change" in section
    document: Any = lxml_html.fromstring(f"<section>{section}")
    assert [each.text_content() for each in document.xpath("//button")] == ["Discard"]
    assert filled(page) == ["Discard"]
