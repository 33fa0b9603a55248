"""How each secret is kept: no table holds one that could be used by whoever reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import OneTimeLink, User
from accounts.secrets.sealed_fields import sealed_columns
from accounts.signing_in.links import make_link
from accounts.tenancy.scoping import tenant_scope
from scim.models import Source
from scim.services.tokens import create_token
from tests.conftest import PASSWORD
from tests.saml_sso.conftest import idp  # noqa: F401 - a fixture
from tests.saml_sso.test_settings_page import press
from tests.support.html_forms import submit

if TYPE_CHECKING:
    from accounts.models import Tenant
    from tests.support.saml_party import Party

pytestmark = pytest.mark.django_db

KEPT = {
    "accounts.User.password": "a slow hash (Argon2)",
    "accounts.Session.session_key": "a digest of the cookie's secret",
    "accounts.Session.session_data": "encrypted under the cookie's secret",
    "accounts.OneTimeLink.digest": "a digest",
    "accounts.RecoveryCode.digest": "a digest, with the person",
    "scim.BearerToken.digest": "a digest",
    "saml_sso.SetUpLink.digest": "a digest",
    "saml_sso.PendingRequest.browser_digest": "a digest of the browser's secret",
    "saml_sso.ServiceProviderKey.private_key": "encrypted with SECRET_KEY",
    "saml_sso.SignInAttempt.sealed": "encrypted with SECRET_KEY: what a person's assertion said",
    "accounts.PeopleFile.content": "encrypted with SECRET_KEY: a file that somebody has uploaded",
    "accounts.ActionLine.sealed": "encrypted with SECRET_KEY: what is to be written of somebody",
    "accounts.Job.sealed": "encrypted with SECRET_KEY: what a job needs and nobody is to read",
    "provisioning.Application.token": "encrypted with SECRET_KEY",
    "provisioning.Application.client_secret": "encrypted with SECRET_KEY",
    "provisioning.Exchange.sealed": "encrypted with SECRET_KEY: what was said of people",
    "axes.AccessAttempt.get_data": "secret parameters are masked",
    "axes.AccessAttempt.post_data": "secret parameters are masked",
}
NO_SECRETS = {
    "saml_sso.ConsumedAssertion.digest": "of an assertion's ID",
    "licenses.Product.key": "a short name",
    "access_reviews.ReviewedThing.key": "the id of a group, or the name of a role",
    "provisioning.Application.token_url": "an address",
    "provisioning.Application.catalogue_key": "a short name",
    "provisioning.ApplicationPermission.key": "what an application calls a permission",
    "provisioning.ApplicationRole.key": "what an application calls a role",
    "provisioning.Link.desired_hash": "of what is wanted of a person",
    "provisioning.Link.quarantine_hash": "of what a target refused",
    "provisioning.Operation.plan_hash": "of what a plan shows",
    "provisioning.Run.plan_hash": "of what a plan shows",
    "provisioning.TargetBudget.key": "a digest of a host and a credential",
    "scim.RequestLogEntry.token_name": "what an admin called the token",
    "axes.AccessLog.session_hash": "a digest; nothing is written there",
    "saml_sso.IdentityProviderCertificate.fingerprint": "of a public certificate",
}
SOUNDS_SECRET = re.compile(
    r"password|secret|token|digest|hash|key$|session_|sealed|private|_data$|fingerprint"
)


def test_every_column_that_is_encrypted_with_the_secret_key_is_one_that_is_resealed() -> None:
    encrypted = {name for name, how in KEPT.items() if how.startswith("encrypted with SECRET_KEY")}

    assert encrypted == {f"{model._meta.label}.{field.name}" for model, field in sealed_columns()}


def columns() -> set[str]:
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if not model._meta.proxy  # It has the columns of another.
        for field in model._meta.concrete_fields
    }


def test_every_column_that_sounds_like_a_secret_says_how_it_is_kept() -> None:
    listed = KEPT.keys() | NO_SECRETS.keys()

    assert listed <= columns()
    assert {name for name in columns() if SOUNDS_SECRET.search(name.rpartition(".")[2])} <= listed


def everything_stored() -> dict[str, str]:
    """Return all rows of all tables, as text."""
    with connection.cursor() as cursor:
        stored = {}
        for table in connection.introspection.table_names():
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM {name} AS t")  # noqa: S608
            [stored[table]] = cursor.fetchone()
    return stored


def last_part(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2]


def test_no_secret_stands_readable_in_any_table(
    acme: Tenant,
    alice: User,
    idp: Party,  # noqa: F811
    mailoutbox: list[object],
) -> None:
    browser, stranger = Client(), Client()
    secrets = {"password": PASSWORD}
    # A session, and what waits in it: a token of a password's reset, codes to be shown once.
    browser.post("/sign-in/", {"username": alice.user_name, "password": PASSWORD})
    secrets["session"] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    secrets["device"] = browser.cookies["gatehouse_devices"].value
    submit(browser, "/account/recovery-codes/")
    stranger.post("/password/forgotten/", {"email": alice.user_name})
    found = re.search(r"/password/new/\S+", str(mailoutbox[-1].body))  # type: ignore[attr-defined]
    assert found
    secrets["reset"] = last_part(found[0])
    assert stranger.get(found[0]).status_code == 302
    # Links, tokens, and the secret that binds a SAML request to its browser.
    with tenant_scope(acme):
        for purpose in OneTimeLink.Purpose:
            secrets[purpose] = last_part(make_link(user=alice, purpose=purpose))
        secrets["token"] = create_token(source=Source.objects.create(name="x")).secret
    page = "/console/security/saml-scim/"
    press(browser, "make-link", purpose="saml", days="3")
    stranger.get("/saml/acme/")
    secrets["saml"] = stranger.cookies["gatehouse_saml"].value
    # Attempts that fail.
    stranger.post("/sign-in/", {"username": alice.user_name, "password": "almost-the-password"})
    stranger.post("/sign-in/recovery/", {"username": alice.user_name, "secret": "ABCD-EFGH-MISS"})
    secrets |= {"wrong password": "almost-the-password", "wrong code": "ABCD-EFGH-MISS"}

    stored = everything_stored()

    # Shown only now, from the sessions where they waited.
    codes = re.findall(r"<li>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</li>", text_of(browser))
    link = re.search(r"/set-up/acme/([\w-]+)/", browser.get(page).content.decode())
    assert len(codes) == 10
    assert link
    secrets |= {"set-up link": link[1]} | {code: code for code in codes}
    for what, secret in secrets.items():
        assert len(secret) > 8, what
        for table, rows in stored.items():
            assert secret not in rows, (what, table)


def text_of(browser: Client) -> str:
    return browser.get("/account/recovery-codes/").content.decode()
