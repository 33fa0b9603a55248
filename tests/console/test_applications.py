"""*Applications*: set up in steps, mapped, paused, seen by profiles."""

from __future__ import annotations

from http import HTTPStatus
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.groups.groups import GroupFields, create_group
from accounts.models import AccessProfile, AuditEntry, DirectoryGroup, Role
from accounts.tenancy.scoping import tenant_scope
from console.applications.parts import PARTS
from provisioning.client.credentials import Bearer
from provisioning.engine.drift import digest_of_drift
from provisioning.models import Application, Conflict, Link, MappingRevision, Operation, Run
from provisioning.protocol.steps import Kind
from provisioning.services.applications import create_application
from provisioning.services.assignments import set_assignments
from provisioning.services.connections import Connection, change_connection
from provisioning.services.credentials import credential_of
from provisioning.services.mappings import mapping_rows
from provisioning.services.visibility import set_profile_applications
from tests.conftest import person, signed_in
from tests.support.html_forms import fill_in, submit, text_of

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant, User
    from console.applications.parts import Part

SEALED = "an opaque token of theirs"


def page(name: str, *args: object) -> str:
    return reverse(f"console:provisioning_application_{name}", args=args)


@pytest.fixture
def planner(acme: Tenant) -> Application:
    with tenant_scope(acme):
        return create_application(catalogue_key="generic", name="Planner")


@pytest.fixture
def connie(acme: Tenant) -> Client:
    return signed_in(person(acme, "Connie", Role.CONNECTOR_ADMIN))


def test_the_list_asks_as_much_for_many_as_for_one(
    acme: Tenant, planner: Application, console: Client
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert console.get(page("changelist")).status_code == HTTPStatus.OK
        return len(queries)

    with tenant_scope(acme):
        crew = create_group(values=GroupFields(display_name="Crew"))
        set_assignments(application=planner, groups=[crew], roles=[], profiles=[])
    asked()  # What is read once is read.
    of_one = asked()
    with tenant_scope(acme):
        for number in range(7):
            made = create_application(catalogue_key="generic", name=f"Planner {number}")
            set_assignments(application=made, groups=[crew], roles=[Role.EDITOR], profiles=[])

    assert asked() == of_one


class TestSettingUp:
    def test_from_the_catalogue_to_the_connection(self, acme: Tenant, console: Client) -> None:
        found = text_of(console.get(page("catalogue"), {"q": "insightly"}))
        assert "Insightly" in found
        assert "AWS" not in found

        added = submit(console, f"{page('add')}?entry=insightly", field="name", name="Team chat")

        with tenant_scope(acme):
            made = Application.objects.get()
        assert (made.name, made.catalogue_key) == ("Team chat", "insightly")
        assert added.headers["Location"] == page("connection", made.pk)

    @pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
    def test_every_step_opens(self, planner: Application, console: Client, part: Part) -> None:
        answer = console.get(page(part.name, planner.pk))

        assert answer.status_code == HTTPStatus.OK
        assert "Set up Planner" in text_of(answer)

    def test_each_step_leads_to_the_next(
        self, acme: Tenant, planner: Application, console: Client
    ) -> None:
        parts = [part.name for part in PARTS]
        names = [name for name in parts if name not in {"roles", "plan"}]
        base = {"base_url": "https://planner.example/scim/v2"}
        led = [
            submit(
                console, page(name, planner.pk), **(base if name == "connection" else {})
            ).headers["Location"]
            for name in names
        ]

        after = dict(pairwise(parts))
        assert led == [page(after[name], planner.pk) for name in names]

    def test_a_step_is_saved_and_finished_later(
        self, planner: Application, console: Client
    ) -> None:
        led = submit(console, page("switches", planner.pk), later="1")

        assert led.headers["Location"] == page("change", planner.pk)

    def test_a_new_group_is_made_and_assigned(
        self, acme: Tenant, planner: Application, console: Client
    ) -> None:
        with tenant_scope(acme):
            create_group(values=GroupFields(display_name="Crew"))
        url = page("scope", planner.pk)
        submit(console, url, new_group="Night shift", add_groups="Crew")

        with tenant_scope(acme):
            names = {each.group.display_name for each in planner.assignments.all() if each.group}
            night = DirectoryGroup.objects.get(display_name="Night shift")
        assert names == {"Crew", "Night shift"}
        group = reverse("console:accounts_directorygroup_change", args=[night.pk])
        assert f'href="{group}"' in console.get(url).content.decode()

    def test_a_name_that_no_group_has_is_said(self, planner: Application, console: Client) -> None:
        answer = submit(console, page("scope", planner.pk), add_groups="Nobody\nknows")

        assert "No directory group is called Nobody, knows." in text_of(answer)


class TestConnection:
    def test_a_token_is_sealed_and_on_no_page(
        self, acme: Tenant, planner: Application, console: Client
    ) -> None:
        url = page("connection", planner.pk)
        submit(console, url, base_url="https://planner.example/scim/v2/", token=SEALED)

        with tenant_scope(acme):
            planner.refresh_from_db()
            assert credential_of(planner) == Bearer(SEALED)
            entry = AuditEntry.objects.filter(action="application.credential_replaced").get()
        assert SEALED not in planner.token
        assert planner.base_url == "https://planner.example/scim/v2"
        assert SEALED not in console.get(url).content.decode()
        assert SEALED not in str(entry.details)

    @pytest.mark.parametrize("url", ["https://elsewhere.example/scim/v2", "http://planner.example"])
    def test_another_host_voids_what_is_stored(
        self, acme: Tenant, planner: Application, console: Client, url: str
    ) -> None:
        with tenant_scope(acme):
            stored = Connection(base_url="https://planner.example/scim/v2", token=SEALED)
            change_connection(application=planner, connection=stored)
        submit(console, page("connection", planner.pk), base_url=url)

        with tenant_scope(acme):
            planner.refresh_from_db()
        assert planner.token == ""

    def test_another_path_of_the_host_keeps_it(
        self, acme: Tenant, planner: Application, console: Client
    ) -> None:
        with tenant_scope(acme):
            stored = Connection(base_url="https://planner.example/scim", token=SEALED)
            change_connection(application=planner, connection=stored)
        submit(console, page("connection", planner.pk), base_url="https://planner.example/scim/v2")

        with tenant_scope(acme):
            planner.refresh_from_db()
        assert planner.token

    @pytest.mark.parametrize(
        "url", ["planner", "ftp://planner.example", "https://a:b@planner.example", "https://x/?a=b"]
    )
    def test_what_is_no_address_is_refused(
        self, acme: Tenant, planner: Application, console: Client, url: str
    ) -> None:
        answer = submit(console, page("connection", planner.pk), base_url=url)

        assert answer.status_code == HTTPStatus.OK
        with tenant_scope(acme):
            planner.refresh_from_db()
        assert planner.base_url == ""

    def test_the_test_says_what_each_step_came_to(
        self, planner: Application, console: Client
    ) -> None:
        submit(console, page("connection", planner.pk), base_url="https://127.0.0.1/scim/v2")

        told = text_of(console.post(page("test", planner.pk)))

        assert "failed:</span> The address is allowed" in told
        assert told.count("not come to:") == 4

    def test_two_applications_with_one_address_are_said_to_be_so(
        self, acme: Tenant, planner: Application, console: Client, connie: Client
    ) -> None:
        with tenant_scope(acme):
            hidden = create_application(catalogue_key="generic", name="Hidden planner")
            set_profile_applications(profile=AccessProfile.objects.get(), applications=[planner])
        assert "Same address" not in text_of(console.get(page("change", planner.pk)))
        for application in (planner, hidden):
            with tenant_scope(acme):
                connection = Connection(base_url="https://planner.example/scim/v2")
                change_connection(application=application, connection=connection)

        assert "pushes to it: Hidden planner." in text_of(console.get(page("change", planner.pk)))
        told = text_of(connie.get(page("change", planner.pk)))
        assert "Hidden" not in told
        assert "pushes to it: one that you do not see." in told


class TestMapping:
    def test_whoever_may_not_see_people_is_shown_somebody_made_up(
        self, planner: Application, connie: Client, bob: User
    ) -> None:
        url = page("user_mapping", planner.pk)
        assert "robin.example@example.com" in text_of(connie.get(url))
        assert "For an example that is made up" in text_of(connie.get(url))

        typed = {"user-3-how": "expression", "user-3-source": "userName", "for": bob.user_name}
        told = text_of(submit(connie, url, **typed, preview="1"))

        assert bob.user_name not in told
        assert "robin.example@example.com" in told

    def test_what_is_typed_is_shown_for_a_person_and_not_stored(
        self, acme: Tenant, planner: Application, console: Client, bob: User
    ) -> None:
        url = page("user_mapping", planner.pk)
        with tenant_scope(acme):
            before = mapping_rows(application=planner, resource=Kind.USER)
        last = len(before)
        row = {f"user-{last}-target": "title", f"user-{last}-source": '"Dr " + userName'}
        typed = {**row, f"user-{last}-how": "expression", "for": bob.user_name, "preview": "1"}

        told = text_of(submit(console, url, **typed))

        assert f"Dr {bob.user_name}" in told
        with tenant_scope(acme):
            assert mapping_rows(application=planner, resource=Kind.USER) == before

    def test_a_row_that_cannot_be_worked_out_says_so_and_hides_no_other(
        self, planner: Application, console: Client, bob: User
    ) -> None:
        url = page("user_mapping", planner.pk)
        typed = {"user-0-how": "expression", "user-0-source": "nothing(", "preview": "1"}

        told = text_of(submit(console, url, **typed, **{"for": bob.user_name}))

        assert "Cannot be worked out" in told
        assert bob.email in told

    def test_a_lookup_table_is_pasted(
        self, acme: Tenant, planner: Application, console: Client
    ) -> None:
        url = page("user_mapping", planner.pk)
        with tenant_scope(acme):
            last = len(mapping_rows(application=planner, resource=Kind.USER))
        row = {
            f"user-{last}-target": "costCenter",
            f"user-{last}-how": "lookup",
            f"user-{last}-source": "role",
            f"user-{last}-lookup": 'admin;4402\n"member";4410',
            f"user-{last}-default": "0",
        }
        submit(console, url, **row)

        with tenant_scope(acme):
            stored = mapping_rows(application=planner, resource=Kind.USER)[-1]
        assert (stored.lookup, stored.default) == ({"admin": "4402", "member": "4410"}, "0")

    @pytest.mark.parametrize("button", ["add-row", "preview", "_save"])
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *(("user-TOTAL_FORMS", value) for value in ("", "x", "-1", "1.5", "9" * 5_000)),
            *(("user-INITIAL_FORMS", value) for value in ("", "x", "-1", "9" * 5_000)),
            *(
                ("user-0-lookup", value)
                for value in ("x" * 140_000, 'a,"' + "x" * 140_000, "a\rb,c")
            ),
            *(("user-0-source", value) for value in ("x" * 20_000, "{" * 20_000, "(" * 20_000)),
            *(
                ("user-0-target", value)
                for value in ("x" * 20_000, "a[" * 9_000, "__proto__", "id")
            ),
            *(("user-0-how", value) for value in ("", "x" * 20_000)),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_no_field_is_too_odd_to_be_answered(
        self, planner: Application, console: Client, button: str, field: str, value: str
    ) -> None:
        typed = {"user-0-how": "lookup", "user-0-lookup": "a,b", field: value, button: "1"}

        answer = submit(console, page("user_mapping", planner.pk), **typed)

        assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR

    def test_two_rows_of_one_attribute_are_refused_at_the_row(
        self, acme: Tenant, planner: Application, console: Client
    ) -> None:
        with tenant_scope(acme):
            last = len(mapping_rows(application=planner, resource=Kind.USER))
        row = {f"user-{last}-target": "userName", f"user-{last}-source": "displayName"}
        told = text_of(submit(console, page("user_mapping", planner.pk), **row))

        assert "fill the same attribute" in told

    def test_an_earlier_version_comes_back(
        self, acme: Tenant, planner: Application, console: Client
    ) -> None:
        with tenant_scope(acme):
            before = mapping_rows(application=planner, resource=Kind.USER)
        submit(console, page("user_mapping", planner.pk), **{"user-0-source": "displayName"})
        with tenant_scope(acme):
            revision = MappingRevision.objects.get()
        history = page("mapping_history", planner.pk)

        submit(console, history, chosen=str(revision.pk))

        with tenant_scope(acme):
            assert mapping_rows(application=planner, resource=Kind.USER) == before

    def test_a_form_of_an_old_tab_undoes_nothing(
        self, acme: Tenant, planner: Application, console: Client
    ) -> None:
        url = page("user_mapping", planner.pk)
        old = fill_in(console, url, **{"user-0-source": "displayName"})
        submit(console, url, **{"user-1-source": "displayName"})

        told = text_of(console.post(url, old))

        assert "It is now" in told
        with tenant_scope(acme):
            rows = mapping_rows(application=planner, resource=Kind.USER)
        assert [rows[0].source, rows[1].source] == ["userName", "displayName"]


class TestConnectorAdmin:
    def test_changes_a_row_that_decides_nothing(
        self, acme: Tenant, planner: Application, connie: Client
    ) -> None:
        with tenant_scope(acme):
            rows = mapping_rows(application=planner, resource=Kind.USER)
        place = [row.target for row in rows].index("displayName")
        url = page("user_mapping", planner.pk)
        submit(connie, url, **{f"user-{place}-source": "userName"})

        with tenant_scope(acme):
            stored = mapping_rows(application=planner, resource=Kind.USER)
        assert stored[place].source == "userName"

    @pytest.mark.parametrize(
        "target",
        [
            *("userName", "externalId", 'emails[type eq "work"].value', "active"),
            'emails[type eq "home"].value',
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
        ],
    )
    def test_neither_changes_nor_adds_one_that_does(
        self, acme: Tenant, planner: Application, connie: Client, target: str
    ) -> None:
        url = page("user_mapping", planner.pk)
        with tenant_scope(acme):
            before = mapping_rows(application=planner, resource=Kind.USER)
        last = len(before)
        new = {f"user-{last}-target": target, f"user-{last}-source": "displayName"}
        changed = {"user-0-source": "displayName", "user-0-target": "userName"}

        for typed in (new, changed):
            form = {**fill_in(connie, url), **typed}
            connie.post(url, form)

        with tenant_scope(acme):
            assert mapping_rows(application=planner, resource=Kind.USER) == before

    def test_pauses_and_lets_go_on(
        self, acme: Tenant, planner: Application, connie: Client
    ) -> None:
        for pressed, is_paused in (("pause", True), ("resume", False)):
            form = {"version": version_at(connie, page("change", planner.pk))}
            connie.post(page(pressed, planner.pk), form)
            with tenant_scope(acme):
                planner.refresh_from_db()
            assert planner.is_paused is is_paused

    @pytest.mark.parametrize("name", ["settings", "connection", "scope", "switches", "leaving"])
    def test_reads_settings_and_changes_none(
        self, planner: Application, connie: Client, name: str
    ) -> None:
        url = page(name, planner.pk)
        read = connie.get(url)

        assert read.status_code == HTTPStatus.OK
        assert 'name="_save"' not in read.content.decode()
        assert connie.post(url, {"name": "x"}).status_code == HTTPStatus.FORBIDDEN

    @pytest.mark.parametrize(
        "name",
        [
            *("allow_removals", "refuse_removals", "allow_refused_removals"),
            *("catalogue", "delete"),
        ],
    )
    def test_what_an_admin_decides_is_refused(
        self, planner: Application, connie: Client, name: str
    ) -> None:
        args = [] if name == "catalogue" else [planner.pk]

        assert connie.post(page(name, *args)).status_code == HTTPStatus.FORBIDDEN


def version_at(browser: Client, url: str) -> str:
    """Return the record that the buttons of a page carry."""
    found = browser.get(url).content.decode().partition('name="version" value="')[2]
    return found.partition('"')[0]


class TestDeleting:
    def test_leaves_the_people_there_unless_told_otherwise(
        self, acme: Tenant, planner: Application, console: Client
    ) -> None:
        url = page("delete", planner.pk)
        assert 'value="leave" checked' in console.get(url).content.decode()

        submit(console, url, field="post")

        with tenant_scope(acme):
            assert not Application.objects.exists()
            assert not Operation.objects.exists()

    def test_lets_everybody_leave_first(
        self, acme: Tenant, planner: Application, console: Client
    ) -> None:
        with tenant_scope(acme):
            crew = create_group(values=GroupFields(display_name="Crew"))
            set_assignments(application=planner, groups=[crew], roles=[], profiles=[])

        told = submit(console, page("delete", planner.pk), field="post", leaving="remove")

        assert told.headers["Location"] == page("change", planner.pk)
        with tenant_scope(acme):
            planner.refresh_from_db()
            assert not planner.assignments.exists()
        assert (planner.on_left_scope, planner.delete_users) == ("delete", True)
        assert planner.removal_number is None


class TestTheLog:
    @pytest.fixture
    def stuck(self, acme: Tenant, planner: Application) -> Operation:
        with tenant_scope(acme):
            return Operation.objects.create(
                application=planner,
                kind="User",
                object_id="x",
                name="Kwame Mensah",
                state="failed",
                main_action="update",
                last_error="It knows no cost centre 4410.",
                steps=[
                    {
                        "action": "update",
                        "before": {"costCenter": "4402", "title": None},
                        "after": {"costCenter": "4410", "title": "Picker"},
                    }
                ],
            )

    def test_an_operation_tells_what_changes_and_why_it_failed(
        self, stuck: Operation, console: Client
    ) -> None:
        url = reverse("console:provisioning_operation_change", args=[stuck.pk])
        told = text_of(console.get(url))

        assert "It knows no cost centre 4410." in told
        assert "costCenter</dt><dd><del><bdi>4402" in told
        assert '<em class="gh-quiet">nothing</em></dd><dd><ins><bdi>Picker' in told

    def test_it_is_found_and_taken_away(self, stuck: Operation, console: Client) -> None:
        listed = reverse("console:provisioning_operation_changelist")
        export = reverse("console:provisioning_operation_export")

        assert "Kwame Mensah" in text_of(console.get(listed, {"q": "kwame"}))
        answer: object = console.get(export, {"q": "kwame"})
        rows = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
        assert "Kwame Mensah" in rows
        assert "It knows no cost centre 4410." in rows


class TestPlansAndConflicts:
    def test_a_plan_is_shown_with_before_and_after_and_as_csv(
        self, acme: Tenant, planner: Application, console: Client
    ) -> None:
        with tenant_scope(acme):
            run = Run.objects.create(application=planner, kind="plan", state="planned", total=2)
            for action, after in (
                ("create", {"name": {"givenName": "Kwame"}}),
                ("update", {"displayName": "Aiko"}),
            ):
                Operation.objects.create(
                    application=planner,
                    run=run,
                    kind="User",
                    object_id=action,
                    name=action.title(),
                    state="planned",
                    main_action=action,
                    steps=[{"action": action, "before": {}, "after": after}],
                )
        url = reverse("console:provisioning_run_change", args=[run.pk])

        everything = text_of(console.get(url))
        created = text_of(console.get(url, {"action": "create"}))
        answer: object = console.get(reverse("console:provisioning_run_csv", args=[run.pk]))

        assert "Send 2 changes" in everything
        assert "name.givenName" in created
        assert "Aiko" in everything
        assert "Aiko" not in created
        rows = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
        assert "name.givenName,,Kwame" in rows

    def test_a_conflict_stands_beside_ours(
        self, acme: Tenant, planner: Application, console: Client
    ) -> None:
        with tenant_scope(acme):
            conflict = Conflict.objects.create(
                application=planner,
                kind="User",
                object_id="x",
                name="Aiko Tanaka",
                why="several",
                candidates=[{"id": "5b10", "userName": "aiko"}, {"id": "7120", "userName": "tana"}],
                ours={"userName": "aiko"},
            )
        url = reverse("console:provisioning_conflict_change", args=[conflict.pk])

        told = text_of(console.get(url))

        assert "Link 5b10" in told
        assert "Link 7120" in told
        assert told.count("(the same)") == 1


class TestWhatIsChangedThere:
    @pytest.fixture
    def ada(self, acme: Tenant, planner: Application) -> Link:
        with tenant_scope(acme):
            return Link.objects.create(
                application=planner,
                kind=Kind.USER,
                object_id=str(person(acme, "Ada").pk),
                name="ada@acme.example",
                remote_id="r-ada",
                state=Link.State.LINKED,
                drift={"title": ["Engineer", "Theirs"], "members": [["r-ada", "r-gone"], None]},
            )

    def test_it_is_listed_with_both_values_and_counted_on_the_first_page(
        self, planner: Application, console: Client, ada: Link
    ) -> None:
        shown = text_of(console.get(page("drift", planner.pk)))
        assert "1 thing there is not as you sent it." in shown
        for said in ("ada@acme.example", "title", "Engineer", "Theirs", "ada@acme.example, r-gone"):
            assert said in shown
        overview = console.get(page("change", planner.pk)).content.decode()
        assert page("drift", planner.pk) in overview

    def test_what_is_ticked_is_put_back_if_it_is_as_it_was_shown(
        self, acme: Tenant, planner: Application, console: Client, ada: Link
    ) -> None:
        url = page("drift", planner.pk)
        stale = {"picked": f"{ada.pk}:other"}
        assert "1 was left alone" in text_of(console.post(url, stale, follow=True))
        assert "Tick what is to be put back." in text_of(console.post(url, {}, follow=True))

        with tenant_scope(acme):
            ada.refresh_from_db()
            assert ada.drift
            picked = {"picked": f"{ada.pk}:{digest_of_drift(ada)}"}
        console.post(url, picked)
        with tenant_scope(acme):
            ada.refresh_from_db()
            assert ada.drift == {}
            assert ada.applied["title"] == "Theirs"

    def test_who_may_only_look_puts_nothing_back(
        self, acme: Tenant, planner: Application, connie: Client, ada: Link
    ) -> None:
        url = page("drift", planner.pk)
        assert connie.get(url).status_code == HTTPStatus.OK
        assert 'name="picked"' not in connie.get(url).content.decode()
        assert connie.post(url, {"picked": f"{ada.pk}:x"}).status_code == HTTPStatus.FORBIDDEN

    def test_a_rule_for_one_attribute_is_stored_and_taken_back(
        self, acme: Tenant, planner: Application, console: Client
    ) -> None:
        url = page("leaving", planner.pk)
        for rule, stored in (("overwrite", {"members": "overwrite"}), ("", {})):
            submit(console, url, **{"drift_of:members": rule})
            with tenant_scope(acme):
                planner.refresh_from_db()
            assert planner.drift_of == stored
        assert "drift_of:displayName" in console.get(url).content.decode()


def test_no_source_is_chosen_by_a_word(planner: Application, console: Client) -> None:
    answered = console.get(page("settings", planner.pk)).content.decode()
    assert "---------" not in answered
    assert '<option value="" selected>None</option>' in answered
