"""The one log: what each role sees of each kind, what is found, and where pages end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest
from django.urls import reverse

from accounts.models import DirectoryGroup, Role, User
from accounts.tenancy.scoping import tenant_scope
from console.base.access import ACCESS, Access, access_of
from console.one_log import page as log_page
from console.one_log.kinds import KINDS, STREAMS
from console.one_log.outcomes import Outcome
from provisioning.models import Operation, Run
from tests.conftest import person, signed_in
from tests.console.test_search_tells_nothing_hidden import texts_of
from tests.support.html_forms import lxml_html
from tests.support.logged import HIDDEN, LISTED, Connections, connect_both, log_of_each_kind

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant

pytestmark = pytest.mark.django_db

LOG: Final = "/console/log/"
LISTS: Final = {
    "sign-in": reverse("console:saml-and-scim-attempts"),
    "scim": reverse("console:scim_requestlogentry_changelist"),
    "out": reverse("console:provisioning_operation_changelist"),
    "run": reverse("console:provisioning_run_changelist"),
    "change": reverse("console:accounts_auditentry_changelist"),
}
"""The page of each log's own, where it has one."""


@pytest.fixture
def connections(acme: Tenant, alice: User, bob: User) -> dict[str, Connections]:
    with tenant_scope(acme):
        made = connect_both()
        for each in made.values():
            log_of_each_kind(bob, alice, each)
    return made


def shown(browser: Client, **asked: str) -> list[tuple[str, str]]:
    """Return the log and the key of each entry on the page, in their order."""
    answer = browser.get(LOG, asked)
    assert answer.status_code == 200, answer.content.decode()
    page = lxml_html.fromstring(answer.content.decode())
    own = page.xpath("//details[@class='gh-entry']//a[contains(., 'as a page')]/@href")
    return [tuple(url.removeprefix(LOG).strip("/").split("/")) for url in own]


def walked(browser: Client, **asked: str) -> list[tuple[str, str]]:
    """Return the same of every page, following *Older*."""
    found, url = [], f"{LOG}?{'&'.join(f'{k}={v}' for k, v in asked.items())}"
    while url:
        page = lxml_html.fromstring(browser.get(url).content.decode())
        own = page.xpath("//details[@class='gh-entry']//a[contains(., 'as a page')]/@href")
        found += [tuple(each.removeprefix(LOG).strip("/").split("/")) for each in own]
        older = page.xpath("//a[@rel='next']/@href")
        url = f"{LOG}{older[0]}" if older else ""
    return found


def on_its_own_page(browser: Client, stream: str) -> set[str] | None:
    """Return the keys that the page of a log's own lists; nothing if it may not be seen."""
    answer = browser.get(LISTS[stream])
    if answer.status_code == 403:
        return None
    base = re.escape(LISTS[stream])
    return set(re.findall(rf'"{base}([0-9a-f-]+)/(?:change/)?["?]', answer.content.decode()))


class TestRights:
    def test_who_sees_a_log_sees_the_page(self) -> None:
        pages = {stream.page for stream in STREAMS.values() if stream.page}

        assert {role for role, may in ACCESS["log"].items() if Access.VIEW in may} == {
            role for page in pages for role, may in ACCESS[page].items() if Access.VIEW in may
        }

    @pytest.mark.parametrize("stream", LISTS)
    @pytest.mark.parametrize("role", Role)
    def test_a_role_sees_of_each_log_what_its_own_page_shows(
        self, acme: Tenant, connections: dict[str, Connections], role: Role, stream: str
    ) -> None:
        browser = signed_in(person(acme, "Olive", role))
        listed = on_its_own_page(browser, stream)
        if role not in ACCESS["log"]:
            assert browser.get(LOG).status_code in {302, 403}
            assert listed is None
            return

        entries = walked(browser)

        joined = {key for name, key in entries if name == stream}
        assert joined == (listed or set())
        assert bool(joined) == (listed is not None)

    def test_everybody_sees_their_own_jobs_only(
        self, acme: Tenant, alice: User, connections: dict[str, Connections]
    ) -> None:
        other = signed_in(person(acme, "Olive", Role.ADMIN))

        assert {name for name, _key in walked(other, kind="jobs")} == {"run"}
        assert {name for name, _key in walked(signed_in(alice), kind="jobs")} == {"run", "job"}

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("role", ACCESS["log"])
    def test_a_kind_has_what_its_logs_have_together(
        self, acme: Tenant, connections: dict[str, Connections], role: Role, kind: str
    ) -> None:
        browser = signed_in(person(acme, "Olive", role))
        answer = browser.get(LOG, {"kind": kind})
        offered = f'value="{kind}"' in browser.get(LOG).content.decode()
        assert answer.status_code == (200 if offered else 400)
        if not offered:
            return

        of_kind = walked(browser, kind=kind)

        assert of_kind or kind == "jobs"  # They are their maker's.
        assert len(of_kind) == len(set(of_kind))
        assert set(of_kind) <= set(walked(browser))
        assert {name for name, _key in of_kind} <= KINDS[kind].parts.keys()

    @pytest.mark.parametrize("role", ACCESS["log"])
    def test_the_kinds_are_everything_and_share_nothing(
        self, acme: Tenant, connections: dict[str, Connections], role: Role
    ) -> None:
        browser = signed_in(person(acme, "Olive", role))
        page = browser.get(LOG).content.decode()
        of_kinds = [walked(browser, kind=kind) for kind in KINDS if f'value="{kind}"' in page]

        entries = [each for of_kind in of_kinds for each in of_kind]

        assert len(entries) == len(set(entries))
        assert set(entries) == set(walked(browser))

    @pytest.mark.parametrize("typed", [HIDDEN, f"{HIDDEN} directory", f"{HIDDEN} planner", "Bob"])
    @pytest.mark.parametrize("role", [Role.CONNECTOR_ADMIN, Role.ACCESS_REVIEW_MANAGER])
    def test_what_a_role_may_not_see_is_not_found_either(
        self, acme: Tenant, connections: dict[str, Connections], role: Role, typed: str
    ) -> None:
        browser = signed_in(person(acme, "Olive", role))

        found = walked(browser, q=typed)

        assert set(found) <= set(walked(browser))

    def test_what_is_hidden_does_not_change_where_pages_end(
        self,
        acme: Tenant,
        connections: dict[str, Connections],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(log_page, "LISTED", 3)
        browser = signed_in(person(acme, "Olive", Role.CONNECTOR_ADMIN))

        assert len(shown(browser, kind="scim")) == 3
        assert len(walked(browser, kind="scim")) == 4

    def test_a_connector_admin_does_not_learn_by_a_search_who_an_id_is(
        self, acme: Tenant, bob: User, connections: dict[str, Connections]
    ) -> None:
        browser = signed_in(person(acme, "Olive", Role.CONNECTOR_ADMIN))

        assert {name for name, _key in walked(browser, q="Bob")} == {"out"}
        assert not walked(browser, q="bob@acme.example")  # No page of theirs shows it.
        assert {name for name, _key in walked(browser, q=str(bob.pk))} == {"out", "scim"}

    @pytest.mark.parametrize("role", ACCESS["log"])
    def test_who_may_not_open_what_is_meant_finds_by_what_an_entry_shows(
        self, acme: Tenant, connections: dict[str, Connections], role: Role
    ) -> None:
        browser = signed_in(person(acme, "Olive", role))
        zoe = person(acme, "Zoe")
        with tenant_scope(acme):
            group = DirectoryGroup.objects.create(display_name="Zq band")
            texts = [value for _name, value in texts_of(zoe)]
            zoe.refresh_from_db()
            log_of_each_kind(zoe, zoe, connections[LISTED])
            application = connections[LISTED].application
            Run.objects.create(
                application=application, kind="plan", state="planned", actor=zoe.user_name
            )
            Operation.objects.create(
                application=application,
                kind="Group",
                object_id=str(group.pk),
                name="As it was",
                state="done",
            )
        told = {}
        for model in (User, DirectoryGroup):
            told[model] = Access.VIEW in access_of(
                User(role=role, tenant=acme, active=True), model._meta.label_lower
            )

        found = {typed: walked(browser, q=typed) for typed in (*texts, "Zq band")}

        assert any(found.values())
        for typed, entries in found.items():
            may = told[DirectoryGroup if typed == "Zq band" else User]
            for stream, key in entries:
                page = browser.get(f"{LOG}{stream}/{key}/").content.decode()
                assert may or typed in page, (typed, stream)


class TestOtherCompanies:
    def test_nothing_of_another_company_is_found_or_opened(
        self, acme: Tenant, globex: Tenant, grace: User, alice: User, bob: User
    ) -> None:
        with tenant_scope(acme):
            log_of_each_kind(bob, alice, connect_both()[LISTED])
        theirs = walked(signed_in(alice))
        stranger = signed_in(grace)

        for stream, key in theirs:
            assert stranger.get(f"{LOG}{stream}/{key}/").status_code == 404
            assert not {(stream, key)} & set(walked(stranger, q=f"{stream}-{key}"))
            assert stranger.get(LOG, {"before": f"1.{stream}.{key}"}).status_code == 200
        assert not set(theirs) & set(walked(stranger))
        for typed in ("bob@acme.example", str(bob.pk), LISTED):
            assert not set(walked(stranger, q=typed)) & set(theirs)


class TestPaging:
    def test_every_entry_is_on_one_page_and_pages_follow_each_other(
        self,
        acme: Tenant,
        alice: User,
        bob: User,
        connections: dict[str, Connections],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with tenant_scope(acme):
            log_of_each_kind(bob, alice, connections[LISTED], 2)
        browser = signed_in(alice)
        at_once = shown(browser)
        assert len(at_once) == 50
        rest = walked(browser)
        monkeypatch.setattr(log_page, "LISTED", 7)

        in_parts = walked(browser)

        assert in_parts == rest
        assert len(rest) == len(set(rest)) > 50

    @pytest.mark.parametrize("outcome", [*Outcome])
    def test_the_outcomes_share_nothing(
        self, alice: User, connections: dict[str, Connections], outcome: Outcome
    ) -> None:
        browser = signed_in(alice)
        words = str(outcome.label)

        found = browser.get(LOG, {"outcome": outcome}).content.decode()

        entries = lxml_html.fromstring(found).xpath("//details[@class='gh-entry']/summary")
        assert entries
        assert all(words in entry.text_content() for entry in entries)

    def test_every_entry_has_one_outcome(
        self, alice: User, connections: dict[str, Connections]
    ) -> None:
        browser = signed_in(alice)

        by_outcome = [each for outcome in Outcome for each in walked(browser, outcome=outcome)]

        assert sorted(by_outcome) == sorted(walked(browser))
