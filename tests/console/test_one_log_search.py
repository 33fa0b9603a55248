"""What the search of the one log finds, what an entry says, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.groups.groups import GroupFields, create_group
from accounts.models import AuditEntry, Role, User
from accounts.services.users import UserFields, delete_user, update_user
from accounts.tenancy.scoping import tenant_scope
from accounts.trail import audit
from console.base.access import ACCESS, Access, access_of
from console.one_log import downloads
from console.one_log.kinds import KINDS, STREAMS
from licenses.services import assign_seat
from provisioning.models import Operation
from scim.models import RequestLogEntry
from tests.conftest import person, signed_in
from tests.console.test_one_log import LOG, shown, walked
from tests.support.html_forms import lxml_html
from tests.support.logged import (
    ADDRESS,
    LISTED,
    REFERENCE,
    Connections,
    connect_both,
    log_of_each_kind,
)

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Tenant
    from licenses.models import Subscription

pytestmark = pytest.mark.django_db

ALL: Final = {"change", "sign-in", "scim", "out"}
"""The logs that name people."""


@pytest.fixture
def listed(acme: Tenant, alice: User, bob: User) -> Connections:
    with tenant_scope(acme):
        made = connect_both()[LISTED]
        log_of_each_kind(bob, alice, made)
    return made


def logs(browser: Client, **asked: str) -> set[str]:
    """Return the logs of which there is an entry on the page."""
    return {stream for stream, _key in shown(browser, **asked)}


class TestFinding:
    @pytest.mark.parametrize("typed", ["Bob", "bo", "BOB@acme.example", "bob@acme.example"])
    def test_a_person_is_found_by_name_and_address(
        self, console: Client, listed: Connections, typed: str
    ) -> None:
        assert logs(console, q=typed) >= ALL

    def test_a_person_is_found_by_id_and_from_their_page(
        self, console: Client, alice: User, bob: User, listed: Connections
    ) -> None:
        assert logs(console, q=str(bob.pk)) == ALL - {"sign-in"}
        assert logs(console, person=str(bob.pk)) == ALL
        assert logs(console, person=str(alice.pk)) == {"change"} or not shown(
            console, person=str(alice.pk)
        )
        page = console.get(LOG, {"person": str(bob.pk)}).content.decode()
        assert "bob@acme.example" in page

    def test_somebody_is_found_by_a_former_name_and_when_gone(
        self, acme: Tenant, console: Client, bob: User, listed: Connections
    ) -> None:
        with tenant_scope(acme):
            values = UserFields(user_name="robert@acme.example", display_name="Robert")
            update_user(user=bob, values=values)
        assert logs(console, q="bob@acme.example") >= {"change", "scim", "out"}
        key = str(bob.pk)
        with tenant_scope(acme):
            delete_user(user=User.objects.get(pk=key))

        for typed in ("bob@acme.example", "robert@acme.example", key):
            assert "scim" in logs(console, q=typed), typed
            assert "change" in logs(console, q=typed), typed

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            (REFERENCE, {"sign-in"}),
            (REFERENCE.lower(), {"sign-in"}),
            (ADDRESS, {"sign-in"}),
            (f"{LISTED} directory", {"change", "scim"}),
            (f"{LISTED} planner", {"change", "out", "run"}),
            (f"SCIM: {LISTED} directory", {"change"}),
            ("Deactivate", {"job"}),
            ("nobody-is-called-so", set()),
        ],
    )
    def test_things_are_found_by_what_they_are_called(
        self, console: Client, listed: Connections, typed: str, found: set[str]
    ) -> None:
        assert logs(console, q=typed) == found

    def test_a_licence_a_group_and_a_request_are_found(
        self, acme: Tenant, console: Client, alice: User, bob: User, crm: Subscription
    ) -> None:
        with tenant_scope(acme):
            assign_seat(subscription=crm, user=bob)
            create_group(values=GroupFields(display_name="Night shift"), member_ids=[alice.pk])
            audit.record("user.updated", bob)
            entry = AuditEntry.objects.latest("pk")
            AuditEntry.objects.filter(pk=entry.pk).update(request_id="0123456789abcdef")

        assert shown(console, q=crm.product.name)
        assert shown(console, q="night shift")
        assert shown(console, q="0123456789abcdef") == [("change", str(entry.pk))]

    def test_every_entry_is_found_by_its_reference(
        self, console: Client, listed: Connections
    ) -> None:
        page = lxml_html.fromstring(console.get(LOG).content.decode())
        references = set(page.xpath("//details[@class='gh-entry']//input/@value"))
        assert len(references) > 15

        for reference in references:
            assert shown(console, q=reference), reference

    def test_a_search_is_narrowed_by_kind_outcome_and_time(
        self, acme: Tenant, console: Client, listed: Connections
    ) -> None:
        today = timezone.localdate()
        tomorrow = (today + timedelta(days=1)).isoformat()

        assert logs(console, q="Bob", kind="scim", outcome="failed") == {"scim"}
        assert shown(console, q="Bob", time="hour")
        assert shown(console, q="Bob", to=tomorrow)
        assert not shown(console, q="Bob", **{"from": tomorrow})
        assert not shown(console, q="Bob", to=(today - timedelta(days=2)).isoformat())


class TestTelling:
    def test_an_entry_that_is_found_alone_is_open(
        self, console: Client, listed: Connections
    ) -> None:
        def are_open(**asked: str) -> list[bool]:
            page = lxml_html.fromstring(console.get(LOG, asked).content.decode())
            return [entry.get("open") is not None for entry in page.iter("details")]

        assert are_open(q=REFERENCE) == [True]
        assert not any(are_open())

    def opened(self, browser: Client, typed: str) -> str:
        [url] = [f"{LOG}{stream}/{key}/" for stream, key in shown(browser, q=typed)][:1]
        return browser.get(url).content.decode()

    def test_a_refusal_says_why_and_what_to_do(self, console: Client, listed: Connections) -> None:
        page = console.get(LOG).content.decode()

        for words in (
            "Add the certificate that the identity provider uses now.",
            "Expected a certificate, got none.",
            "409: Somebody is called so already.",
            "Change one of the two names",
            "It does not know the cost centre 4410.",
            "Put right what the reason says",
            "An admin allows or refuses it",
            "not here (an expected answer)",
            "The password is wrong.",
            "This is a fault of ours.",
        ):
            assert words in page, words

    def test_an_entry_leads_to_person_source_application_and_to_the_page_of_its_kind(
        self, console: Client, bob: User, listed: Connections
    ) -> None:
        page = lxml_html.fromstring(console.get(LOG).content.decode())
        links = set(page.xpath("//details[@class='gh-entry']//a/@href"))

        assert f"/console/accounts/user/{bob.pk}/change/" in links
        assert f"/console/scim/source/{listed.source.pk}/change/" in links
        assert f"/console/provisioning/application/{listed.application.pk}/change/" in links
        for link in links:
            assert console.get(link).status_code == 200, link

    def test_what_is_masked_or_a_body_elsewhere_is_not_shown(
        self, acme: Tenant, console: Client, alice: User, listed: Connections
    ) -> None:
        page = console.get(LOG, {"kind": "scim"}).content.decode()
        assert "Never shown" not in page

        page = console.get(LOG, {"q": REFERENCE}).content.decode()
        assert "b•••@acme.example" in page
        assert "bob@acme.example" not in page

    def test_somebody_erased_is_named_nowhere(
        self, acme: Tenant, console: Client, bob: User, listed: Connections
    ) -> None:
        key = str(bob.pk)
        with tenant_scope(acme):
            delete_user(user=bob)
        call_command("erase_person", acme.slug, key)

        for url in (LOG, f"{LOG}?q={key}", f"{LOG}csv/", f"{LOG}json/"):
            text = read(console, url).replace(key, "")
            assert "bob@acme" not in text, url
            assert "somebody who was deleted" in text, url


def read(browser: Client, url: str) -> str:
    answer: Any = browser.get(url)
    assert answer.status_code == 200, url
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode())


class TestFiles:
    def test_both_hold_what_is_filtered_and_are_safe_to_open(
        self, acme: Tenant, console: Client, bob: User, listed: Connections
    ) -> None:
        with tenant_scope(acme):
            RequestLogEntry.objects.filter(status=409).update(detail='=HYPERLINK("x")')
            Operation.objects.filter(state="failed").update(name="=1+1", last_error="@SUM(1)")

        for asked in ("", "kind=scim", "outcome=failed", "q=Bob&kind=out"):
            rows = list(csv.reader(io.StringIO(read(console, f"{LOG}csv/?{asked}"))))
            found = json.loads(read(console, f"{LOG}json/?{asked}"))
            pairs = dict(each.split("=") for each in asked.split("&") if each)
            expected = walked(console, **pairs)
            assert [(row[-2], row[-1]) for row in rows[1:]] == expected
            assert [(each["log"], each["key"]) for each in found["entries"]] == expected
            assert not found["is_cut"]
            assert not [cell for row in rows for cell in row if cell[:1] in {"=", "@", "+", "-"}]

    def test_a_file_is_cut_and_says_so(
        self, console: Client, listed: Connections, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(downloads, "MOST", 6)
        monkeypatch.setattr(downloads, "_AT_ONCE", 3)

        rows = list(csv.reader(io.StringIO(read(console, f"{LOG}csv/"))))
        found = json.loads(read(console, f"{LOG}json/"))

        assert len(rows) == 1 + 6 + 1
        assert "There are more than 6 entries" in rows[-1][0]
        assert len(found["entries"]) == 6
        assert found["is_cut"]

    @pytest.mark.parametrize("kind", ["", *KINDS])
    @pytest.mark.parametrize("role", ACCESS["log"])
    def test_of_each_kind_a_role_takes_away_what_it_may(
        self, acme: Tenant, listed: Connections, role: Role, kind: str
    ) -> None:
        olive = person(acme, "Olive", role)
        browser = signed_in(olive)
        asked = {"kind": kind} if kind else {}
        files = [browser.get(f"{LOG}{form}/", asked) for form in ("csv", "json")]
        if browser.get(LOG, asked).status_code == 400:
            assert {each.status_code for each in files} == {400}
            return

        rows = list(csv.reader(io.StringIO(read(browser, f"{LOG}csv/?kind={kind}"))))
        found = json.loads(read(browser, f"{LOG}json/?kind={kind}"))

        may = {
            name
            for name, stream in STREAMS.items()
            if not stream.page or Access.EXPORT in access_of(olive, stream.page)
        }
        expected = [each for each in walked(browser, **asked) if each[0] in may]
        assert [(row[-2], row[-1]) for row in rows[1:]] == expected
        assert [(each["log"], each["key"]) for each in found["entries"]] == expected


BAD: Final = {
    "kind": ("x", "SCIM", "jobs,scim"),
    "outcome": ("x", "bad"),
    "time": ("x", "year"),
    "from": ("x", "2026-02-30", "20260101", "0001-01-01", "9999-12-31"),
    "to": ("x", "2026-13-01"),
    "person": ("x", "1", "' OR 1=1"),
    "before": ("x", "1", "1.x.1", "1.change.x", "1.run.1", "99999999999999999999.change.1"),
    "q": ("x" * 301, " ".join(["word"] * 11), "a\x00b"),
    "tenant": ("1",),
    "p": ("2",),
}


class TestBadInput:
    @pytest.mark.parametrize(
        ("name", "value"), [(name, value) for name, values in BAD.items() for value in values]
    )
    @pytest.mark.parametrize("page", ["", "csv/", "json/"])
    def test_what_is_none_of_the_pages_questions_is_refused_in_words(
        self, console: Client, page: str, name: str, value: str
    ) -> None:
        answer = console.get(f"{LOG}{page}", {name: value})

        assert answer.status_code == 400
        assert name in answer.content.decode()

    @pytest.mark.parametrize("typed", ["'", '"', "%", "_", "\\", "(", "${x}", "ﷺ", "x" * 300, "-"])
    def test_any_search_is_answered(self, console: Client, listed: Connections, typed: str) -> None:
        assert console.get(LOG, {"q": typed}).status_code == 200

    def test_days_that_are_the_wrong_way_round_are_told(
        self, console: Client, listed: Connections
    ) -> None:
        page = console.get(LOG, {"from": "2026-02-02", "to": "2026-02-01"}).content.decode()

        assert "The first day is after the last" in page

    @pytest.mark.parametrize(
        "place", ["x/1", "scim/x", "scim/0", "run/1", "scim/99999999999999999", "job/x", "out/-1"]
    )
    def test_an_entry_that_is_none_is_not_there(self, console: Client, place: str) -> None:
        assert console.get(f"{LOG}{place}/").status_code == 404

    def test_a_kind_that_a_role_sees_nothing_of_is_none(
        self, acme: Tenant, listed: Connections
    ) -> None:
        browser = signed_in(person(acme, "Olive", Role.CONNECTOR_ADMIN))

        for page in ("", "csv/", "json/"):
            assert browser.get(f"{LOG}{page}", {"kind": "changes"}).status_code == 400

    def test_a_place_behind_an_entry_that_is_gone_is_a_place(
        self, acme: Tenant, console: Client, listed: Connections
    ) -> None:
        entries = shown(console)
        moment = int(timezone.now().timestamp() * 1_000_000) + 60_000_000

        assert shown(console, before=f"{moment}.scim.999999999") == entries


class TestCost:
    STATEMENTS: Final = 45

    @pytest.mark.parametrize(
        "asked",
        [
            {},
            {"q": "Bob"},
            {"q": "Bob", "kind": "sign-ins", "outcome": "failed", "time": "week"},
            {"q": LISTED},
            {"kind": "changes"},
            {"kind": "sign-ins"},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("role", [Role.ADMIN, Role.ACCESS_REVIEW_MANAGER])
    def test_statements_do_not_depend_on_how_much_there_is(
        self, acme: Tenant, bob: User, role: Role, asked: dict[str, str]
    ) -> None:
        reader = person(acme, "Olive", role)
        browser = signed_in(reader)
        with tenant_scope(acme):
            made = connect_both()[LISTED]
            log_of_each_kind(bob, reader, made, 3)
        browser.get(LOG, asked)
        with CaptureQueriesContext(connection) as few:
            browser.get(LOG, asked)
        with tenant_scope(acme):
            log_of_each_kind(bob, reader, made, 60)  # 300 of most kinds.

        with CaptureQueriesContext(connection) as many:
            page = browser.get(LOG, asked).content.decode()

        assert page.count('class="gh-entry"') >= 50 or asked.get("outcome")
        # One for each log of which an entry is on the page: three rows of each are all there.
        assert len(many) <= len(few) <= self.STATEMENTS
