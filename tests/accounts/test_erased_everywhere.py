"""Of whoever was deleted and erased no row of any table says who they were."""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import CharField, DateTimeField, TextField
from django.test import Client
from django.utils import timezone

from access_requests.asking import ask_for_access
from access_requests.deciding import grant_request
from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.deciding import Wish, decide_lines
from access_reviews.services.ending import end_review
from access_reviews.services.starting import Plan as ReviewPlan
from access_reviews.services.starting import start_review
from access_reviews.services.things import things_chosen
from accounts.groups.groups import GroupFields, create_group
from accounts.models import AuditEntry, HeldChange, Lockout, Role, Tenant, User
from accounts.secrets.encryption import unseal, unseal_json
from accounts.secrets.sealed_fields import sealed_columns
from accounts.services.profiles import add_profile_members, create_profile
from accounts.services.roles import change_role
from accounts.services.saved_views import save_view
from accounts.services.users import UserFields, update_user
from accounts.signing_in.invitations import invite_user
from accounts.tenancy.scoping import tenant_scope
from accounts.tenancy.unscoped import every_tenant
from accounts.trail import audit
from accounts.trail.erasing import actor_columns
from licenses.models import Seat, Subscription
from licenses.services import assign_seat, release_seat
from licenses.subscriptions import change_subscription
from provisioning.models import (
    Conflict,
    Exchange,
    Import,
    ImportRow,
    Link,
    MappingRevision,
    Operation,
    OperationState,
    Run,
)
from provisioning.services.applications import create_application
from scim.held.deciding import take_back
from scim.models import Source
from scim.services.tokens import create_token
from tests.conftest import PASSWORD, person, signed_in
from tests.saml_sso.conftest import idp
from tests.saml_sso.test_set_up_links import make, next_certificate, send
from tests.saml_sso.test_settings_page import press
from tests.support.html_forms import submit
from tests.support.many import do
from tests.support.people_file import import_people
from tests.support.saml_party import Party, post_response
from tests.support.scim import SCIMClient, connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from scim.log.request_log import RequestLogBuffer

__all__ = ["idp"]

pytestmark = pytest.mark.django_db(transaction=True)

MARK: Final = "qx-"
"""How everything begins that they are called, and nothing else."""
NAME: Final = "qx-user@acme.example"
RESOURCE: Final = {
    "userName": "qx-former@acme.example",
    "externalId": "qx-external",
    "name": {"givenName": "Qx-Given", "familyName": "Qx-Family"},
    "displayName": "Qx-Display",
    "title": "Qx-Title",
    "emails": [{"value": "qx-mail@acme.example", "primary": True}],
    "phoneNumbers": [{"value": "qx-555-0100", "type": "work"}],
}
KEPT: Final = {
    ("scim_requestlogentry", "detail"): "what a source was told, for as long as it says",
    ("scim_requestlogentry", "request_body"): "what several were named in, for as long",
    ("scim_requestlogentry", "response_body"): "what several were named in, for as long",
    ("scim_source", "last_error"): "what a source was told last, for as long",
    ("saml_sso_signinattempt", "sealed"): "what an identity provider said, sealed, for 90 days",
    ("accounts_job", "sealed"): "a letter that could not be sent, for 30 days",
}
"""Where they may be named still, and why; docs/operations.md says so."""


def opened(sealed: bytes, purpose: str) -> str:
    """Return the text of what is sealed, JSON or not."""
    try:
        return str(unseal_json(sealed, purpose))
    except (ValueError, zlib.error):
        return unseal(sealed, purpose)


def what_names(mark: str) -> dict[tuple[str, str], list[str]]:
    """Return what the tables of the database say of somebody, by table and column."""
    found: dict[tuple[str, str], list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "JOIN information_schema.tables USING (table_schema, table_name) "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                f'SELECT "{column}"::text FROM "{table}" WHERE "{column}"::text ILIKE %s',  # noqa: S608
                [f"%{mark}%"],
            )
            if said := [text for (text,) in cursor.fetchall()]:
                found[table, column] = said
    for model, field in sealed_columns():
        for value in model._base_manager.values_list(field.name, flat=True):
            sealed = value.encode() if isinstance(value, str) else bytes(value or b"")
            if sealed and mark in opened(sealed, field.purpose).lower():
                found.setdefault((model._meta.db_table, field.name), []).append("sealed")
    return found


def quinn_of(acme: Tenant, alice: User, okta: SCIMClient) -> User:
    """Return a system admin whom a source has made, and who was called otherwise before."""
    key = okta.create(RESOURCE)["id"]
    okta.request("POST", "/Users", RESOURCE, expect=409)
    okta.ids('userName eq "qx-former@acme.example"')
    with tenant_scope(acme), audit.acting_as(alice.user_name):
        quinn = User.objects.get(pk=key)
        change_role(user=quinn, role=Role.ADMIN)
        invite_user(user=quinn)
        update_user(user=quinn, values=replace(UserFields.of(quinn), user_name=NAME))
        quinn.set_password(PASSWORD)
        quinn.save()
    return quinn


def signs_in(quinn: User, platform: Client, idp: Party) -> None:
    browser = Client()
    for password in ("wrong", PASSWORD, "wrong"):
        browser.post("/sign-in/", {"username": NAME, "password": password})
        browser.post("/sign-in/", {"username": "qx-mail@acme.example", "password": password})
    browser.post("/password/forgotten/", {"email": "qx-mail@acme.example"})
    with every_tenant():
        for failed in Lockout.objects.all()[:1]:
            submit(platform, f"/platform/accounts/lockout/{failed.pk}/delete/", field="post")
    browser.post("/sign-in/", {"username": NAME, "password": "wrong"})
    post_response(Client(), idp.forge.but(name_id=NAME))
    post_response(Client(), idp.forge.but(name_id=NAME, audiences=(("https://x.example/",),)))


def holds_and_gives(quinn: User, alice: User, bob: User, crm: Subscription) -> None:
    """What was given to them and taken, and what they gave and took; their tenant is active."""
    change_subscription(subscription=crm, seats=9, starts=crm.starts, ends=None)
    with audit.acting_as(alice.user_name):
        create_group(values=GroupFields(display_name="Sales"), member_ids=[quinn.pk])
        west = create_profile(name="West")
        add_profile_members(profile=west, user_ids=[quinn.pk])
        Seat.objects.create(
            subscription=crm,
            user=quinn,
            user_label="qx-former@acme.example",
            granted_by=alice.user_name,
            released=timezone.now(),
        )
        assign_seat(subscription=crm, user=quinn, reason="Sells")
    with audit.acting_as(quinn.user_name):
        assign_seat(subscription=crm, user=bob)
        release_seat(subscription=crm, user=bob)
        asked = ask_for_access(user=bob, thing=crm, reason="x")
        grant_request(request=asked, decider=quinn, until=None)
        save_view(owner=quinn, name="Mine", query="q=mine")
        create_token(source=Source.objects.get(name="Okta"), name="Second")
    ask_for_access(user=quinn, thing=create_profile(name="Customs"), reason="I need it")


def reviews(quinn: User, alice: User, bob: User, crm: Subscription) -> None:
    """A review that they have started and decide in, and in which they are."""
    plan = ReviewPlan(
        name="Autumn",
        things=things_chosen(licences=[crm], roles=[Role.ADMIN]),
        reviewers=[quinn.pk, alice.pk],
        due=timezone.localdate() + timedelta(days=3),
        undecided=AccessReview.Undecided.KEEP,
        starter=quinn,
    )
    with audit.acting_as(quinn.user_name):
        review = start_review(key=uuid4(), plan=plan)
        for by in (quinn, alice):
            mine = ReviewLine.objects.filter(review=review, reviewer=by.pk)
            wishes = {each.pk: Wish("keep", "n", each.revision) for each in mine}
            decide_lines(review_id=review.pk, by=by, wishes=wishes)
        end_review(review_id=review.pk)


def decides_what_is_held(acme: Tenant, quinn: User) -> None:
    entra = connect(acme, name="Entra", loss_number=1, on_delete="delete")
    for each in ("Held1", "Held2"):
        entra.request("DELETE", f"/Users/{person(acme, each).pk}", expect=204)
    with tenant_scope(acme), audit.acting_as(quinn.user_name):
        take_back(change=HeldChange.objects.get(source_name="Entra"), by=quinn)


def sets_up(quinn: User, alice: User) -> None:
    """Links that they have made, and what was proposed by one, taken and left."""
    browser = signed_in(quinn)
    for action in ("discard-proposal", ""):
        send(Client(), make(browser, "certificate"), {"certificate": next_certificate()})
        if action:
            press(signed_in(alice), action)
    send(Client(), make(browser, "scim"), {"make_token": "1"})


def acts_on_many(acme: Tenant, quinn: User, alice: User) -> None:
    kim = person(acme, "Kim")
    people = "/console/accounts/user/"
    do(signed_in(quinn), people, "deactivate", [kim.pk], reason="x")
    do(signed_in(alice), people, "sign_out", [quinn.pk], reason="x")
    file = "user name,email,given name\nnew@acme.example,new@acme.example,New\n"
    import_people(signed_in(quinn), file)
    import_people(signed_in(alice), f"user name,given name\n{NAME},Qx-Given\n")


def is_pushed(quinn: User) -> None:
    """What applications hold and were asked; their tenant is active."""
    with audit.acting_as(quinn.user_name):
        application = create_application(name="Planner", catalogue_key="generic")
        acts = {"application": application, "actor": audit.acting()}
        Run.objects.create(kind=Run.Kind.FULL, **acts)
        batch = Import.objects.create(kind="User", **acts)
        MappingRevision.objects.create(resource="User", **acts)
    theirs = {"kind": "User", "object_id": str(quinn.pk), "name": NAME, "application": application}
    Link.objects.create(remote_id="r-1", state=Link.State.LINKED, seen=RESOURCE, **theirs)
    done = Operation.objects.create(
        state=OperationState.DONE, main_action="update", steps=[RESOURCE], **theirs
    )
    Exchange.objects.create(operation=done, method="GET", url=f"https://x/?q={NAME}")
    Operation.objects.create(**acts, kind="Group", object_id="g", state=OperationState.DONE)
    Conflict.objects.create(why=Conflict.Why.TAKEN, ours=RESOURCE, **theirs)
    ImportRow.objects.create(
        batch=batch,
        application=application,
        kind="User",
        remote_id="r-1",
        name=NAME,
        bucket=ImportRow.Bucket.LINKED,
        object_id=str(quinn.pk),
        resource=RESOURCE,
    )


@pytest.fixture
def quinn(  # noqa: PLR0913, PLR0917
    acme: Tenant,
    alice: User,
    bob: User,
    crm: Subscription,
    idp: Party,
    platform: Client,
    request_log_buffer: RequestLogBuffer,
    okta: SCIMClient,
) -> User:
    """Somebody who has done and suffered whatever leaves a row."""
    quinn = quinn_of(acme, alice, okta)
    signs_in(quinn, platform, idp)
    with tenant_scope(acme):
        holds_and_gives(quinn, alice, bob, crm)
        reviews(quinn, alice, bob, crm)
        is_pushed(quinn)
    okta.get(f"/Users/{quinn.pk}")
    decides_what_is_held(acme, quinn)
    sets_up(quinn, alice)
    acts_on_many(acme, quinn, alice)
    return quinn


@pytest.fixture
def okta(acme: Tenant) -> SCIMClient:
    return connect(acme, name="Okta", on_delete="delete", log_bodies=True, loss_number=None)


def leaves_by_source(acme: Tenant, quinn: User) -> None:
    source = connect(acme, name="Last", on_delete="delete", log_bodies=True, loss_number=None)
    source.request("DELETE", f"/Users/{quinn.pk}", expect=204)


def leaves_and_is_held(acme: Tenant, quinn: User) -> None:
    source = connect(acme, name="Last", on_delete="delete", log_bodies=True, loss_number=1)
    for each in (person(acme, "Other"), quinn):
        source.request("DELETE", f"/Users/{each.pk}", expect=204)


@pytest.mark.parametrize("leaves", [leaves_by_source, leaves_and_is_held])
def test_no_table_names_who_was_erased(
    acme: Tenant,
    quinn: User,
    request_log_buffer: RequestLogBuffer,
    leaves: Callable[[Tenant, User], None],
) -> None:
    key = quinn.pk
    leaves(acme, quinn)
    request_log_buffer.flush()
    with every_tenant():
        before = what_names(MARK)
    assert len(before) > 20, sorted(before)

    call_command("erase_person", "acme", str(key), stdout=io.StringIO())

    with every_tenant():
        left = {place: said for place, said in what_names(MARK).items() if place not in KEPT}
    assert left == {}


def test_whatever_says_who_did_something_is_known_to_erasing() -> None:
    """By the names that such columns have; the trail is erased in its own order."""
    called = re.compile(r"(^|_)(actor|by|maker|who)$")
    found = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, (CharField, TextField)) and called.search(field.name)
    }
    known = {(model, field.name) for model, field in actor_columns()}
    assert found - known == {(AuditEntry, "actor")}
    for model, field in actor_columns():
        assert isinstance(model._meta.get_field(field.at), DateTimeField)
