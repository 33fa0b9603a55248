"""Every service that writes is called by a test that sees its facts named, or it is said why not.

Beside what :mod:`tests.architecture.test_every_fact_is_named` does: the page of one's own account,
links that are mailed or handed over, other browsers, and what only forms of the console reach.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from access_requests.asking import ask_for_access, withdraw_request
from access_requests.deciding import change_end, grant_request, refuse_request
from access_requests.ending import end_grants_of, warn_of_ends_in
from access_requests.lapsing import forget_requests_of, lapse_requests_of
from access_requests.models import AccessRequest
from access_requests.things import Thing as Wanted
from access_reviews.models import AccessReview, ReviewLine
from access_reviews.services.applying import apply_to_who_is_back
from access_reviews.services.deciding import Wish, decide_lines, keep_as_suggested
from access_reviews.services.ending import begin_undoing, cancel_review, end_review
from access_reviews.services.following import pass_on_lines, remind
from access_reviews.services.starting import Plan, start_review
from access_reviews.services.things import Thing, things_chosen
from accounts.groups.groups import GroupFields, create_group, delete_group
from accounts.groups.mappings import set_group_mappings
from accounts.identifiers import uuid7, uuid_of
from accounts.models import HeldChange, Role, SavedView, Tenant, User
from accounts.models import Plan as TenantPlan
from accounts.services.brands import change_brand
from accounts.services.operators import set_operator_active
from accounts.services.profiles import create_profile, delete_profile, update_profile
from accounts.services.roles import change_role
from accounts.services.saved_views import delete_view, rename_view, save_view
from accounts.services.settings_of_user import change_profiles, change_user_settings
from accounts.services.tenants import update_tenant
from accounts.services.users import UserFields, deactivate_user, delete_user
from accounts.signing_in.domains import claim_domain, verify_domain, withdraw_domain
from accounts.signing_in.invitations import invite_user
from accounts.tenancy.scoping import tenant_scope
from accounts.trail.retention import erase_person
from licenses.group_licenses import set_group_licenses
from licenses.models import Product, Subscription
from licenses.services import change_seats, release_seat
from licenses.subscriptions import change_subscription, create_subscription
from provisioning.importing.rules import RULE_FIELDS, set_import_rule
from provisioning.models import ImportRule, MappingRevision
from provisioning.protocol.steps import Kind
from provisioning.services.applications import (
    change_application,
    create_application,
    delete_application,
    empty_application,
    pause_application,
    resume_application,
)
from provisioning.services.assignments import choose_groups, set_assignments
from provisioning.services.connections import Connection, change_connection
from provisioning.services.mappings import mapping_rows, restore_mapping, set_application_mapping
from provisioning.services.roles import (
    RoleFields,
    change_application_role,
    create_application_role,
    delete_application_role,
)
from provisioning.services.settings import set_leaving, set_switches
from provisioning.services.visibility import set_profile_applications
from saml_sso.models import (
    IdentityProviderCertificate,
    IdentityProviderSettings,
    SetUpLink,
    SignInAttempt,
    TrustProposal,
)
from saml_sso.services.offers import stamp_of
from saml_sso.trust import load_trust
from scim.models import ExtensionSchema, Resource
from scim.services.extensions import SchemaAttribute, delete_schema, save_schema
from scim.services.mappings import MappingRow, set_mapping
from scim.services.sources import (
    SourceOptions,
    create_source,
    delete_source,
    disable_scim,
    enable_scim,
)
from scim.services.tokens import create_token, revoke_token
from scim.services.visibility import set_profile_sources
from tests.accounts.test_account_page import new_codes
from tests.accounts.test_password_reset import ask, choose
from tests.accounts.test_unsettled_names import called_since_before
from tests.architecture import test_every_fact_is_named
from tests.conftest import PASSWORD, person, signed_in
from tests.saml_sso.conftest import idp, slo_idp
from tests.saml_sso.test_candidates import ELSEWHERE, NEW_URL, answer, begin, give
from tests.saml_sso.test_set_up_links import make, next_certificate, send, upload
from tests.saml_sso.test_set_up_trials import Holder
from tests.saml_sso.test_settings_page import PAGE, press, save, save_rules
from tests.saml_sso.test_single_logout import PATH as LOGOUT
from tests.saml_sso.test_single_logout import logout_request, signed
from tests.scim.test_sources import URN, default_rows
from tests.support.driven_services import DRIVEN, NOT_DRIVEN
from tests.support.held_changes import carry_out, take_back
from tests.support.saml import certificate, private_key
from tests.support.saml_party import Party, party_of, post_response
from tests.support.scim import connect
from tests.support.services_called import writers, writing_services
from tests.support.ways_in import Way, in_order, way

__all__ = ["idp", "in_order", "slo_idp", "way"]  # Fixtures.

NEW = "a new and long password"


def test_every_service_that_writes_is_driven_or_says_why_not() -> None:
    driven = set().union(*DRIVEN.values())

    assert driven | NOT_DRIVEN.keys() == writing_services()
    assert not driven & NOT_DRIVEN.keys()
    assert DRIVEN.keys() <= vars(test_every_fact_is_named).keys() | globals().keys()


def test_a_service_that_writes_is_found() -> None:
    source = """
@transaction.atomic
def rename_thing(*, thing): ...

def move_things(*, things):
    with _moving(things):
        record("thing.moved")

@contextmanager
def _moving(things):
    with transaction.atomic():
        yield

def read_things(): ...
"""
    assert writers(source) == {"rename_thing", "move_things"}


def test_on_the_page_of_ones_own_account(way: Way, acme: Tenant, alice: User) -> None:
    here = signed_in(alice)
    browsers = [signed_in(alice) for _each in range(3)]
    way.prepared()

    page = here.get("/account/").content.decode()
    end = re.findall(r'action="(/account/sessions/[0-9a-f]{24}/end/)"', page)[0]
    here.post(end)
    way.did("a session", least=0, recorded={"session.ended"})
    here.post("/account/sessions/end-others/")
    way.did("the others", least=0, recorded={"session.ended_others"})
    assert [browser.get("/account/").status_code for browser in browsers] == [302] * 3

    chosen = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    here.post("/account/password/", chosen)
    way.did("a password", least=1, recorded={"user.password_changed"})

    code = new_codes(here)[0]
    way.did("recovery codes", least=0, recorded={"recovery_codes.made"})
    Client().post("/sign-in/recovery/", {"username": "alice@acme.example", "secret": code})
    way.did("a sign-in with one", least=0, recorded={"recovery_code.used", "user.signed_in"})

    way.did("leaving", least=0)


def test_by_links_that_are_mailed(way: Way, acme: Tenant, alice: User, bob: User) -> None:
    kim = person(acme, "Kim")
    console = signed_in(alice)
    way.prepared()

    link = ask("bob@acme.example")[0]
    way.did("a mail", least=0, recorded={"password_reset.asked"})
    choose(link)
    way.did("a password", least=1, recorded={"password_reset.done"})

    with tenant_scope(acme):
        url = invite_user(user=kim)
    way.did("an invitation", least=0, recorded={"invitation.link_made"})
    chosen = {"new_password1": NEW, "new_password2": NEW}
    Client().post(url.removeprefix("http://127.0.0.1:8000"), chosen)
    way.did("who accepts it", least=1, recorded={"user.signed_in"})

    console.post(f"/console/accounts/user/{kim.pk}/sign_out/")
    way.did("being signed out", least=0, recorded={"session.ended_everywhere"})


def test_by_a_set_up_link(way: Way, acme: Tenant, alice: User, bob: User) -> None:
    console = signed_in(alice)
    way.prepared()

    holder = Holder(make(console, "saml"), party_of("acme"))
    way.did("a link", least=1)
    make(console, "scim")
    with tenant_scope(acme):
        press(console, "revoke-link", link=str(SetUpLink.objects.latest("pk").pk))
    way.did("a link that works no more", least=2)
    holder.page()
    way.did("who opens it", least=0, recorded={"set_up_link.opened"})
    metadata = {"metadata": upload("idp.xml", holder.idp.metadata())}
    send(holder.browser, holder.path, metadata | {"preview": "1"})
    assert way.did("a preview", least=0) == set()
    send(holder.browser, holder.path, {"metadata": upload("idp.xml", holder.idp.metadata())})
    way.did("an identity provider", least=2)
    holder.test(audiences=(("https://wrong.example/",),))
    way.did("a test that fails", least=0, recorded={"set_up_link.test_failed"})
    holder.test()
    way.did("a test that passes", least=0, recorded={"set_up_link.test_passed"})
    holder.press("switch_on")
    way.did("SAML", least=1)

    send(Client(), make(console, "scim"), {"make_token": "1"})
    way.did("SCIM, its first source and a token", least=4)
    for action in ("accept-proposal", "discard-proposal"):
        send(Client(), make(console, "certificate"), {"certificate": next_certificate()})
        way.did("a certificate that waits", least=2)
        decide(console, acme, action)
        way.did(action, least=1)
        with tenant_scope(acme):
            fingerprint = IdentityProviderCertificate.objects.latest("pk").fingerprint
        press(console, "remove-certificate", fingerprint=fingerprint)
        way.did("a certificate less", least=0)


def decide(console: Client, tenant: Tenant, action: str) -> None:
    """Press a button of the only proposal."""
    with tenant_scope(tenant):
        found = TrustProposal.objects.get()
        stamp = stamp_of(found, load_trust(tenant))
    console.post(f"{PAGE}do/{action}/", {"proposal": found.pk, "stamp": stamp})


def test_by_replacing_the_identity_provider(
    way: Way, acme: Tenant, alice: User, bob: User, idp: Party
) -> None:
    console = signed_in(alice)
    key = private_key("rsa2048", "new")
    forge = idp.forge.but(entity_id=ELSEWHERE, key=key, cert=certificate(key))
    other = Party(forge.but(name_id="alice@acme.example"), NEW_URL)
    way.prepared()

    for _time in range(2):
        give(console, other)
        way.did("a candidate", least=1)
        decide(console, acme, "discard-proposal")
        way.did("none", least=1)
    give(console, other)
    decide(console, acme, "keep-candidate")
    way.did("a candidate that is kept", least=1, recorded={"saml.candidate_kept"})
    answer(console, other, in_response_to=begin(console, acme))
    way.did("a candidate that took over", least=3)
    new_codes(console)
    save(console, enable_saml="on", enforce_saml="on")
    way.did("SAML alone", least=1)

    with tenant_scope(acme):
        attempt = SignInAttempt.objects.latest("pk")
    console.post(f"{PAGE}attempts/{attempt.pk}/reveal/")
    way.did("a look at an attempt", least=0, recorded={"saml.attempt_revealed"})
    save_rules(console, create_users_at_sign_in="on", allow_idp_initiated="on")
    way.did("rules", least=1)
    press(console, "make-next-key")  # It is the first one.
    for action in ("make-next-key", "use-next-key", "remove-other-key"):
        press(console, action)
        way.did(action, least=1)
    save(console)
    way.did("no SAML", least=1)


def test_by_reading_the_metadata_url_again(
    way: Way, acme: Tenant, alice: User, idp: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_scope(acme):
        IdentityProviderSettings.objects.update(metadata_url="https://idp.acme.example/md")
    further = certificate(private_key("rsa2048", "further"), name="further")
    at_url = [idp.metadata(certs=[idp.forge.cert, further]).encode()]
    monkeypatch.setattr("saml_sso.services.refreshing.fetch_metadata", lambda _url: at_url[-1])
    way.prepared()

    call_command("refresh_saml_metadata", stdout=io.StringIO())
    way.did("a further certificate", least=1)
    at_url.append(idp.metadata(sso_url=NEW_URL).encode())
    call_command("refresh_saml_metadata", stdout=io.StringIO())
    way.did("what waits", least=1)
    at_url.append(idp.metadata(sso_url="https://elsewhere.example/").encode())
    call_command("refresh_saml_metadata", stdout=io.StringIO())
    way.did("what waits instead", least=2)
    at_url.append(at_url[0])
    call_command("refresh_saml_metadata", stdout=io.StringIO())
    way.did("what waits no more", least=1)


def test_at_other_browsers(way: Way, acme: Tenant, alice: User, bob: User, slo_idp: Party) -> None:
    console = signed_in(alice)
    way.prepared()

    question = post_response(console, slo_idp.forge)["Location"]
    console.post(question, {"stay": "1"})
    assert console.get("/account/").status_code == HTTPStatus.OK
    question = post_response(console, slo_idp.forge.but())["Location"]
    console.post(question, {"go_on": "1"})
    way.did("going on as another", least=0, recorded={"user.signed_in"})
    Client().get(f"{LOGOUT}?{signed(slo_idp.forge, logout_request(slo_idp.forge))}")
    way.did("a logout", least=0, recorded={"saml.logout"})
    post_response(Client(), slo_idp.forge.but(audiences=(("https://wrong.example/",),)))
    way.did("a response that is refused", least=0)


def test_by_what_only_forms_reach_of_people(way: Way, acme: Tenant, bob: User, olga: User) -> None:
    called_since_before(acme, "ann@acme.example")
    values = UserFields(user_name="robert@acme.example", email="robert@acme.example")
    with tenant_scope(acme):
        way.prepared()
        finance, sales = create_profile(name="Finance"), create_profile(name="Sales")
        way.did("profiles that are new", least=2)
        change_user_settings(user=bob, values=values, role=Role.EDITOR, join=[finance])
        way.did("a person with role and profile", least=2)
        change_profiles(user=bob, join=[sales], leave=[finance])
        way.did("profiles", least=2)
        change_role(user=bob, role=Role.MEMBER)
        way.did("a role", least=1)
        update_profile(profile=sales, name="Sell", description="Those who sell")
        way.did("a profile", least=1)
        view = save_view(owner=bob, name="Mine", query="active=1")
        rename_view(view=view, name="Ours", version=view.version)
        delete_view(view=SavedView.objects.get(), version=SavedView.objects.get().version)
        way.did("a view", least=0)
        gone = bob.pk
        delete_user(user=bob)
        way.did("a person less", least=1)
        erase_person(person_id=gone)
        way.did("nobody", least=0, recorded={"user.erased"})
    call_command("create_operator", "o@gatehouse.example", "--json", stdout=io.StringIO())
    set_operator_active(operator=olga, active=False)
    way.did("operators", least=2)
    call_command("settle_names", "acme", "--json", stdout=io.StringIO())
    way.did("names", least=0)
    call_command("reseal_secrets", "--json", stdout=io.StringIO())
    way.did("secrets", least=0)


def test_by_what_people_ask_for(way: Way, acme: Tenant, bob: User, crm: Subscription) -> None:
    carol = person(acme, "Carol", Role.CHANGE_REQUEST_MANAGER)
    today = timezone.localdate()
    with tenant_scope(acme):
        customs = create_profile(name="Customs")
        things: list[Wanted] = [crm, customs, create_profile(name="Rates")]
        group = create_group(values=GroupFields(display_name="W"), member_ids=[bob.pk])
        way.prepared()

        asked = [ask_for_access(user=bob, thing=each, reason="x") for each in things]
        way.did("asking", least=0, recorded={"access_request.asked"})
        withdraw_request(request=asked.pop())
        way.did("not wanting it", least=0, recorded={"access_request.withdrawn"})
        for each in asked:
            grant_request(request=each, decider=carol, until=today + timedelta(days=60))
        way.did("granting", least=2, recorded={"access_request.granted"})
        change_end(request=asked[0], decider=carol, until=today + timedelta(days=9))
        AccessRequest.objects.update(until=today, warned=None)
        warn_of_ends_in(acme)
        recorded = {"access_request.end_changed", "access_request.end_mail_sent"}
        way.did("another end", least=0, recorded=recorded)
        AccessRequest.objects.update(until=today - timedelta(days=1))
        set_group_licenses(group=group, subscriptions=[crm])
        set_group_mappings(group=group, role=None, profiles=[customs])
        way.did("what groups give, and days that pass", least=0)
        end_grants_of(acme)
        way.did("what groups give by now", least=2, recorded={"access_request.ended"})

        set_group_licenses(group=group, subscriptions=[])
        set_group_mappings(group=group, role=None, profiles=[])
        again = [ask_for_access(user=bob, thing=each, reason="x") for each in things[:2]]
        for each in again:
            grant_request(request=each, decider=carol, until=today)
        AccessRequest.objects.filter(state="granted").update(until=today - timedelta(days=1))
        way.did("what groups give, and days that pass", least=0)
        end_grants_of(acme)
        way.did("taking back", least=2, recorded={"access_request.ended"})

        refused = ask_for_access(user=bob, thing=crm, reason="x")
        refuse_request(request=refused, decider=carol, answer="No.")
        way.did("refusing", least=0, recorded={"access_request.turned_down"})
        ask_for_access(user=bob, thing=crm, reason="x")
        deactivate_user(user=User.objects.get(pk=bob.pk))
        lapse_requests_of(acme)
        forget_requests_of(acme)
        way.did("leaving", least=0, recorded={"access_request.lapsed"})


def test_by_what_a_source_takes_beyond_its_limit(way: Way, acme: Tenant, crm: Subscription) -> None:
    carol = person(acme, "Carol", Role.CHANGE_REQUEST_MANAGER)
    okta = connect(acme, name="Okta", loss_number=1, on_delete="delete")
    off = {"op": "replace", "path": "active", "value": False}
    with tenant_scope(acme):
        change_subscription(subscription=crm, seats=50, starts=crm.starts, ends=None)

    def taken(number: int) -> list[str]:
        """Let the source take away five people, one in each way; return their ids."""
        people = [okta.create({"userName": f"p{number}.{each}"})["id"] for each in range(7)]
        with tenant_scope(acme):
            users = User.objects.in_bulk([uuid_of(each) for each in people])
            for each in people[:4]:
                change_seats(user=users[uuid_of(each)], assign=[crm])
            leaver = users[uuid_of(people[2])]
            profile = create_profile(name=f"Customs {number}")
            asked = ask_for_access(user=leaver, thing=profile, reason="x")
            grant_request(request=asked, decider=carol, until=timezone.localdate())
            groups = []
            for each in people[4:6]:
                group = create_group(
                    values=GroupFields(display_name=f"G{number}.{each}"), member_ids=[uuid_of(each)]
                )
                set_group_licenses(group=group, subscriptions=[crm])
                groups.append(group)
        way.did("people with seats", least=14)
        for each in people[:2]:
            okta.patch(f"/Users/{each}", off)
        for each in people[2:4]:
            okta.request("DELETE", f"/Users/{each}", expect=204)
        okta.patch(f"/Groups/{groups[0].pk}", {"op": "remove", "path": "members"})
        okta.request("DELETE", f"/Groups/{groups[1].pk}", expect=204)
        okta.patch(f"/Users/{people[6]}", off)
        way.did("what is held", least=9, recorded={"held_change.opened", "user.deletion_held"})
        return people

    way.prepared()
    people = taken(1)
    assert okta.create({"userName": "p1.3"})["id"] == people[3]
    way.did("who is created again", least=2, recorded={"user.restored", "license.given_back"})
    with tenant_scope(acme):
        take_back(change=HeldChange.objects.get())
    recorded = {"user.restored", "license.given_back", "license.left_by_groups"}
    way.did("taking it back", least=6, recorded={*recorded, "user.loss_taken_back"})

    people = taken(2)
    with tenant_scope(acme):
        erase_person(person_id=uuid_of(people[3]))
        way.did("erasing somebody who is held", least=1, recorded={"user.erased"})
        carry_out(change=HeldChange.objects.get(state=HeldChange.State.OPEN))
    way.did("carrying it out", least=4, recorded={"user.deleted", "user.loss_carried_out"})


def test_by_what_a_review_takes(way: Way, acme: Tenant, crm: Subscription) -> None:
    today = timezone.localdate()
    rita = person(acme, "Rita", Role.ACCESS_REVIEW_MANAGER)
    ron, kim, gone = person(acme, "Ron"), person(acme, "Kim"), person(acme, "Gone")
    with tenant_scope(acme):
        change_subscription(subscription=crm, seats=9, starts=crm.starts, ends=None)
        west = create_profile(name="West")
        groups = [
            create_group(values=GroupFields(display_name=name), member_ids=[kim.pk])
            for name in ("A", "B")
        ]
        for group in groups:  # Each gives what the other does.
            set_group_licenses(group=group, subscriptions=[crm])
            set_group_mappings(group=group, role=Role.EDITOR, profiles=[west])
        change_profiles(user=ron, join=[west], leave=[])
        change_seats(user=ron, assign=[crm])
        change_role(user=ron, role=Role.EDITOR)
        change_profiles(user=gone, join=[west], leave=[])
        way.prepared()

        def review(*things: Thing, reviewers: list[User]) -> AccessReview:
            plan = Plan(
                name="Autumn",
                things=list(things),
                reviewers=[each.pk for each in reviewers],
                due=today + timedelta(days=3),
                undecided=AccessReview.Undecided.REVOKE,
                starter=rita,
            )
            return start_review(key=uuid7(), plan=plan)

        chosen = things_chosen(profiles=[west], licences=[crm], roles=[Role.EDITOR])
        called_off = review(*chosen, reviewers=[ron])
        cancel_review(review_id=called_off.pk)
        way.did("a review that is called off", least=0, recorded={"review.cancelled"})
        for thing in chosen:
            begun = review(thing, reviewers=[kim, gone])
            mine = ReviewLine.objects.filter(review=begun, reviewer=kim.pk)
            wishes = {each.pk: Wish("revoke", "", each.revision) for each in mine}
            decide_lines(review_id=begun.pk, by=kim, wishes=wishes)
            keep_as_suggested(review_id=begun.pk, by=gone)
            remind(review_id=begun.pk)
            pass_on_lines(review_id=begun.pk)
            way.did("deciding", least=0, recorded={"review.started", "review.reminded"})
            end_review(review_id=begun.pk)
            way.did("ending", least=2, recorded={"review.carried_out"})
            line = ReviewLine.objects.filter(review=begun).latest("pk")
            apply_to_who_is_back.defer(line_id=line.pk)
            begin_undoing(review_id=begun.pk, by=rita)
            way.did("undoing", least=2, recorded={"review.undone"})
        left = gone.pk
        delete_user(user=gone)
        erase_person(person_id=left)


def test_by_what_only_forms_reach_of_tenants(way: Way, acme: Tenant, bob: User) -> None:
    today = timezone.localdate()
    crm, erp = (Product.objects.create(key=key, name=key) for key in ("crm", "erp"))
    way.prepared()
    update_tenant(tenant=acme, name="Acme 2", plan=TenantPlan(acme.plan), trail_days=90)
    way.did("a tenant", least=1)
    ours = create_subscription(tenant=acme, product=crm, seats=5, starts=today, ends=None)
    theirs = create_subscription(tenant=acme, product=erp, seats=5, starts=today, ends=None)
    way.did("subscriptions", least=2)
    with tenant_scope(acme):
        change_subscription(subscription=ours, seats=6, starts=today, ends=None)
        way.did("a subscription", least=1)
        change_seats(user=bob, assign=[ours])
        change_seats(user=bob, assign=[theirs], release=[ours])
        way.did("seats", least=3)
        release_seat(subscription=theirs, user=bob)
        way.did("a seat less", least=1)
        change_brand(tenant=acme, colour="#86295f", logo=None)
        way.did("a colour", least=1)
        claim = claim_domain(domain="acme.example")
        verify_domain(claim=claim)
        way.did("a domain", least=2)
        withdraw_domain(claim=claim)
        way.did("a domain less", least=1)


def test_by_what_only_forms_reach_of_sources(way: Way, acme: Tenant, alice: User) -> None:
    Tenant.objects.filter(pk=acme.pk).update(saml_enabled=True)
    acme.refresh_from_db()
    with tenant_scope(acme):
        source = create_source(options=SourceOptions(name="HR"))
        profile = create_profile(name="West")
        way.prepared()
        rows = [*default_rows(), MappingRow("title", "title")]
        set_mapping(source=source, resource=Resource.USER, rows=rows)
        way.did("a mapping", least=1)
        token = create_token(source=source).token
        revoke_token(token=token)
        way.did("a token", least=2)
        schema = ExtensionSchema(urn=URN, name="Acme")
        save_schema(schema=schema, attributes=[SchemaAttribute(name="badge")])
        save_schema(schema=schema, attributes=[SchemaAttribute(name="site")])
        way.did("a schema", least=4)
        delete_schema(schema=schema)
        way.did("a schema less", least=2)
        set_profile_sources(profile=profile, sources=[source])
        way.did("a source for a profile", least=1)
        delete_source(source=source)
        way.did("a source less", least=3)
        enable_scim(tenant=acme)
        disable_scim(tenant=acme)
        way.did("SCIM", least=3)


def test_by_what_only_forms_reach_of_applications(way: Way, acme: Tenant) -> None:
    with tenant_scope(acme):
        profile, group = create_profile(name="West"), GroupFields(display_name="Crew")
        crew = create_group(values=group)
        sender = create_application(catalogue_key="generic", name="Sender")
        connection = Connection(base_url="https://planner.example/scim/v2", token="opaque")
        change_connection(application=sender, connection=connection)
        sender.first_plan_sent_at = timezone.now()
        sender.save()
        way.prepared()
        planner = create_application(catalogue_key="generic", name="Planner")
        way.did("an application", least=3)
        change_application(application=planner, values={"name": "Yard planner"})
        change_connection(application=planner, connection=connection)
        elsewhere = Connection(base_url="https://elsewhere.example/scim/v2")
        change_connection(application=planner, connection=elsewhere)
        way.did("its connection", least=3)
        change_connection(application=sender, connection=elsewhere)
        way.did("another host for one that sends", least=3)
        set_switches(application=planner, switches={"update_users": False})
        leaving = {"on_deleted": "delete", "removal_number": 5, "drift_of": {"title": "accept"}}
        set_leaving(application=planner, values=leaving)
        choose_groups(application=planner, group_choice="none")
        pause_application(application=planner, reason="stock-taking")
        resume_application(application=planner)
        rule = {name: getattr(ImportRule(), name) for name in RULE_FIELDS}
        set_import_rule(application=planner, values=rule | {"every": "day"})
        way.did("its settings", least=6)
        set_assignments(application=planner, groups=[crew], roles=[Role.EDITOR], profiles=[profile])
        way.did("its scope", least=3)
        rows = mapping_rows(application=planner, resource=Kind.USER)
        set_application_mapping(application=planner, resource=Kind.USER, rows=rows[:-1])
        restore_mapping(application=planner, revision=MappingRevision.objects.get())
        way.did("its mapping", least=2)
        fields = RoleFields(key="picker", name="Picker", permissions=["pick"], groups=[crew])
        role = create_application_role(application=planner, fields=fields)
        change_application_role(role=role, fields=replace(fields, name="Packer"))
        way.did("a role", least=4)
        delete_application_role(role=role)
        way.did("a role less", least=3)
        empty_application(application=planner)
        way.did("nobody any more", least=4)
        set_assignments(application=planner, groups=[crew], roles=[Role.EDITOR], profiles=[profile])
        way.did("its scope", least=3)
        set_profile_applications(profile=profile, applications=[planner])
        way.did("an application for a profile", least=1)
        delete_profile(profile=profile)
        delete_group(group=crew)
        way.did("who was assigned less", least=3)
        delete_application(application=planner)
        way.did("an application less", least=3)
