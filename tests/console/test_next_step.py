"""What an admin of a new company is told to do next is the same on every page that says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F
from lxml import html as lxml_html

from accounts.models import Tenant
from accounts.signing_in.recovery import make_recovery_codes
from accounts.tenancy.scoping import tenant_scope
from console.dashboard.checklist import steps_for
from saml_sso.models import IdentityProviderSettings
from tests.support.saml_party import connect, party_of

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from accounts.models import User


def told(browser: Client) -> tuple[str, str]:
    """Return the next step as the dashboard and as the account page tell it, with its address."""
    dashboard: Any = lxml_html.fromstring(browser.get("/console/").content.decode())
    [step] = dashboard.xpath("//li[contains(@class, 'is-next')]")
    [what], [button] = step.xpath(".//h3"), step.xpath(".//a")
    account: Any = lxml_html.fromstring(browser.get("/account/").content.decode())
    [said] = account.xpath("//strong[starts-with(., 'Next: ')]")
    [link] = said.getparent().xpath("./a")
    return (
        f"Next: {what.text_content()}. {button.get('href')}",
        f"{said.text_content()} {link.get('href')}",
    )


def test_the_account_page_says_what_the_dashboard_says_at_every_step(
    acme: Tenant, alice: User, console: Client, tmp_path: Path
) -> None:
    seen = []

    def look() -> None:
        on_dashboard, on_account = told(console)
        assert on_dashboard == on_account
        seen.append(on_account)

    look()
    with tenant_scope(acme):
        make_recovery_codes(user=alice)
    look()
    connect(acme, tmp_path, party_of("acme"))
    Tenant.objects.filter(pk=acme.pk).update(saml_enabled=False)
    look()
    with tenant_scope(acme):
        IdentityProviderSettings.objects.update(tested_revision=F("revision"))
    look()

    assert len(set(seen)) == len(seen)
    with tenant_scope(acme):
        alice.refresh_from_db()
        assert [step.state for step in steps_for(alice)][: len(seen)] == [*["done"] * 3, "next"]
    Tenant.objects.filter(pk=acme.pk).update(saml_enabled=True)
    for page in ("/console/", "/account/"):
        assert "Next: " not in console.get(page).content.decode()
        assert "is-next" not in console.get(page).content.decode()
