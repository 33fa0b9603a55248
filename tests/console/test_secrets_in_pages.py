"""No page, no download, no message and no log shows a secret, nor what is kept of one.

Models and pages are read from the registries, so that a new one is tested unasked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.db import models
from django.urls import NoReverseMatch, reverse

from accounts.models import AuditEntry, OneTimeLink, RecoveryCode, Session, Tenant, User
from accounts.signing_in.invitations import invite_user
from accounts.signing_in.recovery import make_recovery_codes
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from console.base.pages import registered_pages
from console.base.sites import platform_site
from saml_sso.models import IdentityProviderCertificate, ServiceProviderKey, TrustProposal
from saml_sso.services.keys import ensure_key
from saml_sso.services.set_up_links import make_set_up_link
from scim.services import create_token
from tests.architecture.specimens import Specimens, our_models, tenant_models
from tests.conftest import person, signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

SECRET = re.compile(r"digest|password|session_key|session_data|private_key|secret|sealed")
"""How columns are called that hold a secret, or what is kept of one."""
PLANTED = "plantedsecret"
ENCRYPTED = {"private_key"}
"""Pages decrypt these, so they keep what they are."""


READ_BY_PAGES = {IdentityProviderCertificate, ServiceProviderKey, TrustProposal}
"""Pages read what these hold, so a text that was made up would not do."""


def secret_columns(model: type[models.Model]) -> list[str]:
    return [
        field.name
        for field in model._meta.concrete_fields
        if SECRET.search(field.name) and isinstance(field, models.CharField | models.TextField)
    ]


@pytest.fixture
def rows(acme: Tenant, alice: User) -> list[models.Model]:
    """One row of every model for Acme, in whose secret columns a text is planted."""
    bob = person(acme, "Bob")
    signed_in(bob)
    with tenant_scope(acme):
        ensure_key(tenant=acme)  # The page about it reads its certificate, so it must be one.
        specimens = Specimens("specimen")
        # People first: a new password ends their open links.
        models_in_order = sorted(tenant_models(), key=lambda model: model is not User)
        made = [
            planted_in(specimens.of(model))
            for model in models_in_order
            if model not in READ_BY_PAGES
        ]
        made.append(planted_in(ServiceProviderKey.objects.get()))
        made += [planted_in(acme), planted_in(Session.objects.get(user=bob))]
    return made


def planted_in(row: models.Model) -> models.Model:
    """Return ``row`` with a text in each of its secret columns."""
    columns = {
        name: f"{PLANTED}{row._meta.model_name}{name}"[:64]
        for name in secret_columns(type(row))
        if name != row._meta.pk.name and name not in ENCRYPTED
    }
    if columns:
        type(row)._base_manager.filter(pk=row.pk).update(**columns)
        row.refresh_from_db()
    return row


def pages_of_site(site: Any, rows: list[models.Model]) -> Iterator[str]:
    """Yield the URL of every page of a site: those of lists, those of each row, and its own."""
    for model, model_admin in site._registry.items():
        keys = [row.pk for row in rows if isinstance(row, model)]
        for pattern in model_admin.get_urls():
            yield from reversed_with(f"{site.name}:{pattern.name}", keys)
    if site is admin.site:
        yield "/console/"
        for page in registered_pages():
            yield from reversed_with(
                f"console:{page.name}", [row.pk for row in rows if not isinstance(row, Session)]
            )


def reversed_with(name: str, keys: list[Any]) -> Iterator[str]:
    """Yield the URLs of this name: without a value, and with each key."""
    for args in ((), *((key,) for key in keys)):
        try:
            yield reverse(name, args=args)
        except NoReverseMatch:
            continue


def everything_shown(browser: Client, urls: Iterator[str], rows: list[models.Model]) -> str:
    """Return all that the pages answer, with what deleting one row and many rows asks."""
    kinds = {f"/{row._meta.app_label}/{row._meta.model_name}/": row for row in rows}
    found = []
    for url in urls:
        answers = [browser.get(url)]
        row = next((row for kind, row in kinds.items() if url.endswith(kind)), None)
        if row is not None:
            chosen = {"action": "delete_selected", "index": "0", "_selected_action": row.pk}
            answers.append(browser.post(url, chosen))
        for answer in answers:
            chunks = answer if answer.streaming else [answer.content]
            found.append(b"".join(chunks).decode(errors="replace"))
            found += [str(each) for each in get_messages(answer.wsgi_request)]
    assert len(found) > 20
    return "\n".join(found)


def test_secret_columns_are_found() -> None:
    found = {
        f"{model._meta.object_name}.{name}"
        for model in our_models()
        for name in secret_columns(model)
    }

    assert {
        "User.password",
        "Session.session_key",
        "OneTimeLink.digest",
        "RecoveryCode.digest",
        "BearerToken.digest",
        "SetUpLink.digest",
        "ServiceProviderKey.private_key",
    } <= found


def test_no_text_for_a_row_holds_a_secret(rows: list[models.Model]) -> None:
    for row in rows:
        assert PLANTED not in f"{row!s} {row!r}", type(row)
        if isinstance(row, Session):
            assert row.session_key not in f"{row!s} {row!r}"


@pytest.mark.parametrize("site", [admin.site, platform_site], ids=lambda site: site.name)
def test_no_page_shows_what_is_kept_of_a_secret(
    site: Any,
    rows: list[models.Model],
    console: Client,
    platform: Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    browser = console if site is admin.site else platform
    kept = [
        str(getattr(row, name))
        for row in rows
        for name in secret_columns(type(row))
        if getattr(row, name)
    ]
    assert len(kept) > 6

    shown = everything_shown(browser, pages_of_site(site, rows), rows)

    with every_tenant():
        trail = "\n".join(str(entry.details) for entry in AuditEntry.objects.all())
    for text in (shown, caplog.text, trail):
        assert PLANTED not in text, text[text.index(PLANTED) - 300 :][:400]
        for secret in kept:
            assert secret not in text, text[text.index(secret) - 300 :][:500]


def test_no_page_shows_a_secret_that_was_shown_before(
    acme: Tenant,
    alice: User,
    console: Client,
    platform: Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bob = person(acme, "Bob")
    browser = signed_in(bob)
    with tenant_scope(acme):
        source = Specimens("specimen").of(
            next(m for m in tenant_models() if m.__name__ == "Source")
        )
        secrets = [
            invite_user(user=bob).rstrip("/").rpartition("/")[2],
            *make_recovery_codes(user=alice),
            create_token(source=source).secret,  # type: ignore[arg-type]
            make_set_up_link(tenant=acme, purpose="saml_and_scim", days=1),
            browser.cookies["gatehouse_session"].value,
            User.objects.get(pk=bob.pk).password,
        ]
        rows: list[models.Model] = [
            bob,
            source,
            *OneTimeLink.objects.all(),
            *RecoveryCode.objects.all(),
        ]
    for site, who in ((admin.site, console), (platform_site, platform)):
        shown = everything_shown(who, pages_of_site(site, rows), rows)
        for secret in secrets:
            assert len(secret) > 8
            assert secret not in shown
    shown = "".join(browser.get(f"/account/{page}").content.decode() for page in ("", "password/"))
    with every_tenant():
        trail = "\n".join(str(entry.details) for entry in AuditEntry.objects.all())
    for secret in secrets:
        assert secret not in shown + trail + caplog.text
