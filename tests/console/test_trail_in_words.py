"""The audit trail is read in words: every entry, wherever it is shown, and every value in it.

Actions and details are read from the code that writes them, fields from the models, so that a new
one is tested unasked.
"""

from __future__ import annotations

import ast
import csv
import io
import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.groups.groups import GroupFields, create_group, update_group
from accounts.groups.mappings import set_group_attributes, set_group_mappings
from accounts.models import AuditEntry, DirectoryGroup, OneTimeLink, Plan, Role, Tenant, User
from accounts.services.profiles import create_profile, update_profile
from accounts.services.roles import change_role
from accounts.services.tenants import update_tenant
from accounts.services.users import UserFields, update_user
from accounts.signing_in.sign_in_methods import METHOD_NAMES
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from accounts.trail.changes import changes, kept
from accounts.trail.labels import has_label, label_of
from accounts.trail.sentences import known_actions
from accounts.trail.telling import Change, tell
from console.logs.trail_kinds import kinds
from licenses.group_licenses import set_group_licenses
from licenses.models import Product, Subscription
from licenses.subscriptions import change_subscription
from provisioning.services.visibility import APPLICATIONS_CHANGED
from saml_sso.services.configuration import lock_settings
from saml_sso.services.switches import Choices, save_choices
from scim.models import AttributeMapping, Resource
from scim.services import SourceOptions, create_source, update_source
from scim.services.mappings import MappingRow, set_mapping
from scim.services.visibility import SOURCES_CHANGED
from tests.architecture.specimens import our_models
from tests.conftest import signed_in
from tests.support.html_forms import lxml_html, what_is_sent
from tests.support.packages import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

ROOT: Final = Path(__file__).parents[2]
WRITERS: Final = {"record", "Event", "record_refusal", "record_refused_entry"}
FROM_MODELS: Final = {
    "f'{obj._meta.model_name}.created'",
    "f'{obj._meta.model_name}.updated'",
    "f'{obj._meta.model_name}.deleted'",
    "f'{self.opts.model_name}.refused'",
}
"""Actions that are named after a model; they have a sentence for any kind of object."""
MADE_OF: Final = {
    "APPLICATIONS_CHANGED": {APPLICATIONS_CHANGED},
    "ASKED": {"password_reset.asked"},
    "SOURCES_CHANGED": {SOURCES_CHANGED},
    "f'access_request.{action}'": {"access_request.granted", "access_request.turned_down"},
    "f'{method}.signed_in'": {"break_glass.signed_in", "recovery_code.signed_in"},
    "f'{purpose}.link_made'": {f"{purpose}.link_made" for purpose in OneTimeLink.Purpose},
    "f'{self.name}.refused'": {"console.refused", "platform.refused"},
    "f\"saml.{name.removeprefix('saml_')}\"": {"saml.enabled", "saml.enforced"},
    "f'saml.not_{name[5:]}'": {"saml.not_enabled", "saml.not_enforced"},
}
"""Other actions that are put together, by the expression that does so."""
HANDED_ON: Final = {"action", "event"}
"""Names of parameters by which an action is handed on to who writes it."""
CODE: Final = re.compile(
    r"[\[{]['\"]|['\"][\]}]|\bNone\b|\bTrue\b|\bFalse\b|\b[a-z]+_[a-z_]+\b|UUID\(|Decimal\(|datetime"
)
"""What no person should have to read: lists and objects of a program, names of its fields."""
SHAPES: Final[list[dict[str, Any]]] = [
    {},
    {"changed": ["email", "given_name"]},
    {"changed": {"rate_limit_per_minute": 5, "log_bodies": True}},
    {"name": {"before": "Acme", "after": "Acme Ltd"}, "plan": {"before": "", "after": "pro"}},
    {"before": "member", "after": "changeRequestManager"},
    {"seats_before": 1, "seats": 2, "ends": "2026-12-31"},
    {"rows": [["user_name", "userName", True], ["email", "emails", False]]},
    {"attributes": {"team": "West", "floor": "3"}},
    {"added": [str(uuid4()) for _each in range(1_000)]},
    {"removed": [str(uuid4())], "by": "group"},
    {"certificates": ["AA:BB", "CC:DD"], "entity_id": "https://idp", "sso_url": ""},
    {"reason": "No.", "folded": 3, "page": "GET /console/"},
    {"people": [f"p{number}@acme.example" for number in range(30)], "number": 30},
    {"product": "crm", "products": ["crm", "gone"]},
    {"active": True, "role": "connectorAdmin", "sources": [], "note": None},
    changes(
        {
            "active": True,
            "role": "member",
            "password": "hunter2",
            "want_authn_requests_signed": False,
            "expires": None,
            "emails": [{"value": "a@x.example", "type": "work", "primary": True}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter": "4130",
            "profiles": [],
        },
        {
            "active": False,
            "role": "accessReviewManager",
            "password": "hunter3",
            "want_authn_requests_signed": True,
            "expires": "2026-12-31T09:00:00+00:00",
            "emails": [{"value": f"{n}@x.example", "type": "work"} for n in range(90)],
            "roles": [{"primary": True, "made_up": {"deep": [1, {"er": None}]}}],
            "profiles": ["West", "East"],
        },
    ),
]
"""What entries hold: of today and of old, of every kind of change."""


def writes() -> Iterator[ast.Call]:
    """Yield every place in the code that writes an entry."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and node.args:
                    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    if name in WRITERS and isinstance(node.args[0], ast.expr):
                        yield node


def actions_of(action: ast.expr) -> set[str]:
    if isinstance(action, ast.Constant):
        return {str(action.value)}
    if isinstance(action, ast.IfExp):
        return actions_of(action.body) | actions_of(action.orelse)
    told = ast.unparse(action)
    return set() if told in FROM_MODELS or told in HANDED_ON else MADE_OF[told]


def every_action() -> set[str]:
    return {
        action for call in writes() for action in actions_of(call.args[0]) if "." in str(action)
    }


def readable(text: str) -> str:
    """Return what of a text is code, if anything is, with what stands around it."""
    found = CODE.search(text)
    return text[max(0, found.start() - 60) : found.end() + 60] if found else ""


def test_every_action_that_is_written_has_a_sentence() -> None:
    found = every_action()

    assert len(found) > 60
    assert found <= known_actions().keys()


def test_every_action_can_be_filtered_by_a_kind() -> None:
    covered = set().union(*(actions for _label, actions in kinds().values()))

    assert every_action() <= covered


def test_every_detail_that_is_written_has_a_label() -> None:
    names = {
        str(keyword.arg)
        for call in writes()
        for keyword in call.keywords
        if keyword.arg not in {None, "target", "details", "actor", "changed"}
    }
    names |= {
        str(key.value)
        for call in writes()
        for part in (*call.args[1:], *(each.value for each in call.keywords))
        for held in ast.walk(part)
        if isinstance(held, ast.Dict)
        for key in held.keys
        if isinstance(key, ast.Constant)
    }

    assert len(names) > 30
    kind_of = ["tenant", "user", "directorygroup", "source", "subscription", "accessprofile"]
    unnamed = {name for name in names if not any(has_label(kind, str(name)) for kind in kind_of)}
    assert unnamed - {"proposal", "domain", "urn", "name"} == set()


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model.__name__)
def test_every_field_of_a_model_is_called_something(model: Any) -> None:
    for field in model._meta.concrete_fields:
        label = label_of(model._meta.model_name, field.name)
        assert label[0].isupper() or not label[0].isascii(), field.name
        assert "_" not in label, field.name


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["tenant", "user", "directorygroup", "source", "gone"])
def test_no_entry_is_told_in_code(acme: Tenant, kind: str) -> None:
    actions = {*every_action(), "accessprofile.refused", "product.updated", "made.up", "odd"}
    entries = [
        AuditEntry(action=action, actor=actor, target_type=kind, target="Öre Ltd", details=details)
        for action in sorted(actions)
        for details in SHAPES
        for actor in ("system", "alice@acme.example")
    ]

    with tenant_scope(acme):
        told = tell(entries)

    assert len(told) == len(entries)
    for each in told:
        texts = [each.sentence, each.who, *(text for line in each.changes for text in line)]
        texts += [text for fact in each.facts for text in fact]
        for text in texts:
            assert text
            assert not readable(text), (each.entry.action, text)
            assert len(text) < 3_000


class TestPages:
    """What entries say on pages and in files: of every action, with every shape of details."""

    @pytest.fixture
    def entries(self, acme: Tenant, bob: User) -> list[AuditEntry]:
        actions = sorted(every_action())
        with tenant_scope(acme):
            AuditEntry.objects.all().delete()
            return AuditEntry.objects.bulk_create(
                AuditEntry(
                    tenant=acme,
                    action=actions[number % len(actions)],
                    actor="alice@acme.example",
                    target_type="user",
                    target_id=str(bob.pk),
                    target="Bob (bob@acme.example)",
                    details=SHAPES[number % len(SHAPES)],
                )
                for number in range(len(actions) + len(SHAPES))
            )

    def test_lists_entries_and_histories_are_read_in_words(
        self, acme: Tenant, console: Client, bob: User, entries: list[AuditEntry]
    ) -> None:
        urls = [
            reverse("console:accounts_auditentry_changelist"),
            reverse("console:accounts_user_history", args=[bob.pk]),
            *(
                reverse("console:accounts_auditentry_change", args=[entry.pk])
                for entry in entries[: len(SHAPES)]
            ),
        ]
        for url in urls:
            shown = unescape(text_of(console.get(url).content.decode()))
            assert not readable(shown), (url, readable(shown))
            assert "hunter" not in shown

    def test_the_file_is_read_in_words(
        self, acme: Tenant, console: Client, entries: list[AuditEntry]
    ) -> None:
        answer = console.get(reverse("console:accounts_auditentry_export"))
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        rows = list(csv.DictReader(io.StringIO(text)))

        assert len(rows) == len(entries)
        for row in rows:
            assert row["what happened"]
            for column in ("time", "who", "what happened", "what changed", "object", "kind"):
                assert not readable(row[column]), row

    def test_a_page_costs_the_same_whatever_is_on_it(
        self,
        acme: Tenant,
        console: Client,
        entries: list[AuditEntry],
        django_assert_max_num_queries: Any,
    ) -> None:
        with django_assert_max_num_queries(16):
            console.get(reverse("console:accounts_auditentry_changelist"))


def text_of(page: str) -> str:
    """Return what a person reads of the content of a page."""
    [content] = lxml_html.fromstring(page).xpath("//*[@id='content']")
    for hidden in content.xpath(".//script|.//style|.//nav"):
        hidden.drop_tree()
    return " ".join(content.itertext())


@pytest.mark.django_db
class TestBeforeAndAfter:
    """Every writer keeps both sides of what it changes."""

    def latest(self, acme: Tenant, action: str) -> list[Change]:
        with tenant_scope(acme):
            entry = AuditEntry.objects.filter(action=action).latest("pk")
            [told] = tell([entry])
        return told.changes

    def test_of_a_person(self, acme: Tenant, bob: User) -> None:
        enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        values = UserFields(
            user_name="robert@acme.example",
            email="robert@acme.example",
            given_name="Bob",
            display_name="Bob",
            active=False,
            attributes={"title": "Buyer", enterprise: {"department": "Sales"}},
        )
        with tenant_scope(acme):
            update_user(user=bob, values=values)

        assert set(self.latest(acme, "user.deactivated")) == {
            Change("Active", "yes", "no"),
            Change("Department", "nothing", "Sales"),
            Change("E-mail address", "bob@acme.example", "robert@acme.example"),
            Change("Title", "nothing", "Buyer"),
            Change("User name", "bob@acme.example", "robert@acme.example"),
        }

    def test_of_a_person_in_the_console(self, acme: Tenant, console: Client, bob: User) -> None:
        url = reverse("console:accounts_user_change", args=[bob.pk])
        form = what_is_sent(console.get(url).content.decode(), "version")
        console.post(url, {**form, "display_name": "Robert", "role": "editor"})

        assert self.latest(acme, "user.updated") == [Change("Display name", "Bob", "Robert")]
        assert self.latest(acme, "user.role_changed") == [Change("Role", "Member", "Editor")]
        history = text_of(
            console.get(reverse("console:accounts_user_history", args=[bob.pk])).content.decode()
        )
        assert "alice@acme.example changed Robert (bob@acme.example)" in history
        assert "Robert" in history

    def test_of_a_role(self, acme: Tenant, bob: User) -> None:
        with tenant_scope(acme):
            change_role(user=bob, role=Role.CONNECTOR_ADMIN)

        assert self.latest(acme, "user.role_changed") == [
            Change("Role", "Member", "Connector admin")
        ]

    def test_of_a_group_and_what_it_gives(self, acme: Tenant, bob: User) -> None:
        with tenant_scope(acme):
            group = create_group(values=GroupFields(display_name="Sales"))
            update_group(group=group, values=GroupFields(display_name="Sales West"))
            west = create_profile(name="West")
            set_group_mappings(group=group, role=Role.EDITOR, profiles=[west])
            set_group_attributes(group=group, attributes={"cost_center": "12"})
            set_group_attributes(group=group, attributes={"cost_center": "13"})
            crm = Product.objects.create(key="crm", name="CRM Suite")
            set_group_licenses(
                group=group, subscriptions=[Subscription.objects.create(product=crm, seats=1)]
            )

        assert self.latest(acme, "group.updated") == [Change("Name", "Sales", "Sales West")]
        assert set(self.latest(acme, "group.mapping_changed")) == {
            Change("Role of its members", "nothing", "Editor"),
            Change("Access profiles", "nothing", "West"),
        }
        assert self.latest(acme, "group.attributes_changed") == [Change("cost_center", "12", "13")]
        assert self.latest(acme, "group.licenses_changed") == [
            Change("Licences", "nothing", "CRM Suite")
        ]

    def test_of_an_access_profile(self, acme: Tenant) -> None:
        with tenant_scope(acme):
            profile = create_profile(name="West")
            update_profile(profile=profile, name="East", description="")

        assert self.latest(acme, "profile.updated") == [Change("Name", "West", "East")]

    def test_of_a_tenant_and_its_rules(self, acme: Tenant) -> None:
        update_tenant(tenant=acme, name="Acme Ltd", plan=Plan(acme.plan), trail_days=None)
        with tenant_scope(acme):
            lock_settings(acme)
            save_choices(tenant=acme, choices=Choices(create_users_at_sign_in=True))

        assert self.latest(acme, "tenant.updated") == [Change("Name", "Acme", "Acme Ltd")]
        assert self.latest(acme, "saml.choices_saved") == [
            Change("Create unknown people at their first sign-in", "no", "yes")
        ]

    def test_of_a_source_and_its_mapping(self, acme: Tenant) -> None:
        with tenant_scope(acme):
            source = create_source(options=SourceOptions(name="Okta"))
            options = SourceOptions(name="Okta", on_delete="delete", may_change_roles=True)
            update_source(source=source, options=options)
            rows = [
                MappingRow(row.field, row.scim_attribute, row.required)
                for row in AttributeMapping.objects.filter(source=source, resource=Resource.USER)
            ]
            set_mapping(
                source=source, resource=Resource.USER, rows=[*rows, MappingRow("title", "title")]
            )

        [change] = self.latest(acme, "source.updated")
        assert change.before != change.after
        assert self.latest(acme, "source.mapping_changed") == [Change("Title", "nothing", "title")]

    def test_of_a_subscription(self, acme: Tenant) -> None:
        with tenant_scope(acme):
            crm = Product.objects.create(key="crm", name="CRM")
            held = Subscription.objects.create(product=crm, seats=1)
            change_subscription(subscription=held, seats=4, starts=held.starts, ends=None)

        assert self.latest(acme, "subscription.updated") == [Change("Seats", "1", "4")]


@pytest.mark.parametrize(
    "name", ["password", "clientSecret", "token_digest", "private_key", "sessionKey"]
)
def test_of_a_secret_an_entry_keeps_only_that_it_changed(name: str) -> None:
    details = changes({name: "before-value"}, {name: "after-value"})

    assert "value" not in str(details)
    assert name in details["changes"]
    assert "after-value" not in str(kept([{name: "after-value"}]))


def test_what_an_entry_keeps_is_bounded() -> None:
    huge = {"title": "x" * 100_000, "emails": [{"value": "y" * 9_000}] * 5_000}

    assert len(str(changes({}, huge))) < 25_000


@pytest.mark.django_db
class TestMembers:
    def test_who_joined_is_named_and_the_rest_counted(
        self, acme: Tenant, console: Client, alice: User, bob: User
    ) -> None:
        with tenant_scope(acme):
            inner = create_group(values=GroupFields(display_name="Inner"))
            group = create_group(
                values=GroupFields(display_name="Sales"), member_ids=[bob.pk, alice.pk, inner.pk]
            )
        url = reverse("console:accounts_directorygroup_history", args=[group.pk])
        shown = " ".join(text_of(console.get(url).content.decode()).split())

        assert "Bob (bob@acme.example)" in shown
        assert "Inner" in shown
        assert str(bob.pk) not in shown

    def test_a_thousand_are_not_spelt_out(self, acme: Tenant, alice: User) -> None:
        with tenant_scope(acme):
            group = DirectoryGroup(display_name="All")
            entry = AuditEntry(
                action="group.members_changed",
                target_type="directorygroup",
                target=str(group),
                details={"added": [str(alice.pk)] + [str(uuid4()) for _each in range(999)]},
            )
            [told] = tell([entry])

        assert told.facts[0][1].endswith("and 995 more")


def test_a_sentence_leaves_an_address_as_it_is_written(acme: Tenant, alice: User) -> None:
    browser = signed_in(alice)
    with tenant_scope(acme), audit.acting_as("zoë@acme.example"):
        audit.record("user.updated", alice)

    page = browser.get(reverse("console:accounts_auditentry_changelist")).content.decode()

    assert "zoë@acme.example changed Alice (alice@acme.example)" in page


@pytest.mark.parametrize("method", METHOD_NAMES)
def test_a_way_in_is_called_in_the_trail_as_on_the_account_page(
    console: Client, acme: Tenant, bob: User, method: str
) -> None:
    with tenant_scope(acme):
        audit.record("user.signed_in", bob, method=method)

    page = console.get(reverse("console:accounts_auditentry_changelist"), {"q": "bob"})
    text = " ".join(lxml_html.fromstring(page.content).text_content().split())
    assert f"Way in: {METHOD_NAMES[method]}" in text
