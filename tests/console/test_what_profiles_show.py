"""Access profiles decide who sees which connection: on every page, in every export and log."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.urls import reverse

from accounts.groups.groups import GroupFields, create_group
from accounts.groups.mappings import set_group_mappings
from accounts.models import AccessProfile, AuditEntry, HeldChange, Role, User
from accounts.services.profiles import add_profile_members, create_profile
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from provisioning.models import Application, ApplicationRole, Conflict, Operation, Run
from provisioning.services.applications import create_application
from provisioning.services.roles import RoleFields, create_application_role
from provisioning.services.visibility import APPLICATIONS_CHANGED, set_profile_applications
from scim.models import RequestLogEntry, Source
from scim.services import SourceOptions, create_source, update_source
from scim.services.visibility import SOURCES_CHANGED, set_profile_sources, sources_seen_by
from tests.architecture.test_routes import routes
from tests.conftest import person, signed_in
from tests.support.html_forms import submit
from tests.support.pages import addresses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import Tenant

OTHERS: Final = [role for role in Role if role not in {Role.ADMIN, Role.MEMBER}]
HIDDEN: Final = "Whitechapel directory"
LISTED: Final = "Borough directory"


@pytest.fixture
def sources(acme: Tenant) -> dict[str, Source]:
    """Two sources, each with a request, a change and a person whom an admin has changed since.

    The default profile lists one of them.
    """
    with tenant_scope(acme):
        made = {name: create_source(options=SourceOptions(name=name)) for name in (LISTED, HIDDEN)}
        default = AccessProfile.objects.get(is_default=True)
        set_profile_sources(profile=default, sources=[made[LISTED]])
        for name, source in made.items():
            update_source(source=source, options=SourceOptions(name=name, log_bodies=True))
            RequestLogEntry.objects.create(
                source=source, source_name=name, method="GET", route="/Users", status=200
            )
            written = person(acme, name.partition(" ")[0])
            User.objects.filter(pk=written.pk).update(source_ids=[source.pk])
            audit.record("user.held_fields_changed", written, changed=["email"], sources=[name])
            held = HeldChange.objects.create(source_id=source.pk, source_name=name)
            audit.record("held_change.opened", held)
    return made


def every_address(acme: Tenant, source: Source) -> Iterator[str]:
    """Yield what can be opened of the console: lists, the pages of these rows, and exports."""
    with tenant_scope(acme):
        told_of = AuditEntry.objects.filter(target_id=str(source.pk), target_type="source")
        rows: list[Any] = [
            *(source, *RequestLogEntry.objects.filter(source=source), *told_of[:1]),
            *AuditEntry.objects.filter(action=SOURCES_CHANGED)[:1],
            AccessProfile.objects.get(is_default=True),
            User.objects.get(source_ids=[source.pk]),
        ]
    yield from (url for name, url in addresses(rows, {}) if name.startswith("console:"))
    exports = (route.name for route in routes() if route.name.endswith("_export"))
    yield from (reverse(name) for name in exports if name.startswith("console:"))
    yield f"{reverse('console:search')}?q={HIDDEN.partition(' ')[0]}"


def reading(user: User, url: str) -> tuple[int, str]:
    """Return the status and the text of what ``user`` is answered."""
    answer: Any = signed_in(user).get(url)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, content.decode()


class TestWhatIsSeen:
    @pytest.mark.parametrize("role", OTHERS)
    def test_a_source_that_no_profile_lists_is_on_no_page_in_no_export_and_no_log(
        self, role: Role, acme: Tenant, sources: dict[str, Source]
    ) -> None:
        visitor = person(acme, "Vera", role)

        for url in every_address(acme, sources[HIDDEN]):
            status, text = reading(visitor, url)

            assert HIDDEN not in text, url
            assert status != HTTPStatus.INTERNAL_SERVER_ERROR, url

    def test_an_admin_sees_every_source_whatever_profiles_list(
        self, acme: Tenant, alice: User, sources: dict[str, Source]
    ) -> None:
        opened = every_address(acme, sources[HIDDEN])
        saying = {url for url in opened if HIDDEN in reading(alice, url)[1]}

        lists = ("scim_source_changelist", "scim_requestlogentry_changelist", "index")
        assert {reverse(f"console:{name}") for name in lists} <= saying

    @pytest.mark.parametrize(
        ("name", "words"), [(LISTED, f"{LISTED} manages"), (HIDDEN, "An identity provider manages")]
    )
    def test_who_holds_a_field_is_named_to_whoever_sees_the_source(
        self, name: str, words: str, acme: Tenant, sources: dict[str, Source]
    ) -> None:
        with tenant_scope(acme):
            written = User.objects.get(source_ids=[sources[name].pk])
        url = reverse("console:accounts_user_change", args=[written.pk])

        for role in (Role.EDITOR, Role.ACCESS_REVIEW_MANAGER):
            assert f"{words} this person" in reading(person(acme, role.value, role), url)[1]

    @pytest.mark.parametrize(
        ("role", "page"),
        [
            (Role.CONNECTOR_ADMIN, "scim_source_changelist"),
            (Role.CONNECTOR_ADMIN, "scim_requestlogentry_changelist"),
            (Role.CONNECTOR_ADMIN, "index"),
            (Role.ACCESS_REVIEW_MANAGER, "scim_requestlogentry_changelist"),
            (Role.ACCESS_REVIEW_MANAGER, "accounts_auditentry_changelist"),
        ],
    )
    def test_what_a_profile_lists_is_seen(
        self, role: Role, page: str, acme: Tenant, sources: dict[str, Source]
    ) -> None:
        assert LISTED in reading(person(acme, "Vera", role), reverse(f"console:{page}"))[1]

    @pytest.mark.parametrize("page", ["change", "history", "authorization", "mapping", "delete"])
    def test_a_source_that_is_not_listed_answers_as_one_that_is_not_there(
        self, page: str, acme: Tenant, sources: dict[str, Source]
    ) -> None:
        visitor = person(acme, "Vera", Role.CONNECTOR_ADMIN)
        key = sources[HIDDEN].pk

        hidden = reading(visitor, reverse(f"console:scim_source_{page}", args=[key]))
        missing = reading(visitor, reverse(f"console:scim_source_{page}", args=[key + 1000]))

        assert hidden[0] == missing[0] == HTTPStatus.NOT_FOUND


class TestByWhichProfile:
    def test_a_membership_of_ones_own_shows_a_source(
        self, acme: Tenant, sources: dict[str, Source]
    ) -> None:
        visitor = person(acme, "Vera", Role.CONNECTOR_ADMIN)
        with tenant_scope(acme):
            profile = create_profile(name="Whitechapel")
            set_profile_sources(profile=profile, sources=[sources[HIDDEN]])
            before = set(sources_seen_by(visitor))
            add_profile_members(profile=profile, user_ids=[visitor.pk])

            assert before == {sources[LISTED]}
            assert set(sources_seen_by(visitor)) == set(sources.values())

    def test_a_mapped_group_shows_a_source(self, acme: Tenant, sources: dict[str, Source]) -> None:
        visitor = person(acme, "Vera", Role.CONNECTOR_ADMIN)
        with tenant_scope(acme):
            profile = create_profile(name="Whitechapel")
            set_profile_sources(profile=profile, sources=[sources[HIDDEN]])
            group = create_group(values=GroupFields(display_name="Crew"), member_ids=[visitor.pk])
            set_group_mappings(group=group, role=None, profiles=[profile])

            assert set(sources_seen_by(visitor)) == set(sources.values())

    def test_a_new_source_is_listed_in_the_default_profile(self, acme: Tenant) -> None:
        visitor = person(acme, "Vera", Role.CONNECTOR_ADMIN)
        with tenant_scope(acme):
            made = create_source(options=SourceOptions(name=LISTED))

            assert list(sources_seen_by(visitor)) == [made]

    def test_another_tenants_profiles_show_nothing(
        self, acme: Tenant, globex: Tenant, sources: dict[str, Source]
    ) -> None:
        stranger = person(globex, "Vera", Role.CONNECTOR_ADMIN)
        with tenant_scope(globex):
            assert not sources_seen_by(stranger).exists()


class TestSaying:
    def test_an_admin_chooses_on_the_page_of_the_profile(
        self, acme: Tenant, alice: User, sources: dict[str, Source]
    ) -> None:
        with tenant_scope(acme):
            default = AccessProfile.objects.get(is_default=True)
        url = reverse("console:accounts_accessprofile_change", args=[default.pk])

        submit(signed_in(alice), url, sources=[str(sources[HIDDEN].pk)])

        with tenant_scope(acme):
            assert [each.name for each in Source.objects.filter(profiles__profile=default)] == [
                HIDDEN
            ]
            entry = AuditEntry.objects.filter(action=SOURCES_CHANGED).first()
            assert entry is not None
            assert entry.details["changes"] == {"seen_sources": [[LISTED], [HIDDEN]]}


@pytest.fixture
def applications(acme: Tenant) -> dict[str, Application]:
    """Two applications, each with a role and something in its log; one of them is listed."""
    with tenant_scope(acme):
        made = {
            name: create_application(catalogue_key="generic", name=name)
            for name in (LISTED, HIDDEN)
        }
        default = AccessProfile.objects.get(is_default=True)
        set_profile_applications(profile=default, applications=[made[LISTED]])
        for name, application in made.items():
            fields = RoleFields(key="picker", name=f"Picker at {name}")
            create_application_role(application=application, fields=fields)
            run = Run.objects.create(application=application, kind="plan", state="planned")
            thing: dict[str, Any] = {"application": application, "kind": "User", "name": name}
            Operation.objects.create(**thing, object_id="x", state="failed")
            Operation.objects.create(**thing, object_id="y", state="planned", run=run)
            Conflict.objects.create(**thing, object_id="x", why="asked")
    return made


def addresses_of(acme: Tenant, application: Application) -> Iterator[str]:
    """Yield what can be opened of the console: lists, exports, and what the application has."""
    with tenant_scope(acme):
        owned = [
            row
            for model in (ApplicationRole, Run, Operation, Conflict)
            for row in model.objects.filter(application=application)
        ]
        told_of = AuditEntry.objects.filter(
            target_id=str(application.pk), target_type="application"
        )
        rows: list[Any] = [application, *owned, *told_of[:1], *User.objects.all()[:1]]
    yield from (url for name, url in addresses(rows, {}) if name.startswith("console:"))
    exports = (route.name for route in routes() if route.name.endswith("_export"))
    yield from (reverse(name) for name in exports if name.startswith("console:"))
    yield f"{reverse('console:search')}?q={HIDDEN.partition(' ')[0]}"


class TestApplications:
    @pytest.mark.parametrize("role", OTHERS)
    def test_one_that_no_profile_lists_is_on_no_page_in_no_export_and_no_log(
        self, role: Role, acme: Tenant, applications: dict[str, Application]
    ) -> None:
        visitor = person(acme, "Vera", role)

        for url in addresses_of(acme, applications[HIDDEN]):
            status, text = reading(visitor, url)

            assert HIDDEN not in text, url
            assert status != HTTPStatus.INTERNAL_SERVER_ERROR, url

    def test_an_admin_sees_every_application_whatever_profiles_list(
        self, acme: Tenant, alice: User, applications: dict[str, Application]
    ) -> None:
        opened = addresses_of(acme, applications[HIDDEN])
        saying = {url for url in opened if HIDDEN in reading(alice, url)[1]}

        lists = ("application_changelist", "operation_changelist", "conflict_changelist")
        assert {reverse(f"console:provisioning_{name}") for name in lists} <= saying
        assert reverse("console:provisioning_operation_export") in saying

    @pytest.mark.parametrize("page", ["application_changelist", "operation_changelist"])
    def test_what_a_profile_lists_is_seen(
        self, page: str, acme: Tenant, applications: dict[str, Application]
    ) -> None:
        visitor = person(acme, "Vera", Role.CONNECTOR_ADMIN)

        assert LISTED in reading(visitor, reverse(f"console:provisioning_{page}"))[1]

    @pytest.mark.parametrize(
        "page", ["change", "history", "connection", "user_mapping", "scope", "plan", "one_person"]
    )
    def test_one_that_is_not_listed_answers_as_one_that_is_not_there(
        self, page: str, acme: Tenant, applications: dict[str, Application]
    ) -> None:
        visitor = person(acme, "Vera", Role.CONNECTOR_ADMIN)
        key = applications[HIDDEN].pk
        name = f"console:provisioning_application_{page}"

        hidden = reading(visitor, reverse(name, args=[key]))
        missing = reading(visitor, reverse(name, args=[key + 1000]))

        assert hidden[0] == missing[0] == HTTPStatus.NOT_FOUND

    def test_an_admin_chooses_on_the_page_of_the_profile(
        self, acme: Tenant, alice: User, applications: dict[str, Application]
    ) -> None:
        with tenant_scope(acme):
            default = AccessProfile.objects.get(is_default=True)
        url = reverse("console:accounts_accessprofile_change", args=[default.pk])

        submit(signed_in(alice), url, applications=[str(applications[HIDDEN].pk)])

        with tenant_scope(acme):
            entry = AuditEntry.objects.filter(action=APPLICATIONS_CHANGED).first()
            assert entry is not None
            assert entry.details["changes"] == {"seen_applications": [[LISTED], [HIDDEN]]}
