"""The settings page, open in several tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import Tenant
from accounts.signing_in.recovery import make_recovery_codes
from accounts.tenancy.scoping import tenant_scope
from saml_sso.models import IdentityProviderSettings, ServiceProviderKey, SetUpLink
from saml_sso.services.switches import enforce_saml_untested
from scim.models import BearerToken
from tests.saml_sso.test_settings_page import PAGE, file
from tests.support.html_forms import fill_in, what_is_sent
from tests.support.overlap import overlap
from tests.support.saml_party import Party, party_of

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User

RULES = f"{PAGE}rules/"


class TestSwitches:
    def test_an_old_tab_does_not_switch_enforcement_off(
        self, acme: Tenant, alice: User, console: Client, idp: Party
    ) -> None:
        with tenant_scope(acme):
            make_recovery_codes(user=alice)
        old = fill_in(console, PAGE, field="enable_saml", system_admin_email="it@acme.example")
        with tenant_scope(acme):
            enforce_saml_untested(tenant=acme)

        page = console.post(PAGE, old).content.decode()

        assert Tenant.objects.get(pk=acme.pk).saml_enforced
        assert "somebody else changed" in page
        assert "Enforce SAML login" in page
        with tenant_scope(acme):
            assert IdentityProviderSettings.objects.get().system_admin_email == ""

        again = what_is_sent(page, "enable_saml")
        assert again["system_admin_email"] == ["it@acme.example"]
        assert console.post(PAGE, again).status_code == 302
        assert Tenant.objects.get(pk=acme.pk).saml_enforced
        with tenant_scope(acme):
            row = IdentityProviderSettings.objects.get()
        assert row.system_admin_email == "it@acme.example"

    @pytest.mark.parametrize("switch", ["enable_saml", "enable_scim", "system_admin_email"])
    def test_a_tab_undoes_no_switch_of_another_tab(
        self, acme: Tenant, console: Client, idp: Party, switch: str
    ) -> None:
        old: dict[str, Any] = fill_in(console, PAGE, field="system_admin_email")
        changed: dict[str, Any] = {
            "enable_saml": None,
            "enable_scim": "on",
            "system_admin_email": "a@acme.example",
        }
        new = fill_in(console, PAGE, field="system_admin_email", **{switch: changed[switch]})
        assert console.post(PAGE, new).status_code == 302
        stored = fill_in(console, PAGE, field="system_admin_email")

        metadata = file(party_of("acme").metadata(sso_url="https://new.example/sso"))
        answer = console.post(PAGE, old | {"metadata": metadata})

        assert answer.status_code == 200
        assert "It is now" in answer.content.decode()
        now = fill_in(console, PAGE, field="system_admin_email")
        ours = ("version", "csrfmiddlewaretoken")
        assert [now[name] for name in now if name not in ours] == [
            stored[name] for name in now if name not in ours
        ]

    def test_a_form_that_is_sent_twice_does_no_harm(
        self, acme: Tenant, console: Client, idp: Party
    ) -> None:
        sent = fill_in(console, PAGE, field="enable_saml", enable_scim="on")

        assert [console.post(PAGE, sent).status_code for _time in range(2)] == [302, 302]

        with tenant_scope(acme):
            assert BearerToken.objects.count() == 1


class TestRules:
    def test_an_old_tab_undoes_no_rule_of_another_tab(
        self, acme: Tenant, console: Client, idp: Party
    ) -> None:
        shown = fill_in(console, PAGE, field="identifier_attribute")
        stricter = shown | {"refuse_expired_certificates": "on"}
        assert console.post(RULES, stricter).status_code == 302

        page = console.post(RULES, shown | {"identifier_attribute": "mail"}).content.decode()

        assert "It is now" in page
        with tenant_scope(acme):
            row = IdentityProviderSettings.objects.get()
        assert (row.refuse_expired_certificates, row.identifier_attribute) == (True, "")
        again = what_is_sent(page, "identifier_attribute")
        assert console.post(RULES, again).status_code == 302
        with tenant_scope(acme):
            row = IdentityProviderSettings.objects.get()
        assert (row.refuse_expired_certificates, row.identifier_attribute) == (True, "mail")


class TestButtons:
    def press_twice(self, console: Client, action: str, **fields: str) -> str:
        version = console.get(PAGE).context["versions"][action.replace("-", "_")]
        url = f"{PAGE}do/{action}/"
        answers = [
            console.post(url, {"version": version, **fields}, follow=True) for _time in range(2)
        ]
        return str(answers[1].content.decode())

    def test_the_key_of_another_tab_is_not_removed(
        self, acme: Tenant, console: Client, idp: Party
    ) -> None:
        versions = console.get(PAGE).context["versions"]
        for action in ("make-next-key", "use-next-key"):
            fresh = console.get(PAGE).context["versions"][action.replace("-", "_")]
            console.post(f"{PAGE}do/{action}/", {"version": fresh})
        with tenant_scope(acme):
            before = set(ServiceProviderKey.objects.values_list("pk", "use"))

        url = f"{PAGE}do/remove-other-key/"
        page = console.post(url, {"version": versions["remove_other_key"]}, follow=True)

        assert "has changed since" in page.content.decode()
        with tenant_scope(acme):
            assert set(ServiceProviderKey.objects.values_list("pk", "use")) == before

    def test_a_double_click_makes_one_link(self, acme: Tenant, console: Client) -> None:
        page = self.press_twice(console, "make-link", purpose="saml", days="3")

        assert "has changed since" in page
        with tenant_scope(acme):
            assert SetUpLink.objects.count() == 1

    def test_a_double_click_regenerates_once(
        self, acme: Tenant, console: Client, idp: Party
    ) -> None:
        console.post(PAGE, fill_in(console, PAGE, field="enable_saml", enable_scim="on"))

        self.press_twice(console, "regenerate-token")

        with tenant_scope(acme):
            assert BearerToken.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_saved_at_once_one_wins_and_the_other_is_told(
    acme: Tenant, console: Client, idp: Party
) -> None:
    first = fill_in(console, PAGE, field="enable_saml", system_admin_email="a@acme.example")
    second = fill_in(console, PAGE, field="enable_saml", enable_scim="on")
    answers: list[Any] = []

    errors = overlap(
        acme,
        lambda: console.post(PAGE, first),
        lambda: answers.append(console.post(PAGE, second)),
    )

    assert errors == [None, None]
    assert "It is now" in answers[0].content.decode()
    stored = Tenant.objects.get(pk=acme.pk)
    assert not stored.scim_enabled
