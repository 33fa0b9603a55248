"""Every door through which certificates come has the same rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.forms import HiddenInput
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy.scoping import tenant_scope
from console.saml_and_scim.identity_provider_form import IdentityProviderForm
from console.saml_and_scim.set_up_entry import set_up_url
from saml_sso.management.commands.configure_saml import Command
from saml_sso.models import IdentityProviderCertificate, IdentityProviderSettings
from saml_sso.services.set_up_links import make_set_up_link
from tests.support.html_forms import version_of
from tests.support.saml import certificate, pem, private_key
from tests.support.saml_party import party_of

TODAY = timezone.now()
KEY = private_key("rsa2048", "acme")
OUT_OF_TIME = {
    "expired": certificate(KEY, not_after=TODAY - timedelta(days=3)),
    "of the future": certificate(KEY, not_before=TODAY + timedelta(days=3)),
}
URL = "https://idp.acme.example/metadata.xml"

Given = tuple[str, str]
Door = Callable[[Client, Given, Path], None]


@pytest.fixture(params=OUT_OF_TIME)
def given(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Given:
    """A certificate file and a metadata file that hold one certificate out of its time."""
    cert = OUT_OF_TIME[request.param]
    metadata = party_of("acme").metadata(cert=cert)
    for module in ("console.saml_and_scim.identity_provider_form", "saml_sso.services.refreshing"):
        monkeypatch.setattr(f"{module}.fetch_metadata", lambda _url: metadata.encode())
    return pem(cert), metadata


def fields(name: str, given: Given) -> dict[str, Any]:
    """What the form sends when its field ``name`` is used."""
    file, metadata = given
    known: dict[str, Any] = {
        "certificate": SimpleUploadedFile("idp.pem", file.encode()),
        "metadata": SimpleUploadedFile("idp.xml", metadata.encode()),
        "metadata_text": metadata,
        "metadata_url": URL,
    }
    return {name: known[name]}


def through_page(name: str) -> Door:
    def go(console: Client, given: Given, _folder: Path) -> None:
        url = reverse("console:saml-and-scim")
        sent = {"system_admin_email": "a@acme.example", "version": version_of(console, url)}
        console.post(url, {**sent, **fields(name, given)})

    return go


def through_link(name: str) -> Door:
    def go(_console: Client, given: Given, _folder: Path) -> None:
        acme = Tenant.objects.get(slug="acme")
        with tenant_scope(acme):
            secret = make_set_up_link(tenant=acme, purpose="saml", days=1)
        path = set_up_url(acme, secret).partition("8000")[2]
        colleague = Client()
        version = version_of(colleague, path)
        colleague.post(path, {"version": version, **fields(name, given)})

    return go


def through_command(option: str) -> Door:
    def go(_console: Client, given: Given, folder: Path) -> None:
        file = folder / "file"
        file.write_text(given[0] if option == "certificate" else given[1])
        call_command("configure_saml", "acme", f"--{option}={file}", "--json")

    return go


def through_refresh(_console: Client, given: Given, folder: Path) -> None:
    through_command("metadata")(_console, (given[0], party_of("acme").metadata()), folder)
    with tenant_scope(Tenant.objects.get(slug="acme")):
        IdentityProviderSettings.objects.update(metadata_url=URL)
    call_command("refresh_saml_metadata", "acme")


GIVEN_BY_FORM = ("certificate", "metadata", "metadata_text", "metadata_url")
GIVEN_TO_COMMAND = ("certificate", "metadata")
DOORS: dict[str, Door] = {
    **{f"the page's {name}": through_page(name) for name in GIVEN_BY_FORM},
    **{f"a set-up link's {name}": through_link(name) for name in GIVEN_BY_FORM},
    **{f"configure_saml --{name}": through_command(name) for name in GIVEN_TO_COMMAND},
    "the daily refresh": through_refresh,
}


def test_these_are_all_doors() -> None:
    typed = {"entity_id", "sso_url", "identity_provider"}
    shown = {
        name
        for name, field in IdentityProviderForm.base_fields.items()
        if not isinstance(field.widget, HiddenInput)
    }
    parser = Command().create_parser("manage.py", "configure_saml")
    files = {action.dest for action in parser._actions if action.metavar == "FILE"}

    assert shown - typed == set(GIVEN_BY_FORM)
    assert files == set(GIVEN_TO_COMMAND)


@pytest.mark.parametrize("door", DOORS)
def test_a_certificate_out_of_its_time_is_kept(
    acme: Tenant, console: Client, given: Given, tmp_path: Path, door: str
) -> None:
    DOORS[door](console, given, tmp_path)

    with tenant_scope(acme):
        kept = [row.pem for row in IdentityProviderCertificate.objects.all()]
    assert kept == [given[0]]


def test_the_page_shows_from_when_a_certificate_counts(
    acme: Tenant, console: Client, tmp_path: Path
) -> None:
    through_command("certificate")(console, (pem(OUT_OF_TIME["of the future"]), ""), tmp_path)

    page = console.get(reverse("console:saml-and-scim")).content.decode()

    assert "counts from" in page
