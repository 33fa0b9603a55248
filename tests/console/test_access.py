"""The access table of the console: what it allows happens, everything else is refused.

Roles, pages, buttons and actions are read from the table, the registry and the routes, so that a
new one is tested unasked.
"""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import pytest
from django.contrib import admin
from django.db import models
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from access_reviews.models import AccessReview
from accounts.groups.groups import GroupFields, create_group
from accounts.groups.mappings import set_group_mappings
from accounts.models import (
    AccessProfile,
    ActionLine,
    ActionResult,
    AuditEntry,
    DirectoryGroup,
    DirectoryGroupMember,
    HeldChange,
    Job,
    ProfileMembership,
    Role,
    SavedView,
    Session,
    User,
)
from accounts.services.profiles import create_profile
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from console.base.access import ACCESS, Access, access_of
from console.base.pages import registered_pages
from licenses.models import Product, Seat, Subscription
from provisioning.models import ApplicationRole, Import, ImportRow, Operation, Run
from provisioning.services.applications import create_application
from saml_sso.models import SignInAttempt
from scim.models import AttributeMapping, RequestLogEntry, Source
from scim.services import SourceOptions, create_source
from tests.architecture.specimens import Specimens, tenant_models
from tests.conftest import person, signed_in
from tests.support.html_forms import lxml_html, what_is_sent
from tests.support.many import do
from tests.support.pages import routes_of_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client
    from pytest_django.fixtures import Settings

    from accounts.models import Tenant

MODELS = {
    model._meta.label_lower: model_admin for model, model_admin in admin.site._registry.items()
}
PAGES = {page.name: page for page in registered_pages()}
OTHERS = [role for role in Role if role != Role.ADMIN]

RIGHTS: Final = {
    "changelist": Access.VIEW,
    "change": Access.VIEW,
    "members": Access.VIEW,
    "views": Access.VIEW,
    "history": Access.HISTORY,
    "export": Access.EXPORT,
    "add": Access.CHANGE,
    "delete": Access.CHANGE,
    **dict.fromkeys(
        (
            *("settings", "connection", "user_mapping", "group_mapping", "mapping_history"),
            *("scope", "switches", "roles", "leaving", "plan", "held", "drift"),
        ),
        Access.VIEW,
    ),
    "one_person": Access.TRY,
    "csv": Access.EXPORT,
}
"""What the pages of a list ask for; a page that is not here asks for everything."""

SHOWN_TO_WHO_HAS_ONE: Final = {
    "appearance-picture": "the logo that waits in one's own session",
    "log-entry": "an entry of a log that one may see",
    "people-import-columns": "the file that one has uploaded",
    "people-import-preview": "the file that one has uploaded",
    "saml-and-scim-test-progress": "the test that one has begun",
    "user-licenses-csv-columns": "the file that one has uploaded",
    "user-licenses-csv-preview": "the file that one has uploaded",
}
"""Pages that are not there for who has nothing to see on them."""

NOBODYS: Final = {("accounts.auditentry", "history")}
"""Pages of lists that show nobody anything: what happened to an entry of the trail is itself."""

ACTIONS: Final = {
    **dict.fromkeys(("assign_license", "release_license", "release_idle"), Access.LICENCES),
    # Judged as a change of the application, which only an admin may make.
    **dict.fromkeys(("link_many", "create_many", "ignore_many"), Access.VIEW),
}
"""What the actions on many rows ask for; one that is not here asks for everything."""

OF_ONES_OWN: Final = {
    "index": "the first page, which everybody sees who may enter",
    "None": "adds what is missing in an address",
    "app_list": "leads to the first page",
    "autocomplete": "answers a field with what the list of the field shows",
    "jsi18n": "a script",
    "login": "leads to the sign-in page",
    "logout": "ends one's own session",
    "result": "what came of an action that one may do oneself",
    "undo": "an action that one may do oneself, taken back",
    "accounts_user_view_rename": "one's own view of the list, whose right is that to see the list",
    "accounts_user_view_delete": "one's own view of the list, whose right is that to see the list",
}
"""Routes of the console whose right is no row of the table, and whose they are."""

SPEC: Final = {
    Role.MEMBER: set(),
    Role.EDITOR: {
        *("dashboard", "search", "components", "accounts.user", "user-licenses-csv"),
        *("licenses.subscription", "licenses.seat", "jobs"),
    },
    Role.CHANGE_REQUEST_MANAGER: {
        *("dashboard", "search", "components", "accounts.accessprofile", "accounts.directorygroup"),
        *("access_requests.accessrequest", "to-pick"),
    },
    Role.ACCESS_REVIEW_MANAGER: {
        *("dashboard", "search", "components", "access-reviews", "to-pick"),
        *("accounts.user", "accounts.accessprofile", "accounts.directorygroup"),
        *("licenses.subscription", "licenses.seat", "who-holds-what-csv", "accounts.auditentry"),
        *("scim.requestlogentry", "sign-in-attempts", "provisioning.operation", "log"),
    },
    Role.CONNECTOR_ADMIN: {
        *(
            "dashboard",
            "search",
            "components",
            "scim.source",
            "scim.extensionschema",
            "scim.requestlogentry",
        ),
        *(f"provisioning.{name}" for name in ("application", "applicationrole", "run")),
        *("provisioning.operation", "log"),
    },
    Role.ADMIN: set(ACCESS),
}
"""Which pages each role sees, written down a second time: whoever changes one changes both."""

MAY_CHANGE: Final[dict[Role, set[tuple[type[models.Model], str]]]] = {
    Role.MEMBER: set(),
    Role.EDITOR: {
        *((User, name) for name in ("given_name", "family_name", "display_name")),
        *((User, name) for name in ("attributes", "version", "last_modified", "search_text")),
        (Seat, ""),
        *((Seat, name) for name in ("released", "released_by", "release_reason")),
        (SavedView, ""),  # Their own.
    },
    Role.CHANGE_REQUEST_MANAGER: {
        (ProfileMembership, ""),
        (DirectoryGroupMember, ""),
        *((AccessProfile, name) for name in ("version", "last_modified")),
        *((DirectoryGroup, name) for name in ("version", "last_modified", "rules_revision")),
    },
    Role.ACCESS_REVIEW_MANAGER: {(SavedView, "")},
    Role.CONNECTOR_ADMIN: {
        (Source, "enabled"),
        (AttributeMapping, ""),
    },
}
"""What each role can change, whatever it sends: a column, or whole rows where no column stands."""


def sample(value: re.Match[str]) -> str:
    """Return something that a converter of a route accepts."""
    return {"int": "1", "uuid": "00000000-0000-7000-8000-000000000000"}.get(value[1] or "", "x")


@pytest.fixture
def things(acme: Tenant, alice: User, bob: User) -> dict[str, Any]:
    """One of everything that the console shows, for Acme; Bob is managed by nobody."""
    with tenant_scope(acme):
        profile = create_profile(name="West")
        group = create_group(values=GroupFields(display_name="Sales"))
        product = Product.objects.create(key="crm", name="CRM")
        subscription = Subscription.objects.create(product=product, seats=5)
        source = create_source(options=SourceOptions(name="Okta"))
        application = create_application(catalogue_key="generic", name="Planner")
        audit.record("test.made", bob)
        return {
            "accounts.user": bob,
            "accounts.accessprofile": profile,
            "accounts.directorygroup": group,
            "licenses.subscription": subscription,
            "scim.source": source,
            "scim.requestlogentry": RequestLogEntry.objects.create(
                source=source, method="GET", route="/Users", status=HTTPStatus.OK
            ),
            "accounts.auditentry": AuditEntry.objects.latest("pk"),
            "provisioning.application": application,
            "provisioning.applicationrole": ApplicationRole.objects.create(
                application=application, key="picker", name="Picker"
            ),
            "provisioning.run": Run.objects.create(application=application, kind=Run.Kind.PLAN),
            "provisioning.importrow": ImportRow.objects.create(
                batch=Import.objects.create(application=application, kind="User", state="read"),
                application=application,
                kind="User",
                remote_id="7",
                name="Dan",
                bucket="orphan",
            ),
            "provisioning.operation": Operation.objects.create(
                application=application, kind="User", state="failed", name="Bob"
            ),
        }


@pytest.fixture
def one_of_each(acme: Tenant, things: dict[str, Any]) -> dict[str, Any]:
    """Those, and a row of every other model that the console has a list of."""
    with tenant_scope(acme):
        specimens = Specimens("Specimen")
        return {
            label: things.get(label) or specimens.of(model_admin.model)
            for label, model_admin in MODELS.items()
        }


def routes_of(label: str, thing: models.Model) -> Iterator[tuple[str, str]]:
    """Yield the name and the URL of every page of a list, and of one of its objects."""
    prefix = label.replace(".", "_")
    for pattern in MODELS[label].get_urls():
        name = str(pattern.name or "")
        for args in ((), (thing.pk,)):
            try:
                yield name.removeprefix(f"{prefix}_"), reverse(f"console:{name}", args=args)
            except NoReverseMatch:
                continue


def test_every_page_of_the_console_is_in_the_table() -> None:
    assert {*MODELS, *(page.access_key for page in PAGES.values())} <= ACCESS.keys()


def test_every_route_of_the_console_is_asked_for_here(one_of_each: dict[str, Any]) -> None:
    of_the_console = routes_of_site("console")
    of_lists = {
        f"{label.replace('.', '_')}_{name}"
        for label, thing in one_of_each.items()
        for name, _url in routes_of(label, thing)
    }
    of_objects = {f"{label.replace('.', '_')}_change" for label in MODELS}

    assert of_the_console - of_lists - PAGES.keys() - OF_ONES_OWN.keys() == set()
    assert OF_ONES_OWN.keys() <= of_the_console
    assert of_objects <= of_lists


@pytest.mark.parametrize("role", Role)
def test_a_role_sees_what_the_specification_says(role: Role) -> None:
    assert {page for page, row in ACCESS.items() if row.get(role)} == SPEC[role]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("label", sorted(MODELS))
def test_pages_of_lists_open_for_the_rights_of_the_table(
    acme: Tenant, one_of_each: dict[str, Any], console: Client, label: str, role: Role
) -> None:
    browser = signed_in(person(acme, "Pat", role))
    held = ACCESS[label].get(role, Access.NONE)
    for name, url in routes_of(label, one_of_each[label]):
        needed = RIGHTS.get(name, Access.CHANGE)
        if label == "scim.source" and name == "mapping":
            needed = Access.VIEW
        answer = browser.get(url).status_code

        if needed in held and (label, name) not in NOBODYS:
            assert answer == console.get(url).status_code, url
            assert answer not in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}, url
        else:
            assert answer in {HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED}, url


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", sorted(PAGES))
def test_pages_open_for_the_rights_of_the_table(
    acme: Tenant, alice: User, settings: Settings, name: str, role: Role
) -> None:
    settings.COMPONENTS_PAGE = True
    browser = signed_in(person(acme, "Pat", role))
    held = ACCESS[PAGES[name].access_key].get(role, Access.NONE)
    url = reverse(f"console:{name}", kwargs=arguments_of(name, acme))

    looked, changed = browser.get(url).status_code, browser.post(url).status_code

    assert (looked == HTTPStatus.FORBIDDEN) == (Access.VIEW not in held)
    assert (changed == HTTPStatus.FORBIDDEN) == (Access.CHANGE not in held)
    if name not in SHOWN_TO_WHO_HAS_ONE:
        assert HTTPStatus.NOT_FOUND not in {looked, changed}


def arguments_of(name: str, tenant: Tenant) -> dict[str, object]:
    """Return what stands in the address of a page: the key of a row of the tenant, or a name."""
    known = {"action": "make-next-key", "stream": "sign-in", "file_id": UUID(int=0)}
    arguments: dict[str, object] = {}
    for argument in re.findall(r"<(?:\w+:)?(\w+)>", PAGES[name].route):
        if argument in {"pk", "row"}:  # The only rows that a page has that is no list's.
            shown = HeldChange if name.startswith("held-change") else SignInAttempt
            with tenant_scope(tenant):
                arguments[argument] = Specimens("Specimen").of(shown).pk
        elif argument == "review_id":
            with tenant_scope(tenant):
                arguments[argument] = Specimens("Specimen").of(AccessReview).pk
        else:
            arguments[argument] = known[argument]
    return arguments


@pytest.mark.usefixtures("one_of_each")
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("label", sorted(MODELS))
def test_an_action_on_many_is_offered_for_the_rights_of_the_table(
    acme: Tenant, label: str, role: Role
) -> None:
    browser = signed_in(person(acme, "Pat", role))
    held = ACCESS[label].get(role, Access.NONE)
    url = reverse(f"console:{label.replace('.', '_')}_changelist")
    actions = [str(action) for action in MODELS[label].actions or ()]

    page = browser.get(url).content.decode()

    offered = {action for action in actions if f'name="action" value="{action}"' in page}
    assert offered == {action for action in actions if ACTIONS.get(action, Access.CHANGE) in held}


class TestWhateverIsSent:
    """A role's browser sends everything everywhere; only what its right covers is another then."""

    EVERYTHING: Final = {
        "user_name": "changed@acme.example",
        "email": "changed@acme.example",
        "given_name": "Changed",
        "family_name": "Changed",
        "display_name": "Changed",
        "role": "admin",
        "mapped_role": "admin",
        "name": "Changed",
        "description": "Changed",
        "domain": "changed.example",
        "enabled": "",
        "on_delete": "delete",
        "on_deactivate": "delete",
        "log_bodies": "on",
        "log_retention_days": "1",
        "rate_limit_per_minute": "1",
        "enable_scim": "on",
        "remove_members": "",
        "regenerate": "1",
        "post": "yes",
    }

    @pytest.mark.parametrize("role", OTHERS)
    def test_a_role_changes_nothing_beyond_its_rights(
        self, acme: Tenant, one_of_each: dict[str, Any], role: Role
    ) -> None:
        browser = signed_in(person(acme, "Pat", role))
        before = stored(acme)

        sent = 0
        for url in self.urls(one_of_each):
            for data in self.forms(browser, url, one_of_each):
                assert browser.post(url, data).status_code < HTTPStatus.INTERNAL_SERVER_ERROR, url
                sent += 1

        assert sent > 50
        assert differences(before, stored(acme)) <= MAY_CHANGE[role]

    @pytest.mark.parametrize("role", OTHERS)
    def test_a_role_runs_no_action_beyond_its_rights(
        self, acme: Tenant, one_of_each: dict[str, Any], role: Role
    ) -> None:
        browser = signed_in(person(acme, "Pat", role))
        before = stored(acme)
        for label, model_admin in MODELS.items():
            for action in model_admin.actions or ():
                url = reverse(f"console:{label.replace('.', '_')}_changelist")
                key = str(one_of_each[label].pk)
                choice = {
                    "subscription": str(one_of_each["licenses.subscription"].pk),
                    "profile": str(one_of_each["accounts.accessprofile"].pk),
                    "new_role": Role.ADMIN,
                }
                do(browser, url, str(action), [key], select_across="1", **choice)

        changed = differences(before, stored(acme))

        assert changed == ({(Seat, "")} if role == Role.EDITOR else set())

    def urls(self, things: dict[str, Any]) -> Iterator[str]:
        for label in MODELS:
            yield from (url for _name, url in routes_of(label, things[label]))
        for page in PAGES.values():
            yield "/console/" + re.sub(r"<(?:(\w+):)?\w+>", sample, page.route)

    def forms(self, browser: Client, url: str, things: dict[str, Any]) -> list[dict[str, Any]]:
        """Return what is sent to ``url``: everything, with what its form holds and without."""
        data = {
            **self.EVERYTHING,
            "add_members": things["accounts.user"].user_name,
            "profiles": str(things["accounts.accessprofile"].pk),
            "licenses": str(things["licenses.subscription"].pk),
        }
        shown = browser.get(url)
        page = getattr(shown, "content", b"").decode(errors="replace")
        if 'name="version"' in page and shown.status_code == HTTPStatus.OK:
            return [data, {**what_is_sent(page, "version"), **data}]
        return [data]


def stored(tenant: Tenant) -> dict[tuple[type[models.Model], Any], dict[str, Any]]:
    """Return every row of a tenant, with its columns; what only records is left out."""
    with tenant_scope(tenant):
        rows = {
            (model, row["pk"]): row
            for model in tenant_models()
            if model not in {ActionLine, ActionResult, AuditEntry, Job, Session}
            for row in model._default_manager.annotate(_key=models.F("pk")).values(
                "pk", *(field.attname for field in model._meta.concrete_fields)
            )
        }
    tenant.refresh_from_db()
    columns = {
        field.attname: getattr(tenant, field.attname) for field in tenant._meta.concrete_fields
    }
    return {**rows, (type(tenant), tenant.pk): columns}


def differences(before: Any, after: Any) -> set[tuple[type[models.Model], str]]:
    """Return the columns that are another now; rows that came or went have no column."""
    found = {(model, "") for model, _key in before.keys() ^ after.keys()}
    for key in before.keys() & after.keys():
        found |= {(key[0], name) for name in before[key] if before[key][name] != after[key][name]}
    return found


@pytest.mark.usefixtures("things")
@pytest.mark.parametrize(
    "role", [*(role for role in Role if role != Role.MEMBER), None], ids=lambda role: role or "none"
)
def test_nothing_that_is_shown_leads_to_a_refusal(
    acme: Tenant, olga: User, role: Role | None
) -> None:
    browser = signed_in(olga if role is None else person(acme, "Pat", role))
    site = "/platform/" if role is None else "/console/"
    waiting, seen = [site], {site}
    while waiting:
        url = waiting.pop()
        answer = browser.get(url)
        assert answer.status_code != HTTPStatus.FORBIDDEN, url
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        for link in links_of(answer.content.decode(), url):
            path = urlsplit(link).path
            if path.startswith(site) and path not in seen and len(seen) < 150:
                seen.add(path)
                waiting.append(link)
    assert len(seen) > 3
    for url in buttons_of(browser, seen):
        answer = browser.post(url)
        assert answer.status_code != HTTPStatus.FORBIDDEN, url


def links_of(page: str, url: str) -> list[str]:
    return [
        urljoin(url, unescape(link)) for link in re.findall(r'<a [^>]*href="([^"#][^"]*)"', page)
    ]


def buttons_of(browser: Client, urls: set[str]) -> set[str]:
    """Return where the buttons of these pages send their forms."""
    found = set()
    for url in sorted(urls):
        answer = browser.get(url)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        for form in lxml_html.fromstring(answer.content.decode()).forms:
            if form.get("method", "get").lower() == "post" and form.xpath(".//*[@type='submit']"):
                targets = [form.get("action") or url, *form.xpath(".//@formaction")]
                found |= {urljoin(url, target) for target in targets}
    return {url for url in found if leads_somewhere(url) and not url.endswith("/sign-out/")}


def leads_somewhere(url: str) -> bool:
    try:
        return resolve(urlsplit(url).path).url_name not in {"logout", "sign-out"}
    except Resolver404:
        return False


class TestEditor:
    @pytest.fixture
    def eddie(self, acme: Tenant) -> Client:
        return signed_in(person(acme, "Eddie", Role.EDITOR))

    def test_changes_names_and_licences(
        self, eddie: Client, acme: Tenant, things: dict[str, Any]
    ) -> None:
        bob = things["accounts.user"]
        url = f"/console/accounts/user/{bob.pk}/change/"
        form = what_is_sent(eddie.get(url).content.decode(), "version")
        crm = str(things["licenses.subscription"].pk)

        saved = eddie.post(url, {**form, "given_name": "Robert", "licenses": crm, "role": "admin"})

        assert saved.status_code == HTTPStatus.FOUND
        with tenant_scope(acme):
            bob.refresh_from_db()
            assert (bob.given_name, bob.role, bob.user_name) == (
                "Robert",
                Role.MEMBER,
                "bob@acme.example",
            )
            assert Seat.objects.filter(user=bob, released=None).exists()

    def test_cannot_change_names_that_an_identity_provider_manages(
        self, eddie: Client, acme: Tenant, things: dict[str, Any]
    ) -> None:
        bob = things["accounts.user"]
        with tenant_scope(acme):
            source = Source.objects.first() or Source.objects.create(name="Okta")
            User.objects.filter(pk=bob.pk).update(source_ids=[source.pk])
        url = f"/console/accounts/user/{bob.pk}/change/"
        form = what_is_sent(eddie.get(url).content.decode(), "version")
        crm = str(things["licenses.subscription"].pk)

        assert "given_name" not in form
        eddie.post(url, {**form, "given_name": "Robert", "licenses": crm})

        with tenant_scope(acme):
            bob.refresh_from_db()
            assert bob.given_name == "Bob"
            assert Seat.objects.filter(user=bob, released=None).exists()


class TestChangeRequestManager:
    @pytest.fixture
    def chris(self, acme: Tenant) -> User:
        return person(acme, "Chris", Role.CHANGE_REQUEST_MANAGER)

    @pytest.mark.parametrize("label", ["accounts.accessprofile", "accounts.directorygroup"])
    def test_changes_memberships_of_others_and_never_their_own(
        self, chris: User, acme: Tenant, things: dict[str, Any], label: str
    ) -> None:
        url = reverse(f"console:{label.replace('.', '_')}_change", args=[things[label].pk])
        browser = signed_in(chris)
        form = what_is_sent(browser.get(url).content.decode(), "version")

        own = browser.post(url, {**form, "add_members": chris.user_name})
        other = browser.post(url, {**form, "add_members": "bob@acme.example"})

        assert "decided by somebody else" in own.content.decode()
        assert other.status_code == HTTPStatus.FOUND
        with tenant_scope(acme):
            members = ProfileMembership if label.endswith("profile") else DirectoryGroupMember
            assert [str(each.user) for each in members.objects.all()] == ["Bob"]

    def test_does_not_nest_a_group_in_which_they_are(
        self, chris: User, acme: Tenant, things: dict[str, Any]
    ) -> None:
        with tenant_scope(acme):
            create_group(values=GroupFields(display_name="Mine"), member_ids=[chris.pk])
        url = f"/console/accounts/directorygroup/{things['accounts.directorygroup'].pk}/change/"
        browser = signed_in(chris)
        form = what_is_sent(browser.get(url).content.decode(), "version")

        answer = browser.post(url, {**form, "add_members": "Mine"})

        assert "decided by somebody else" in answer.content.decode()

    @pytest.mark.parametrize("around", ["", "Outer"])
    def test_cannot_change_a_group_that_gives_a_role(
        self, chris: User, acme: Tenant, things: dict[str, Any], around: str
    ) -> None:
        group = things["accounts.directorygroup"]
        with tenant_scope(acme):
            giving = group
            if around:
                outer = GroupFields(display_name=around)
                giving = create_group(values=outer, member_ids=[group.pk])
            set_group_mappings(group=giving, role=Role.ADMIN, profiles=[])
        url = f"/console/accounts/directorygroup/{group.pk}/change/"
        browser = signed_in(chris)

        shown = browser.get(url)
        answer = browser.post(url, {"add_members": "bob@acme.example", "version": "x"})

        assert 'name="add_members"' not in shown.content.decode()
        assert answer.status_code == HTTPStatus.FORBIDDEN


class TestConnectorAdmin:
    @pytest.fixture
    def connie(self, acme: Tenant) -> Client:
        return signed_in(person(acme, "Connie", Role.CONNECTOR_ADMIN))

    def mapping(self, browser: Client, source: Source) -> tuple[str, dict[str, Any]]:
        url = f"/console/scim/source/{source.pk}/mapping/"
        return url, what_is_sent(browser.get(url).content.decode(), "user-TOTAL_FORMS")

    def test_pauses_a_source(self, connie: Client, acme: Tenant, things: dict[str, Any]) -> None:
        source = things["scim.source"]
        url = f"/console/scim/source/{source.pk}/change/"
        form = what_is_sent(connie.get(url).content.decode(), "version")
        form.pop("enabled")

        assert connie.post(url, {**form, "on_delete": "delete"}).status_code == HTTPStatus.FOUND

        with tenant_scope(acme):
            source.refresh_from_db()
            assert (source.enabled, source.on_delete) == (False, "deactivate")

    def test_adds_a_row_that_decides_nothing(
        self, connie: Client, acme: Tenant, things: dict[str, Any]
    ) -> None:
        url, form = self.mapping(connie, things["scim.source"])
        last = int(form["user-TOTAL_FORMS"][0]) - 1

        connie.post(
            url, {**form, f"user-{last}-field": "title", f"user-{last}-scim_attribute": "title"}
        )

        with tenant_scope(acme):
            assert AttributeMapping.objects.filter(field="title").exists()

    @pytest.mark.parametrize("field", ["external_id", "manager", "active", "user_name", "email"])
    def test_changes_no_row_that_finds_people_or_decides_over_them(
        self, connie: Client, acme: Tenant, things: dict[str, Any], field: str
    ) -> None:
        url, form = self.mapping(connie, things["scim.source"])
        with tenant_scope(acme):
            before = list(AttributeMapping.objects.order_by("pk").values())
        sent: dict[str, Any] = dict(form)
        for index in range(int(form["user-TOTAL_FORMS"][0])):
            if sent.get(f"user-{index}-field", [""])[0] in {"", field}:
                sent |= {f"user-{index}-field": field, f"user-{index}-scim_attribute": "nickName"}

        connie.post(url, sent)
        connie.post(url, {**form, "user-TOTAL_FORMS": "0", "user-INITIAL_FORMS": "0"})

        with tenant_scope(acme):
            assert list(AttributeMapping.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("role", Role)
def test_who_may_enter(acme: Tenant, role: Role) -> None:
    response = signed_in(person(acme, "Pat", role)).get("/console/")

    assert (response.status_code == HTTPStatus.FORBIDDEN) == (role == Role.MEMBER)
    if role == Role.MEMBER:
        assert "/account/" in response.content.decode()


def test_nobody_is_sent_to_the_admins_own_sign_in(client: Client, db: None) -> None:
    for path in ("/console/", "/console/login/", "/platform/accounts/tenant/"):
        response = client.get(path)

        assert response.status_code == HTTPStatus.FOUND
        assert response["Location"].startswith("/sign-in/?next=")


def test_an_operator_is_shown_the_way_to_the_platform(platform: Client) -> None:
    response = platform.get("/console/")

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert "/platform/" in response.content.decode()


def test_a_tenants_admin_has_no_platform(console: Client) -> None:
    response = console.get("/platform/accounts/tenant/")

    assert response.status_code == HTTPStatus.FORBIDDEN


def test_an_inactive_person_may_do_nothing(acme: Tenant) -> None:
    user = User(tenant=acme, role=Role.ADMIN, active=False)

    assert {access_of(user, page) for page in ACCESS} == {Access.NONE}
